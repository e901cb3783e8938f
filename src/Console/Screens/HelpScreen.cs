using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>All keys and commands on one page.</summary>
internal sealed class HelpScreen : Screen
{
    private static readonly (string Keys, string What)[] Lines =
    [
        ("1-8, Tab, Shift-Tab", "screens"),
        ("up down PgUp PgDn g G", "move; j and k too"),
        ("Enter, Esc", "look into what is under the cursor; back"),
        ("/", "filter or search this screen; an empty line clears"),
        (":", "command; Tab completes"),
        ("space", "replay: pause, go on"),
        (".", "replay: on to the next slot, then pause"),
        ("+ -", "replay: faster, slower (0.1x to 100x, max)"),
        ("[ ]", "replay: 10 slots back (begins again), 10 on"),
        ("p", "trading: pause (Reducing), resume (Active)"),
        ("K", "trading: kill (Halted; asks first; final)"),
        ("q, Ctrl-C", "end the run, leave, print the report until then"),
        (":detach", "leave the screens; the run goes on with plain lines"),
        ("Ctrl-Z, fg", "stop the job; on again"),
        ("Ctrl-L", "draw everything anew"),
    ];

    private static readonly (string Word, string Meaning)[] Words =
    [
        ("no data", "was never published; it is not zero"),
        ("GO / no X", "taken, or not taken for reason X; Enter says it in words"),
        ("age", "slots since the oldest pool state on the route changed"),
        ("lag", "events that wait for the stage's thread"),
        ("depth", "input that moves a pool's rate by 1 %"),
    ];

    public override string Name => "Help";

    public override string Hints => "the full text: docs/console.md";

    public override void Draw(Area area, Model model)
    {
        area.Heading(0, "Keys");
        int y = 1;
        foreach ((string keys, string what) in Lines)
        {
            area.Text(0, y, keys, Ink.Strong);
            area.Text(23, y++, what, Ink.Normal);
        }

        if (y + 1 >= area.Height) return;
        area.Heading(y++, "Words");
        foreach ((string word, string meaning) in Words)
        {
            area.Text(0, y, word, Ink.Strong);
            area.Text(23, y++, meaning, Ink.Normal);
        }
    }
}
