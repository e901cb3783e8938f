using System;
using LowLatency.ConsoleHost.Journal;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Events;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>The live table of decisions; Enter explains the one under the cursor leg by leg.</summary>
internal sealed class OpportunityScreen : Screen
{
    private const int WideColumns = 110;
    private const int WidestColumns = 140;
    private static readonly string[] LifeNames = ["-", "alive", "captured", "evap.", "stale", "our error"];
    private static readonly string[] ReasonNames = Enum.GetNames<DecisionReason>();
    private static readonly string[] SortNames =
    [
        "newest", "net profit", "size", "age", "latency", "decision", "expected value", "odds", "costs", "life",
        "route",
    ];

    // What `s` goes through: newest, then the columns from the money on, left to right.
    private static readonly DecisionSort[] SortOrder =
    [
        DecisionSort.Newest, DecisionSort.NetProfit, DecisionSort.Odds, DecisionSort.ExpectedValue,
        DecisionSort.Costs, DecisionSort.Age, DecisionSort.Life, DecisionSort.Size, DecisionSort.Latency,
        DecisionSort.Route, DecisionSort.Reason,
    ];

    private readonly Scroller _scroller = new();
    private ExplainPane? _explain;
    private DecisionId _selected = new(-1, 0);

    public override string Name => "Opportunities";

    public override string Hints => _explain is null
        ? "Enter explain  / filter  s sort  r reverse  f freeze"
        : "Esc back  left/right other decision  up/down scroll";

    public override string? Filter => _model?.Decisions.Settings.Filter ?? string.Empty;

    private Model? _model;

    public override void SetFilter(string text, Model model)
    {
        model.Decisions.Settings.Filter = text;
        model.Decisions.Invalidate();
        _scroller.At = 0;
        _selected = new DecisionId(-1, 0);
    }

    public override void Draw(Area area, Model model)
    {
        _model = model;
        if (_explain is not null)
        {
            _explain.Draw(area);
            return;
        }

        DecisionStore store = model.Decisions;
        DrawSummary(area, store);
        DrawHeader(area, store.Settings.Sort);
        int height = area.Height - 2;
        FollowSelected(store);
        _scroller.Fit(store.Count, height);
        if (store.Count == 0)
        {
            string empty = store.Held == 0
                ? "no data: nothing was decided yet"
                : "no row matches the filter (/ to change)";
            area.Text(0, 3, empty, Ink.Dim);
        }

        for (int i = 0; i < height && _scroller.Top + i < store.Count; i++)
        {
            int place = _scroller.Top + i;
            ref readonly Opportunity row = ref store[place];
            if (row.LegCount == 0) area.Print(0, i + 2, Ink.Dim, $"{row.Sequence}.{row.Ordinal} went by");
            else DrawRow(area, i + 2, in row, model.Names);
            if (area.Width >= WideColumns) DrawLife(area, i + 2, in row, in store.LifeAt(place), model);
            if (place == _scroller.At) area.TintRow(i + 2, Ink.Selected);
        }
    }

    public override bool OnKey(KeyPress key, Model model)
    {
        DecisionStore store = model.Decisions;
        if (_explain is not null) return OnExplainKey(key, model);
        if (key.Key == Key.Enter) return Explain(model);
        if (key.Is('s') || key.Is('r') || key.Is('f'))
        {
            DecisionViewSettings settings = store.Settings;
            if (key.Is('s'))
                settings.Sort = SortOrder[(Array.IndexOf(SortOrder, settings.Sort) + 1) % SortOrder.Length];
            else if (key.Is('r')) settings.IsReversed = !settings.IsReversed;
            else settings.IsFrozen = !settings.IsFrozen;
            store.Invalidate();
            return true;
        }

        if (!_scroller.OnKey(key)) return false;
        _scroller.Fit(store.Count, 1);
        Remember(store);
        return true;
    }

    /// <summary>Explains a decision by its id; false if it is not held any more.</summary>
    public bool TryExplain(DecisionId id, Model model)
    {
        if (!model.Decisions.TryFind(id.Sequence, id.Ordinal, out Opportunity decision)) return false;
        _selected = id;
        _explain = new ExplainPane(decision, new LiveBook(model));
        return true;
    }

    private bool Explain(Model model)
    {
        if (_scroller.At >= model.Decisions.Count) return true;
        return TryExplain(DecisionId.Of(in model.Decisions[_scroller.At]), model);
    }

    private bool OnExplainKey(KeyPress key, Model model)
    {
        if (key.Key is Key.Escape or Key.Enter or Key.Backspace)
        {
            _explain = null;
            return true;
        }

        if (key.Key is Key.Left or Key.Right)
        {
            FollowSelected(model.Decisions);
            _scroller.At += key.Key == Key.Left ? -1 : 1;
            _scroller.Fit(model.Decisions.Count, 1);
            return Explain(model);
        }

        return _explain!.OnKey(key);
    }

    /// <summary>
    /// The cursor stays on its decision while new ones come in above it, unless it is on the first row.
    /// </summary>
    private void FollowSelected(DecisionStore store)
    {
        if (_selected.Sequence < 0) return;
        int place = store.PlaceOf(_selected.Sequence, _selected.Ordinal);
        if (place >= 0) _scroller.At = place;
    }

    private void Remember(DecisionStore store)
    {
        bool follows = _scroller.At == 0 || store.Count == 0;
        _selected = follows ? new DecisionId(-1, 0) : DecisionId.Of(in store[_scroller.At]);
    }

    private static void DrawSummary(Area area, DecisionStore store)
    {
        DecisionViewSettings settings = store.Settings;
        int x = area.Print(0, 0, Ink.Normal, $"{store.Published:N0} decisions, ");
        x = area.Print(x, 0, Ink.Normal, $"{store.Count:N0} of the newest {store.Held:N0} shown");
        x = area.Print(x, 0, Ink.Dim, $", by {SortNames[(int)settings.Sort]}");
        if (settings.IsReversed) x = area.Text(x, 0, " reversed", Ink.Dim);
        if (settings.Filter.Length != 0) x = area.Print(x, 0, Ink.Warn, $"  filter: {settings.Filter}");
        if (settings.IsFrozen) x = area.Text(x + 2, 0, "FROZEN (f)", Ink.Warn);
        if (store.Missed != 0) area.Print(x + 2, 0, Ink.Dim, $"{store.Missed:N0} went by unseen");
    }

    private static int RouteColumn(Area area) =>
        area.Width >= WidestColumns ? 107 : area.Width >= WideColumns ? 96 : 49;

    private static void DrawHeader(Area area, DecisionSort by)
    {
        area.Text(0, 1, "id", InkOf(DecisionSort.Newest));
        area.Text(10, 1, "decision", InkOf(DecisionSort.Reason));
        area.Right(43, 1, InkOf(DecisionSort.NetProfit), $"net SOL");
        area.Right(48, 1, InkOf(DecisionSort.Odds), $"odds");
        area.Text(RouteColumn(area), 1, "route", InkOf(DecisionSort.Route));
        if (area.Width < WideColumns) return;
        area.Right(58, 1, InkOf(DecisionSort.ExpectedValue), $"EV SOL");
        area.Right(67, 1, InkOf(DecisionSort.Costs), $"cost SOL");
        area.Right(71, 1, InkOf(DecisionSort.Age), $"age");
        area.Text(72, 1, "life, slots", InkOf(DecisionSort.Life));
        area.Right(94, 1, InkOf(DecisionSort.Size), $"size");
        if (area.Width >= WidestColumns) area.Right(105, 1, InkOf(DecisionSort.Latency), $"latency");

        Ink InkOf(DecisionSort column) => column == by ? Ink.Strong : Ink.Dim;
    }

    private static void DrawRow(Area area, int y, in Opportunity o, PoolNames names)
    {
        bool isGo = o.Reason == DecisionReason.Go;
        Ink money = isGo ? Ink.Good : Ink.Normal;
        area.Print(0, y, Ink.Normal, $"{o.Sequence}.{o.Ordinal}");
        area.Print(10, y, money, $"{(isGo ? "GO" : "no")} {ReasonOf(o.Reason)}");
        if (o.ComputeUnitLimit == 0)
        {
            area.Right(43, y, Ink.Dim, $"-"); // never came to costs
            area.Right(47, y, Ink.Dim, $"-");
        }
        else
        {
            area.Right(43, y, money, $"{new Sol(o.NetProfitLamports)}");
            area.Right(47, y, Ink.Normal, $"{o.LandingPpm / 10_000}%");
        }

        if (area.Width >= WideColumns) DrawDetails(area, y, in o, names);
        DrawRoute(area, RouteColumn(area), y, in o, names);
    }

    private static void DrawDetails(Area area, int y, in Opportunity o, PoolNames names)
    {
        if (o.ComputeUnitLimit != 0)
        {
            area.Right(58, y, Ink.Normal, $"{new Sol(o.ExpectedValueLamports)}");
            area.Right(67, y, Ink.Normal, $"{new Sol(DecisionStore.CostsOf(in o))}");
        }

        area.Right(71, y, Ink.Normal, $"{o.StateAgeSlotsMax:N0}");
        if (o.AmountInRaw != 0) DrawSize(area.Part(84, y, 10, 1), in o, names);
        if (area.Width < WidestColumns) return;
        if (o.DecisionLatencyNs != 0) area.Right(105, y, Ink.Normal, $"{new Duration(o.DecisionLatencyNs)}");
        else area.Right(105, y, Ink.Dim, $"-");
    }

    private static void DrawSize(Area area, in Opportunity o, PoolNames names)
    {
        PoolName first = names.Of(o.Legs[0].PoolId);
        bool aToB = o.Legs[0].Direction == (byte)SwapDirection.AToB;
        int decimals = aToB ? first.DecimalsA : first.DecimalsB;
        ReadOnlySpan<char> mint = aToB ? first.MintA : first.MintB;
        if (decimals < 0) area.Right(area.Width, 0, Ink.Normal, $"{new Count(o.AmountInRaw)} raw");
        else area.Right(area.Width, 0, Ink.Normal, $"{new Quantity(o.AmountInRaw / Math.Pow(10, decimals))} {mint}");
    }

    /// <summary>How its cycle ended and after how many slots; "open" while it is followed.</summary>
    private static void DrawLife(Area area, int y, in Opportunity o, in LifeMark life, Model model)
    {
        if (life.Label != LifeLabel.None)
        {
            Ink ink = life.Label == LifeLabel.OurError ? Ink.Bad : Ink.Normal;
            area.Print(72, y, ink, $"{LifeNames[(int)life.Label]} {life.SpanSlots}");
            return;
        }

        bool isFollowed = o.GrossProfitRaw > 0 && model.Run is { } run
            && model.Slot <= o.Slot + (ulong)run.View.FollowSlots;
        area.Text(72, y, isFollowed ? "open" : "-", Ink.Dim);
    }

    private static ReadOnlySpan<char> ReasonOf(DecisionReason reason) =>
        reason == DecisionReason.Go ? default : ReasonNames[(int)reason];

    private static void DrawRoute(Area area, int x, int y, in Opportunity o, PoolNames names)
    {
        for (int i = 0; i < o.LegCount; i++)
        {
            PoolName name = names.Of(o.Legs[i].PoolId);
            bool aToB = o.Legs[i].Direction == (byte)SwapDirection.AToB;
            if (i == 0) x = area.Text(x, y, aToB ? name.MintA : name.MintB, Ink.Normal);
            x = area.Print(x, y, Ink.Dim, $" -{VenueNames.Short(name.Venue)}> ");
            x = area.Text(x, y, aToB ? name.MintB : name.MintA, Ink.Normal);
        }
    }
}
