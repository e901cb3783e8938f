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
        ("m", "graph: mints or pools"),
        ("p", "trading: Reducing (messages are withheld), Active again"),
        ("K", "trading: Halted (withheld until a new start; asks first)"),
        ("q, Ctrl-C", "end the run, leave, print the report until then"),
        (":reload", "live: read the configuration again now"),
        (":detach", "leave the screens; the run goes on with plain lines"),
        ("Ctrl-Z, fg", "stop the job; on again"),
        ("Ctrl-L", "draw everything anew"),
    ];

    private static readonly (string Word, string Meaning)[] Words =
    [
        ("no data", "was never published; it is not zero"),
        ("GO / no X", "taken, or not taken for reason X; Enter says it in words"),
        ("odds", "that it is still there when a transaction lands"),
        ("EV", "expected value: odds x net, less the fees of a failure"),
        ("life", "how its cycle ended, after so many slots; open: not yet"),
        ("age", "slots since the oldest pool state on the route changed"),
        ("costs", "signature, priority fee and tip of the transaction"),
        ("lag", "events that wait for the stage's thread"),
        ("depth", "input that moves a pool's rate by 1 %"),
    ];

    public override string Name => "Help";

    private readonly Scroller _scroller = new();

    public override string Hints => "down for more; the full text: docs/console.md";

    public override bool OnKey(KeyPress key, Model model)
    {
        _scroller.At = key.Key is Key.Up or Key.PageUp ? _scroller.Top : _scroller.Bottom;
        return _scroller.OnKey(key);
    }

    public override void Draw(Area area, Model model)
    {
        int count = Lines.Length + Words.Length + 2;
        _scroller.Fit(count, area.Height);
        for (int y = 0; y < area.Height && _scroller.Top + y < count; y++)
        {
            int line = _scroller.Top + y;
            if (line == 0) area.Heading(y, "Keys");
            else if (line <= Lines.Length) Draw(area, y, Lines[line - 1]);
            else if (line == Lines.Length + 1) area.Heading(y, "Words");
            else Draw(area, y, Words[line - Lines.Length - 2]);
        }
    }

    private static void Draw(Area area, int y, (string Name, string Text) line)
    {
        area.Text(0, y, line.Name, Ink.Strong);
        area.Text(23, y, line.Text, Ink.Normal);
    }
}
