using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>What the table of pools is sorted by.</summary>
internal enum PoolSort : byte
{
    Number = 0,
    Mispricing,
    Depth,
    Age,
    Venue,
}

/// <summary>
/// The console thread's copy of the pools, ordered. Allocates only when there are more than ever before.
/// </summary>
internal sealed class PoolRows
{
    private readonly Comparison<int> _compare;
    private PoolFigures[] _rows = [];
    private int[] _order = [];

    public PoolRows() => _compare = Compare;

    public PoolSort Sort { get; set; }

    public string Filter { get; set; } = string.Empty;

    /// <summary>Mint that a shown pool must trade; null for any.</summary>
    public Pubkey? Mint { get; set; }

    /// <summary>Pools known.</summary>
    public int Known { get; private set; }

    /// <summary>Rows shown.</summary>
    public int Count { get; private set; }

    /// <summary>Pool id by place in the table.</summary>
    public int PoolAt(int place) => _order[place];

    public ref readonly PoolFigures this[int poolId] => ref _rows[poolId];

    public void Refresh(PipelineView view, PoolNames names)
    {
        Known = (int)view.Pools.Count;
        if (_rows.Length < Known)
        {
            _rows = new PoolFigures[Math.Max(64, 2 * Known)];
            _order = new int[_rows.Length];
        }

        Count = 0;
        for (int i = 0; i < Known; i++)
        {
            if (view.Pools.TryRead(i, out PoolFigures pool)) _rows[i] = pool;
            if (Mint is { } mint && !Trades(view.Describe(i), mint)) continue;
            if (Filter.Length == 0 || IsWanted(names.Of(i), _rows[i].State)) _order[Count++] = i;
        }

        _order.AsSpan(0, Count).Sort(_compare);
    }

    /// <summary>Pools in a state.</summary>
    public int CountOf(PoolState state)
    {
        int count = 0;
        for (int i = 0; i < Known; i++) count += _rows[i].State == state ? 1 : 0;
        return count;
    }

    private static bool Trades(in PoolDescription pool, in Pubkey mint) => pool.MintA == mint || pool.MintB == mint;

    private bool IsWanted(in PoolName name, PoolState state) =>
        Has(name.Venue) || Has(name.MintA) || Has(name.MintB)
        || Has(GraphScreen.StateNames[(int)state]);

    private bool Has(string text) => text.Contains(Filter, StringComparison.OrdinalIgnoreCase);

    private int Compare(int left, int right)
    {
        ref readonly PoolFigures a = ref _rows[left];
        ref readonly PoolFigures b = ref _rows[right];
        int by = Sort switch
        {
            PoolSort.Mispricing => Size(b.MispricingBps).CompareTo(Size(a.MispricingBps)),
            PoolSort.Depth => b.DepthA.CompareTo(a.DepthA),
            PoolSort.Age => a.StateSlot.CompareTo(b.StateSlot),
            PoolSort.Venue => a.Venue.CompareTo(b.Venue),
            _ => 0,
        };
        return by != 0 ? by : left.CompareTo(right);
    }

    private static double Size(double bps) => double.IsNaN(bps) ? -1 : Math.Abs(bps);
}
