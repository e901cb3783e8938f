using System;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Pipeline.View;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// The market: every pool with its state, price, depth and mispricing, or every mint. Enter goes down, from a mint to
/// its pools and from a pool to its curve; Escape goes up.
/// </summary>
internal sealed class GraphScreen : Screen
{
    private const int WideColumns = 110;
    private static readonly string[] SortNames = ["number", "mispricing", "depth", "age", "venue"];
    private readonly Scroller _scroller = new();
    private readonly PoolRows _rows = new();
    private readonly MintPane _mints = new();
    private bool _areMintsShown;
    private string _mintName = string.Empty;
    private CurvePane? _curve;

    /// <summary>Names of pool states.</summary>
    public static string[] StateNames { get; } = Enum.GetNames<PoolState>();

    public override string Name => "Graph";

    public override string Hints => _curve is not null ? "Esc back  left/right narrower, wider prices"
        : _areMintsShown ? "Enter a mint's pools  / filter  m pools"
        : _rows.Mint is not null ? "Enter a pool's curve  / filter  s sort  Esc mints"
        : "Enter a pool's curve  / filter  s sort  m mints";

    public override string? Filter => _areMintsShown ? _mints.Filter : _rows.Filter;

    public override void SetFilter(string text, Model model)
    {
        if (_areMintsShown) _mints.Filter = text;
        else _rows.Filter = text;
    }

    public override bool OnKey(KeyPress key, Model model)
    {
        if (_curve is not null)
        {
            if (key.Key is not (Key.Escape or Key.Enter or Key.Backspace)) return _curve.OnKey(key);
            _curve = null;
            if (model.Run is { } run) run.View.CurveRequest = -1;
            return true;
        }

        if (key.Is('m')) return ShowMints(!_areMintsShown);
        if (_areMintsShown) return OnMintKey(key);
        if (key.Key is Key.Escape or Key.Backspace && _rows.Mint is not null) return ShowMints(areShown: true);
        if (key.Is('s'))
        {
            _rows.Sort = (PoolSort)(((int)_rows.Sort + 1) % SortNames.Length);
            return true;
        }

        if (key.Key != Key.Enter) return _scroller.OnKey(key);
        if (_scroller.At >= _rows.Count || model.Run is null) return true;
        _curve = new CurvePane(_rows.PoolAt(_scroller.At));
        return true;
    }

    private bool ShowMints(bool areShown)
    {
        _areMintsShown = areShown;
        _rows.Mint = null;
        _scroller.At = 0;
        return true;
    }

    private bool OnMintKey(KeyPress key)
    {
        if (key.Key != Key.Enter) return _mints.Scroller.OnKey(key);
        if (_mints.Selected is not { } mint) return true;
        ShowMints(areShown: false);
        _rows.Mint = mint;
        _mintName = MintName.Of(mint);
        return true;
    }

    public override void Draw(Area area, Model model)
    {
        if (model.Run is not { } run || !model.HasMarket)
        {
            area.Text(0, 1, "no data: the run has not begun", Ink.Dim);
            return;
        }

        _rows.Refresh(run.View, model.Names);
        if (_curve is not null && _curve.PoolId < _rows.Known)
        {
            run.View.CurveRequest = _curve.PoolId; // again in each frame: a run that began again knows nothing of it
            _curve.Draw(area, model, in _rows[_curve.PoolId]);
            return;
        }

        if (_areMintsShown)
        {
            _mints.Draw(area, run.View, _rows);
            return;
        }

        DrawSummary(area, model);
        DrawHeader(area);
        int height = area.Height - 2;
        _scroller.Fit(_rows.Count, height);
        if (_rows.Count == 0)
            area.Text(0, 3, _rows.Known == 0 ? "no data: no pool is known yet" : "no pool matches the filter", Ink.Dim);
        for (int i = 0; i < height && _scroller.Top + i < _rows.Count; i++)
        {
            int poolId = _rows.PoolAt(_scroller.Top + i);
            DrawRow(area, i + 2, poolId, in _rows[poolId], model);
            if (_scroller.Top + i == _scroller.At) area.TintRow(i + 2, Ink.Selected);
        }
    }

    private void DrawSummary(Area area, Model model)
    {
        int x = area.Print(0, 0, Ink.Normal, $"{model.Market.Pools:N0} pools, {model.Market.Mints:N0} mints, ");
        x = area.Print(x, 0, Ink.Normal, $"{model.Market.Accounts:N0} accounts: ");
        for (int i = 0; i < StateNames.Length; i++)
        {
            int count = _rows.CountOf((PoolState)i);
            if (count == 0) continue;
            x = area.Print(x, 0, i == (int)PoolState.Coherent ? Ink.Good : Ink.Warn, $"{count:N0} {StateNames[i]} ");
        }

        x = area.Print(x, 0, Ink.Dim, $" by {SortNames[(int)_rows.Sort]}");
        if (_rows.Mint is not null) x = area.Print(x, 0, Ink.Warn, $"  with {_mintName}");
        if (_rows.Filter.Length != 0) area.Print(x, 0, Ink.Warn, $"  filter: {_rows.Filter}");
    }

    private static void DrawHeader(Area area)
    {
        area.Right(4, 1, Ink.Dim, $"pool");
        area.Text(6, 1, "venue", Ink.Dim);
        area.Text(13, 1, "mints", Ink.Dim);
        area.Text(31, 1, "state", Ink.Dim);
        area.Right(53, 1, Ink.Dim, $"price of A in B");
        area.Right(64, 1, Ink.Dim, $"mispriced");
        area.Right(69, 1, Ink.Dim, $"age");
        area.Right(80, 1, Ink.Dim, $"depth A");
        if (area.Width < WideColumns) return;
        area.Right(92, 1, Ink.Dim, $"depth B");
        area.Text(94, 1, "address", Ink.Dim);
    }

    private static void DrawRow(Area area, int y, int poolId, in PoolFigures pool, Model model)
    {
        PoolName name = model.Names.Of(poolId);
        bool isCoherent = pool.State == PoolState.Coherent;
        area.Right(4, y, Ink.Dim, $"{poolId}");
        area.Text(6, y, VenueNames.Short(name.Venue), Ink.Normal);
        area.Part(13, 0, 17, area.Height).Print(0, y, Ink.Normal, $"{name.MintA}/{name.MintB}");
        area.Text(31, y, StateNames[(int)pool.State], isCoherent ? Ink.Good : Ink.Warn);
        DrawPrice(area, 53, y, in pool, in name);
        if (double.IsNaN(pool.MispricingBps)) area.Right(64, y, Ink.Dim, $"-");
        else area.Right(64, y, Ink.Normal, $"{pool.MispricingBps:+0.0;-0.0;0.0} bps");
        ulong age = model.Slot > pool.StateSlot ? model.Slot - pool.StateSlot : 0;
        area.Right(69, y, Ink.Normal, $"{age:N0}");
        DrawDepth(area, 80, y, pool.DepthA, name.DecimalsA);
        if (area.Width < WideColumns) return;
        DrawDepth(area, 92, y, pool.DepthB, name.DecimalsB);
        area.Print(94, y, Ink.Dim, $"{new Address(name.Address)}");
    }

    private static void DrawPrice(Area area, int end, int y, in PoolFigures pool, in PoolName name)
    {
        double raw = pool.StatedPrice;
        if (pool.RateAToB <= 0 || pool.RateBToA <= 0)
        {
            // Not quoting: what its account states, in brackets, is no price to trade at.
            if (raw <= 0) area.Right(end, y, Ink.Dim, $"-");
            else if (name.DecimalsA < 0 || name.DecimalsB < 0) area.Right(end, y, Ink.Dim, $"({raw:0.00e+0} raw)");
            else area.Right(end, y, Ink.Dim, $"({raw * Math.Pow(10, name.DecimalsA - name.DecimalsB):G5})");
            return;
        }

        // The middle of both directions' rates: the price before fees.
        raw = Math.Sqrt(pool.RateAToB / pool.RateBToA);
        if (name.DecimalsA < 0 || name.DecimalsB < 0) area.Right(end, y, Ink.Normal, $"{raw:0.0000e+0} raw");
        else area.Right(end, y, Ink.Normal, $"{raw * Math.Pow(10, name.DecimalsA - name.DecimalsB):G7}");
    }

    private static void DrawDepth(Area area, int end, int y, double raw, int decimals)
    {
        if (raw <= 0) area.Right(end, y, Ink.Dim, $"-");
        else if (decimals < 0) area.Right(end, y, Ink.Normal, $"{new Count(raw)} raw");
        else area.Right(end, y, Ink.Normal, $"{new Quantity(raw / Math.Pow(10, decimals))}");
    }
}
