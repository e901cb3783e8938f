using System;
using System.Collections.Generic;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Pipeline;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// The whole console without a terminal: keys go in, cells come out. Owner: the console's thread. It reads published
/// figures and turns a few switches; that it runs, stops or hangs changes no decision.
/// </summary>
internal sealed class ScreenApp
{
    /// <summary>Smallest terminal that the screens are made for.</summary>
    public const int ColumnsMin = 80;

    /// <summary>Smallest terminal that the screens are made for.</summary>
    public const int RowsMin = 24;

    private readonly Screen[] _screens;
    private readonly OpportunityScreen _opportunities = new();
    private readonly Commands _commands;
    private Prompt? _prompt;
    private bool _isConfirmingKill;
    private string _message = string.Empty;
    private int _active;

    /// <summary>
    /// A console over a source; <paramref name="runtime"/> is for tests, which need figures that stand.
    /// </summary>
    public ScreenApp(IRunSource source, Func<RuntimeFigures>? runtime = null)
    {
        Model = new Model(source, runtime ?? RuntimeFigures.Now);
        _commands = new Commands(Model);
        _screens =
        [
            new PipelineScreen(), new FeedsScreen(), _opportunities, new GraphScreen(), new LatencyScreen(),
            new LogScreen(), new HelpScreen(), new SettingsScreen(),
        ];
    }

    /// <summary>Names of the screens, for completion.</summary>
    public static IReadOnlyList<string> ScreenNames { get; } =
        ["pipeline", "feeds", "opportunities", "graph", "latency", "log", "help", "settings"];

    public Model Model { get; }

    /// <summary>True once the user wants the run to end.</summary>
    public bool IsQuit { get; private set; }

    /// <summary>True once the user wants the run to go on without screens.</summary>
    public bool IsDetached { get; private set; }

    /// <summary>True once if everything is to be drawn again.</summary>
    public bool IsRepaintWanted { get; set; }

    /// <summary>Takes the newest figures and draws the frame.</summary>
    public void Draw(CellBuffer buffer, long nowMs)
    {
        Model.Refresh(nowMs);
        buffer.Clear();
        Area all = new(buffer, 0, 0, buffer.Columns, buffer.Rows);
        if (all.Width < ColumnsMin || all.Height < RowsMin)
        {
            all.Print(0, 0, Ink.Warn, $"too small: {all.Width}x{all.Height}");
            all.Print(0, 1, Ink.Normal, $"needs {ColumnsMin}x{RowsMin}");
            all.Text(0, 2, "q quits", Ink.Dim);
            return;
        }

        DrawTop(all);
        _screens[_active].Draw(all.Part(0, 2, all.Width, all.Height - 3), Model);
        DrawBottom(all);
    }

    public void OnKey(KeyPress key)
    {
        if (key.Key is Key.FocusIn or Key.FocusOut) return;
        _message = string.Empty;
        if (_prompt is not null)
        {
            OnPromptKey(key);
            return;
        }

        if (_isConfirmingKill)
        {
            _isConfirmingKill = false;
            _message = key.Is('y') ? _commands.Kill() : "not halted";
            return;
        }

        if (key.Key == Key.Control && key.Rune == 'C') IsQuit = true;
        else if (key.Key == Key.Control && key.Rune == 'L') IsRepaintWanted = true;
        else if (!_screens[_active].OnKey(key, Model)) OnGlobalKey(key);
    }

    private void OnGlobalKey(KeyPress key)
    {
        switch (key.Key)
        {
            case Key.Tab:
                _active = (_active + 1) % _screens.Length;
                return;
            case Key.ShiftTab:
                _active = (_active + _screens.Length - 1) % _screens.Length;
                return;
            case Key.Character:
                break;
            default:
                return;
        }

        int number = key.Rune - '1';
        if ((uint)number < (uint)_screens.Length)
        {
            _active = number;
            return;
        }

        switch (key.Rune)
        {
            case 'q':
                IsQuit = true;
                break;
            case '?':
                Show("help");
                break;
            case '/':
                if (_screens[_active].Filter is { } filter) _prompt = new Prompt('/', filter, _ => []);
                else _message = "nothing to filter here";
                break;
            case ':':
                _prompt = new Prompt(':', string.Empty, Commands.Complete);
                break;
            case 'K':
                _isConfirmingKill = true;
                break;
            default:
                _message = SteeringKey(key.Rune);
                break;
        }
    }

    private string SteeringKey(int rune) => rune switch
    {
        ' ' => _commands.TogglePause(),
        '.' => _commands.Step(),
        '+' or '=' => _commands.ChangeSpeed(1),
        '-' => _commands.ChangeSpeed(-1),
        '[' => _commands.SeekBy(-1),
        ']' => _commands.SeekBy(1),
        'p' => _commands.ToggleTrading(),
        _ => string.Empty,
    };

    private void OnPromptKey(KeyPress key)
    {
        bool? isDone = _prompt!.OnKey(key);
        if (isDone is false) return;
        Prompt done = _prompt;
        _prompt = null;
        if (isDone is null) return;
        if (done.Sign == '/') _screens[_active].SetFilter(done.Text.Trim(), Model);
        else _message = _commands.Run(done.Text) ?? RunOwn(done.Text.Trim());
    }

    /// <summary>Commands about the screens themselves.</summary>
    private string RunOwn(string line)
    {
        int space = line.IndexOf(' ');
        string verb = space < 0 ? line : line[..space];
        string argument = space < 0 ? string.Empty : line[(space + 1)..].Trim();
        switch (verb)
        {
            case "quit":
                IsQuit = true;
                return string.Empty;
            case "detach":
                IsDetached = true;
                return string.Empty;
            case "kill":
                _isConfirmingKill = true;
                return string.Empty;
            case "filter":
                Show("opportunities");
                _opportunities.SetFilter(argument, Model);
                return string.Empty;
            case "sort":
                return Sort(argument);
            case "explain":
                if (!DecisionId.TryParse(argument, out DecisionId id)) return "explain: give an id such as 902.4";
                Show("opportunities");
                return _opportunities.TryExplain(id, Model)
                    ? string.Empty
                    : $"{argument}: not among the newest {Model.Decisions.Held:N0} decisions; try [ or :seek";
            default:
                string name = verb == "help" ? verb : argument;
                return Show(name) ? string.Empty : $"no such screen: {name}";
        }
    }

    private string Sort(string by)
    {
        int at = Array.IndexOf(Commands.SortWords, by);
        if (at < 0) return $"sort {by}: give {string.Join(", ", Commands.SortWords)}";
        Show("opportunities");
        Model.Decisions.Settings.Sort = (DecisionSort)at;
        Model.Decisions.Invalidate();
        return string.Empty;
    }

    private bool Show(string name)
    {
        for (int i = 0; i < _screens.Length; i++)
        {
            if (!string.Equals(_screens[i].Name, name, StringComparison.OrdinalIgnoreCase)) continue;
            _active = i;
            return true;
        }

        return false;
    }

    private void DrawTop(Area all)
    {
        all.Fill(0, ' ', Ink.Frame);
        int x = all.Print(1, 0, Ink.Frame, $"LowLatency  {Model.Source.Title}");
        if (Model.Slot != 0) x = all.Print(x, 0, Ink.Frame, $" slot {Model.Slot}");
        if (Model.HasProgress && Model.Progress.FileBytes != 0)
            all.Print(x, 0, Ink.Frame, $" {100.0 * Model.Progress.FileBytesRead / Model.Progress.FileBytes:F0}%");
        DrawState(all);
        x = 1;
        for (int i = 0; i < _screens.Length; i++)
        {
            Ink ink = i == _active ? Ink.FrameActive : Ink.Dim;
            x = all.Print(x, 1, ink, $"{i + 1} {_screens[i].Name}") + 1;
        }
    }

    private void DrawState(Area all)
    {
        TradingState state = Model.Source.Gate.State;
        ReadOnlySpan<char> trading = state switch
        {
            TradingState.Active => "trading Active",
            TradingState.Reducing => "trading REDUCING",
            _ => "trading HALTED",
        };
        ReadOnlySpan<char> feed = Model.Source.Ended is not null ? "ENDED"
            : Model.Run?.Control is not { } control ? "live"
            : control.IsRunningToSlot ? "seeking"
            : control.IsPaused ? "PAUSED"
            : "running";
        if (Model.Run?.Control is { Speed: > 0 } paced && Model.Source.Ended is null)
            all.Right(all.Width - 1, 0, Ink.Frame, $" {feed} {paced.Speed:0.##}x  {trading}");
        else
            all.Right(all.Width - 1, 0, Ink.Frame, $" {feed}  {trading}");
    }

    private void DrawBottom(Area all)
    {
        int y = all.Height - 1;
        if (_prompt is not null)
        {
            _prompt.Draw(all, y);
            return;
        }

        if (_isConfirmingKill)
        {
            all.Text(0, y, "Halt: withhold all messages until a new start of the process? y = yes, else no", Ink.Bad);
            return;
        }

        all.Fill(y, ' ', Ink.Frame);
        if (_message.Length != 0) all.Text(1, y, _message, Ink.Frame);
        else if (Model.Source.Ended is { } ended)
            all.Print(1, y, Ink.Frame, $"{ended}; q leaves  {_screens[_active].Hints}");
        else all.Print(1, y, Ink.Frame, $"q quit  ? help  : command  {_screens[_active].Hints}");
    }
}
