using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Of the Go decisions of one event that share a pool, keeps the one with the largest net profit after the staleness
/// penalty (ties: the lower position) and marks the others Dominated. A binary heap gives them best first:
/// n log n comparisons for n decisions. Owner: the scoring thread. Memory: 8 bytes an opportunity, 1 a pool.
/// </summary>
internal sealed class OverlapSettler
{
    private readonly OpportunityRing _ring;
    private readonly long[] _heap;
    private readonly bool[] _poolTaken;
    private int _count;

    internal OverlapSettler(OpportunityRing ring, MarketGraph graph)
    {
        _ring = ring;
        _heap = new long[ring.Capacity];
        _poolTaken = new bool[graph.PoolCapacity];
    }

    /// <summary>Settles the opportunities from a position on.</summary>
    internal void Settle(long first, int count)
    {
        _count = 0;
        for (long position = first; position < first + count; position++)
        {
            if (_ring[position].Reason == DecisionReason.Go) _heap[_count++] = position;
        }

        for (int i = (_count / 2) - 1; i >= 0; i--) Sink(i);
        while (_count > 0)
        {
            ref Opportunity best = ref _ring[_heap[0]];
            _heap[0] = _heap[--_count];
            Sink(0);
            if (TouchesTaken(in best)) best.Reason = DecisionReason.Dominated;
            else MarkPools(in best, true);
        }

        for (long position = first; position < first + count; position++)
        {
            if (_ring[position].Reason == DecisionReason.Go) MarkPools(in _ring[position], false);
        }
    }

    private void Sink(int parent)
    {
        while (true)
        {
            int child = (2 * parent) + 1;
            if (child >= _count) return;
            if (child + 1 < _count && IsBetter(_heap[child + 1], _heap[child])) child++;
            if (!IsBetter(_heap[child], _heap[parent])) return;
            (_heap[parent], _heap[child]) = (_heap[child], _heap[parent]);
            parent = child;
        }
    }

    private bool IsBetter(long position, long than)
    {
        long worth = Worth(in _ring[position]);
        long other = Worth(in _ring[than]);
        return worth > other || (worth == other && position < than);
    }

    private static long Worth(in Opportunity one) => one.NetProfitLamports - one.StalenessPenaltyLamports;

    private bool TouchesTaken(in Opportunity one)
    {
        for (int leg = 0; leg < one.LegCount; leg++)
        {
            if (_poolTaken[one.Legs[leg].PoolId]) return true;
        }

        return false;
    }

    private void MarkPools(in Opportunity one, bool taken)
    {
        for (int leg = 0; leg < one.LegCount; leg++) _poolTaken[one.Legs[leg].PoolId] = taken;
    }
}
