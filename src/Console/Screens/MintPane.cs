using System;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>The table of mints: fair price, pools, depth; Enter goes to a mint's pools.</summary>
internal sealed class MintPane
{
    private const double LamportsPerSol = 1e9;
    private readonly Scroller _scroller = new();
    private readonly MintRows _rows = new();

    /// <summary>The mint under the cursor; null if there is none.</summary>
    public Pubkey? Selected => _scroller.At < _rows.Count ? _rows[_scroller.At].Mint : null;

    public string Filter { get; set; } = string.Empty;

    public Scroller Scroller => _scroller;

    public void Draw(Area area, PipelineView view, PoolRows pools)
    {
        _rows.Refresh(view, pools, Filter);
        int x = area.Print(0, 0, Ink.Normal, $"{_rows.Count:N0} mints by depth; ");
        x = area.Text(x, 0, "fair: the price all pools agree on best", Ink.Normal);
        if (Filter.Length != 0) area.Print(x, 0, Ink.Warn, $"  filter: {Filter}");
        area.Text(0, 1, "mint", Ink.Dim);
        area.Right(22, 1, Ink.Dim, $"pools");
        area.Right(32, 1, Ink.Dim, $"coherent");
        area.Right(50, 1, Ink.Dim, $"fair price SOL");
        area.Right(63, 1, Ink.Dim, $"depth SOL");
        area.Right(76, 1, Ink.Dim, $"worst pool");
        area.Text(80, 1, "address", Ink.Dim);
        int height = area.Height - 2;
        _scroller.Fit(_rows.Count, height);
        if (_rows.Count == 0) area.Text(0, 3, "no data: no mint is known, or none matches the filter", Ink.Dim);
        for (int i = 0; i < height && _scroller.Top + i < _rows.Count; i++)
        {
            DrawRow(area, i + 2, in _rows[_scroller.Top + i]);
            if (_scroller.Top + i == _scroller.At) area.TintRow(i + 2, Ink.Selected);
        }
    }

    private static void DrawRow(Area area, int y, in MintRow row)
    {
        area.Text(0, y, row.Name, Ink.Normal);
        area.Right(22, y, Ink.Normal, $"{row.Pools:N0}");
        area.Right(32, y, row.Coherent == row.Pools ? Ink.Good : Ink.Warn, $"{row.Coherent:N0}");
        if (double.IsNaN(row.FairPrice)) area.Right(50, y, Ink.Dim, $"no pool to SOL");
        else if (row.Decimals < 0) area.Right(50, y, Ink.Normal, $"{row.FairPrice / LamportsPerSol:0.0000e+0} raw");
        else area.Right(50, y, Ink.Normal, $"{row.FairPrice * Math.Pow(10, row.Decimals) / LamportsPerSol:G7}");
        double depth = row.Depth * row.FairPrice / LamportsPerSol;
        if (depth > 0) area.Right(63, y, Ink.Normal, $"{new Quantity(depth)}");
        else area.Right(63, y, Ink.Dim, $"-");
        if (row.WorstBps == 0) area.Right(76, y, Ink.Dim, $"-");
        else area.Right(76, y, Ink.Normal, $"{row.WorstBps:+0.0;-0.0;0.0} bps");
        area.Print(80, y, Ink.Dim, $"{row.Address}");
    }
}
