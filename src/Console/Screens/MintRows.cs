using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>A mint as the table shows it.</summary>
internal struct MintRow
{
    public Pubkey Mint;
    public string Name;
    public string Address;
    public int Decimals;

    /// <summary>Lamports per base unit; NaN if unknown.</summary>
    public double FairPrice;
    public int Pools;
    public int Coherent;

    /// <summary>Input of the mint that moves all its pools by 1 %, base units.</summary>
    public double Depth;

    /// <summary>The pool that is farthest from the fair price, 1/10,000; 0 if none says.</summary>
    public double WorstBps;
}

/// <summary>
/// The mints of the pools on the screen, the deepest first. Allocates only when there are more than ever before.
/// </summary>
internal sealed class MintRows
{
    private readonly Dictionary<Pubkey, int> _index = [];
    private readonly Comparison<int> _compare;
    private MintRow[] _rows = [];
    private int[] _order = [];

    public MintRows() => _compare = Compare;

    /// <summary>Mints known.</summary>
    public int Count { get; private set; }

    public ref readonly MintRow this[int place] => ref _rows[_order[place]];

    public void Refresh(PipelineView view, PoolRows pools, string filter)
    {
        Take(view);
        for (int pool = 0; pool < pools.Known; pool++)
        {
            ref readonly PoolFigures figures = ref pools[pool];
            PoolDescription keys = view.Describe(pool);
            Add(new NamedMint(keys.MintA, keys.DecimalsA), figures.DepthA, in figures);
            Add(new NamedMint(keys.MintB, keys.DecimalsB), figures.DepthB, in figures);
        }

        Count = 0;
        for (int i = 0; i < _index.Count; i++)
        {
            bool isWanted = filter.Length == 0 || _rows[i].Name.Contains(filter, StringComparison.OrdinalIgnoreCase);
            if (isWanted && _rows[i].Pools != 0) _order[Count++] = i;
        }

        _order.AsSpan(0, Count).Sort(_compare);
    }

    private void Take(PipelineView view)
    {
        int known = (int)view.Mints.Count;
        if (_rows.Length < known)
        {
            Array.Resize(ref _rows, Math.Max(64, 2 * known));
            _order = new int[_rows.Length];
        }

        for (int i = 0; i < known; i++)
        {
            if (!view.Mints.TryRead(i, out MintFigures figures)) continue;
            ref MintRow row = ref _rows[i];
            if (_index.TryAdd(figures.Mint, i))
            {
                row.Mint = figures.Mint;
                row.Name = MintName.Of(figures.Mint);
                row.Address = figures.Mint.ToString();
            }

            (row.FairPrice, row.Pools, row.Coherent, row.Depth, row.WorstBps) = (figures.FairPrice, 0, 0, 0, 0);
        }
    }

    private void Add(in NamedMint mint, double depth, in PoolFigures pool)
    {
        if (!_index.TryGetValue(mint.Key, out int at)) return; // published a moment later
        ref MintRow row = ref _rows[at];
        if (row.Pools == 0 || mint.SeenDecimals >= 0) row.Decimals = mint.Decimals;
        row.Pools++;
        if (pool.State == PoolState.Coherent) row.Coherent++;
        row.Depth += depth;
        if (Math.Abs(pool.MispricingBps) > Math.Abs(row.WorstBps)) row.WorstBps = pool.MispricingBps;
    }

    /// <summary>By depth in lamports; what has no price comes last, in the order it became known.</summary>
    private int Compare(int left, int right)
    {
        int by = Worth(right).CompareTo(Worth(left));
        return by != 0 ? by : left.CompareTo(right);
    }

    private double Worth(int row) => double.IsNaN(_rows[row].FairPrice) ? -1 : _rows[row].Depth * _rows[row].FairPrice;
}
