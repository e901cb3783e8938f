using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// How probable it is that an opportunity is still there when its transaction lands, learned from how cycles over the
/// same pairs of pools ended. For a pair it is the survival past the setting's slots: the product over the slots of
/// <c>1 - ended / still followed</c>. A pair with few lives leans on the whole market's: each slot's share is taken as
/// if <see cref="MarketWeightLives"/> further lives had ended at the market's rate; and the market's begins with one
/// life ended and one not. A route is as probable as its least probable pair. Lives count from their first decision, so
/// a cycle that is decided again is taken for a new one; what the leader orders before us within the landing slot
/// counts against us. Integers, parts per million, rounded against us; the order of events decides, no clock does.
/// Owner: the market group's thread; the life stage tells it, Scoring asks. Bound: <see cref="MaxPairs"/> pairs;
/// further ones have the market's probability.
/// </summary>
// Source: Kaplan, Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958), eq. 1a; the rate of
// a market without lives is Laplace's rule of succession.
public sealed class LandingModel
{
    /// <summary>One, in parts per million.</summary>
    public const uint One = 1_000_000;

    /// <summary>Pairs kept: three for each pool of a real market of 1,302.</summary>
    public const int MaxPairs = 4096;

    /// <summary>
    /// Lives at the market's rate added to each pair: with as many of its own, a pair counts as much as the market.
    /// </summary>
    public const int MarketWeightLives = 16;

    private readonly PoolPairTable _pairs = new(MaxPairs);
    private readonly int _spans;
    private readonly long[] _lives = new long[MaxPairs + 1]; // the last row is the market
    private readonly long[] _ended; // by row and span, up to the landing slot
    private readonly long[] _cut;
    private readonly uint[] _survival = new uint[MaxPairs + 1]; // by row, as of so many lives of the market
    private readonly long[] _survivalAt = new long[MaxPairs + 1];

    /// <summary>A model of a transaction that lands so many slots after the decision.</summary>
    public LandingModel(int landingSlots)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(landingSlots);
        _spans = landingSlots + 1;
        _ended = new long[(MaxPairs + 1) * _spans];
        _cut = new long[(MaxPairs + 1) * _spans];
        Array.Fill(_survivalAt, -1);
    }

    /// <summary>Lives it has learned from.</summary>
    public long LifeCount => _lives[MaxPairs];

    /// <summary>Takes in how a followed cycle ended; what was never there says nothing about lives.</summary>
    public void Observe(in LifeRecord life)
    {
        if (life.Label is LifeLabel.Stale or LifeLabel.OurError) return;
        Count(MaxPairs, in life);
        for (int leg = 0; leg < PoolPairTable.PairsOf(life.LegCount); leg++)
        {
            int row = _pairs.FindOrAdd(life.Pools[leg], life.Pools[leg + 1 < life.LegCount ? leg + 1 : 0]);
            if (row >= 0) Count(row, in life);
        }
    }

    /// <summary>Probability that a route is still there when its transaction lands, parts per million.</summary>
    /// <param name="one">The route.</param>
    /// <param name="lives">Lives of the pair that decides it; 0 if only the market speaks.</param>
    public uint Estimate(in Opportunity one, out uint lives)
    {
        uint least = uint.MaxValue;
        lives = 0;
        for (int leg = 0; leg < PoolPairTable.PairsOf(one.LegCount); leg++)
        {
            int next = leg + 1 < one.LegCount ? leg + 1 : 0;
            int row = _pairs.Find(one.Legs[leg].PoolId, one.Legs[next].PoolId);
            uint survival = KeptSurvival(row);
            if (survival >= least) continue;
            least = survival;
            lives = row < 0 ? 0 : (uint)Math.Min(_lives[row], uint.MaxValue);
        }

        return least;
    }

    private void Count(int row, in LifeRecord life)
    {
        _lives[row]++;
        if (life.SpanSlots >= (ulong)_spans) return; // outlived the landing slot
        int at = (row * _spans) + (int)life.SpanSlots;
        if (life.Label == LifeLabel.Alive) _cut[at]++;
        else _ended[at]++;
    }

    /// <summary>PERF: worked out once between two lives that end (ScoringBenchmark): six divisions a pair.</summary>
    private uint KeptSurvival(int row)
    {
        int kept = row < 0 ? MaxPairs : row;
        if (_survivalAt[kept] == LifeCount) return _survival[kept];
        (_survival[kept], _survivalAt[kept]) = (Survival(row), LifeCount);
        return _survival[kept];
    }

    /// <summary>Survival of a pair; of the market alone if the row is -1.</summary>
    private uint Survival(int row)
    {
        long followed = row < 0 ? 0 : _lives[row];
        long followedMarket = _lives[MaxPairs];
        ulong survival = One;
        for (int span = 0; span < _spans; span++)
        {
            int market = (MaxPairs * _spans) + span;
            long rate = Share(((_ended[market] + 1) * One), followedMarket + 2);
            followedMarket -= _ended[market] + _cut[market];
            long ended = 0;
            long left = 0;
            if (row >= 0)
            {
                ended = _ended[(row * _spans) + span];
                left = ended + _cut[(row * _spans) + span];
            }

            long share = Share((ended * One) + (MarketWeightLives * rate), followed + MarketWeightLives);
            followed -= left;
            survival = survival * (ulong)(One - share) / One;
        }

        return (uint)survival;
    }

    private static long Share(long part, long whole) => (part + whole - 1) / whole;
}
