using System;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// One pool's liquidity as bars: how much of B changes hands while the price moves by each further step, to the left
/// down (A is sold), to the right up (A is bought). Ticks and bins show as steps; a constant-product pool is smooth.
/// </summary>
internal sealed class CurvePane(int poolId)
{
    private static readonly double[] Steps = [0.00001, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01];
    private readonly double[] _left = new double[128];
    private readonly double[] _right = new double[128];
    private CurveFigures _figures;
    private int _step = 2;

    public int PoolId { get; } = poolId;

    public bool OnKey(KeyPress key)
    {
        if (key.Key is not (Key.Left or Key.Right)) return false;
        _step = Math.Clamp(_step + (key.Key == Key.Left ? -1 : 1), 0, Steps.Length - 1);
        return true;
    }

    public void Draw(Area area, Model model, in PoolFigures pool)
    {
        PoolName name = model.Names.Of(PoolId);
        area.Print(0, 0, Ink.Title, $"pool {PoolId}  {name.Venue}  {name.MintA}/{name.MintB}");
        area.Print(0, 1, Ink.Normal, $"address {new Address(name.Address)}");
        int x = area.Print(0, 2, Ink.Normal, $"state {GraphScreen.StateNames[(int)pool.State]}");
        area.Print(x, 2, Ink.Normal, $", of slot {pool.StateSlot}; depth is input for 1 %:");
        Amount(area, 0, 3, "depth A", pool.DepthA, name.DecimalsA, name.MintA);
        Amount(area, 40, 3, "depth B", pool.DepthB, name.DecimalsB, name.MintB);
        bool isOurs = model.Run!.View.Curve.TryRead(out _figures) && _figures.PoolId == PoolId;
        if (!isOurs || (_figures.CountAToB == 0 && _figures.CountBToA == 0))
        {
            string why = isOurs ? "no curve: the pool cannot quote in its state" : "no data yet";
            area.Text(0, 5, why, Ink.Dim);
            return;
        }

        DrawBars(area.Part(0, 5, area.Width, area.Height - 5), in name);
    }

    private static void Amount(Area area, int x, int y, ReadOnlySpan<char> what, double raw, int decimals, string mint)
    {
        x = area.Print(x, y, Ink.Dim, $"{what} ");
        if (raw <= 0) area.Text(x, y, "no data", Ink.Dim);
        else if (decimals < 0) area.Print(x, y, Ink.Normal, $"{new Count(raw)} base units of {mint}");
        else area.Print(x, y, Ink.Normal, $"{new Quantity(raw / Math.Pow(10, decimals))} {mint}");
    }

    private void DrawBars(Area area, in PoolName name)
    {
        int half = Math.Min((area.Width - 1) / 2, _left.Length);
        int rows = area.Height - 3;
        double step = Steps[_step];
        ReadOnlySpan<CurveSegment> down = ((ReadOnlySpan<CurveSegment>)_figures.AToB)[.._figures.CountAToB];
        ReadOnlySpan<CurveSegment> up = ((ReadOnlySpan<CurveSegment>)_figures.BToA)[.._figures.CountBToA];
        double rate = down.IsEmpty ? 0 : down[0].RateOut;
        double top = Math.Max(Fill(_left.AsSpan(0, half), down, step, rate), Fill(_right.AsSpan(0, half), up, step, 1));
        int x = area.Text(0, 0, "B that changes hands ", Ink.Dim);
        x = area.Print(x, 0, Ink.Normal, $"in each {step * 100:0.###} % of price, tallest ");
        double scale = name.DecimalsB < 0 ? 1 : Math.Pow(10, name.DecimalsB);
        x = area.Print(x, 0, Ink.Strong, $"{new Quantity(top / scale)} ");
        area.Text(x, 0, name.DecimalsB < 0 ? "base units" : name.MintB, Ink.Strong);
        for (int i = 0; i < half && top > 0; i++)
        {
            Column(area, half - 1 - i, rows, _left[i] / top, Ink.BarOther);
            Column(area, half + 1 + i, rows, _right[i] / top, Ink.Bar);
        }

        for (int y = 1; y <= rows; y++) area.Put(half, y, Glyphs.Vertical, Ink.Dim);
        area.Print(0, rows + 1, Ink.Dim, $"-{100 * (1 - Math.Pow(1 - step, half)):0.##} % A is sold");
        area.Text(half - 2, rows + 1, "price", Ink.Dim);
        area.Right((2 * half) + 1, rows + 1, Ink.Dim, $"A is bought +{100 * (Math.Pow(1 - step, -half) - 1):0.##} %");
        x = area.Print(0, rows + 2, Ink.Dim, $"pieces (ticks, bins): {down.Length} down, {up.Length} up");
        area.Print(x, rows + 2, Ink.Dim, $"; at most {CurvePieces.Length} a side");
    }

    /// <summary>Input of each price step outward, in units of B; returns the largest.</summary>
    private static double Fill(Span<double> columns, ReadOnlySpan<CurveSegment> pieces, double step, double unit)
    {
        double before = 0;
        double top = 0;
        double kept = 1;
        for (int i = 0; i < columns.Length; i++)
        {
            kept *= 1 - step;
            double input = CurveMath.InputToMove(pieces, 1 - kept);
            columns[i] = Math.Max(0, input - before) * unit;
            before = input;
            top = Math.Max(top, columns[i]);
        }

        return top;
    }

    private static void Column(Area area, int x, int rows, double share, Ink ink)
    {
        double height = share * rows;
        for (int r = 0; r < rows && height > r; r++)
            area.Put(x, rows - r, Glyphs.Column(Math.Clamp(height - r, 0, 1)), ink);
    }
}
