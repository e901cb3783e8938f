using System;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Worth of other mints in lamports, from the graph's own marginal rates, so that costs (always lamports) and profits
/// compare. The rate is that of the deepest coherent pool (largest output its first curve piece can give, in lamports)
/// that sells the mint for wrapped SOL, fees included; if there is none, of the deepest pool into another base mint
/// that has such a pool. Deepest, not best: a dust pool may quote any price. A mint without such a way is worth 0: its
/// profits never count as covering costs. The rate becomes a Q32 integer rounded down once, and amounts are multiplied
/// in integers. It values profits; no amount of a swap depends on it.
/// </summary>
public sealed class LamportRates
{
    private readonly MarketGraph _graph;
    private readonly FirstPieces _pieces;
    private readonly int _sol;
    private readonly int[] _baseMints;
    private readonly ulong[] _kept;
    private readonly long[] _keptAt;
    private long _event;

    /// <summary>Rates on a graph, with the mints that may serve as a step between.</summary>
    internal LamportRates(
        MarketGraph graph, FirstPieces pieces, ReadOnlySpan<Pubkey> baseMints, in Pubkey wrappedSol)
    {
        _graph = graph;
        _pieces = pieces;
        _kept = new ulong[graph.MintCapacity];
        _keptAt = new long[graph.MintCapacity];
        _sol = graph.AddMint(wrappedSol);
        _baseMints = new int[baseMints.Length];
        for (int i = 0; i < baseMints.Length; i++) _baseMints[i] = graph.AddMint(baseMints[i]);
    }

    /// <summary>
    /// The graph stays as it is until the next call: each mint's rate is worked out once. Without any call it is worked
    /// out each time.
    /// </summary>
    public void BeginEvent() => _event++;

    /// <summary>Lamports of an amount of base units, rounded down (toward minus infinity).</summary>
    public long ToLamports(int mint, long amountRaw)
    {
        if (mint == _sol) return amountRaw;
        long high = Math.BigMul(amountRaw, (long)KeptRate(mint), out long low); // a rate is at most 9e18
        if (high >> 31 == high >> 63) return (high << 32) | (long)((ulong)low >> 32);
        return high < 0 ? long.MinValue : long.MaxValue;
    }

    /// <summary>Base units worth at most that many lamports; ulong.MaxValue if the mint has no rate.</summary>
    public ulong FromLamports(int mint, ulong lamports)
    {
        if (mint == _sol || lamports == ulong.MaxValue) return lamports;
        ulong rate = KeptRate(mint);
        if (rate == 0) return 0;
        UInt128 amount = ((UInt128)lamports << 32) / rate;
        return amount > ulong.MaxValue ? ulong.MaxValue : (ulong)amount;
    }

    /// <summary>Lamports per base unit, Q32, rounded down; 0 if there is no way to wrapped SOL.</summary>
    public ulong RateQ32(int mint)
    {
        if (mint == _sol) return 1UL << 32;
        double rate = DeepestRate(mint, _sol);
        if (!(rate > 0))
        {
            // Fixed order of base mints: the first that leads to SOL decides.
            foreach (int step in _baseMints)
            {
                if (step == mint || step == _sol) continue;
                rate = DeepestRate(mint, step) * DeepestRate(step, _sol);
                if (rate > 0) break;
            }
        }

        double scaled = rate * (1UL << 32);
        return scaled < 9e18 ? (ulong)scaled : (ulong)9e18;
    }

    private ulong KeptRate(int mint)
    {
        if (_event == 0 || mint < 0) return RateQ32(mint);
        if (_keptAt[mint] != _event) (_kept[mint], _keptAt[mint]) = (RateQ32(mint), _event);
        return _kept[mint];
    }

    private double DeepestRate(int from, int to)
    {
        if (from < 0 || to < 0) return 0;
        int pair = _graph.FindPair(from, to);
        if (pair < 0) return 0;
        double deepest = 0;
        double rate = 0;
        _graph.EnsureTopology();
        foreach (int pool in _graph.PairPools(pair))
        {
            int edge = _graph.PoolEdge(pool, pair);
            if (!(_graph.Rate(edge) > 0)) continue;
            double depth = Depth(in _pieces.Of(edge));
            if (depth > deepest) (deepest, rate) = (depth, _graph.Rate(edge));
        }

        return rate;
    }

    private static double Depth(in FirstPiece first)
    {
        double end = first.AmountInMax;
        if (double.IsFinite(end)) return first.RateOut * end / (1 + (first.Curvature * end));
        return first.Curvature > 0 ? first.RateOut / first.Curvature : double.MaxValue;
    }
}
