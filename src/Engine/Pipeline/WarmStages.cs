using System;
using System.Buffers.Binary;
using System.Numerics;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Pipeline;

/// <summary>
/// A second, small set of the stages from dedup to the search, with tables and rings of its own and one pool a venue,
/// copied from the market as it becomes whole. While nothing arrives events go through it, so that the code of an
/// event's whole way stays in the caches and its branches are foreseen; the real stages' own slices keep their data.
/// Nothing of it is seen by the real stages, by a counter or by a sink. Owner: the market group's thread.
/// Bounds: <see cref="MaxPools"/> pools, accounts of <see cref="MaxAccountBytes"/>; what does not fit is left out.
/// </summary>
public sealed class WarmStages : IWarmable
{
    private const int MaxPools = 32;
    private const int MaxAccounts = 256;
    private const int MaxOpportunities = 32;
    private const int MaxAccountBytes = 16 * 1024;
    private const int PayloadBytes = 2 * MaxAccountBytes;
    private const int TokenAccountBytes = 165;
    private const int AmountOffset = 64;
    private const int AmountShift = 6; // a swap of some 1/64 of a vault, there and back

    private readonly GraphStage _real;
    private readonly GraphStage _graph;
    private readonly CycleStage _cycles;
    private readonly InlineRunner _runner;
    private readonly AccountDependency[] _dependencies = new AccountDependency[PoolRegistrar.MaxDependencies];
    private readonly bool[] _hasVenue = new bool[byte.MaxValue + 1];
    private readonly int[] _turns = new int[MaxAccounts]; // account ids
    private int _turnCount;
    private int _turn;
    private int _nextPool;
    private ulong _slot = 1;

    /// <summary>An empty one, to be filled from <paramref name="real"/>.</summary>
    public WarmStages(GraphStage real, SearchSettings search, IClock? clock)
    {
        _real = real;
        PayloadRing payloads = new(PayloadBytes, MaxAccountBytes);
        PayloadRing messages = new(2 * PayloadRing.AlignmentBytes, PayloadRing.AlignmentBytes);
        MarketGraph market = new(2 * MaxPools, MaxPools, 1);
        OpportunityRing opportunities = new(MaxOpportunities);
        _graph = new GraphStage(
            new GraphSettings { MaxAccounts = MaxAccounts, MaxPools = MaxPools, MaxMints = 2 * MaxPools }, market,
            payloads);
        _cycles = new CycleStage(
            market, _graph.Touched, opportunities, search with { MaxCyclesPerEvent = MaxOpportunities });
        SinkStage sinks = new([], opportunities, new LifeRing(1), messages, payloads, false);
        StageGroup group = new(
            "warm",
            [
                new(new DedupStage(MaxAccounts), StampId.Dedup, StageNeeds.All),
                new(_graph, StampId.Graph, StageNeeds.Live),
                new(_cycles, StampId.Cycles, StageNeeds.Searchable),
                new(sinks, StampId.None, StageNeeds.All),
            ],
            clock);
        _runner = new InlineRunner(payloads, [group], new Fatal(), clock, long.MaxValue) { TakesSteps = false };
        _ = _runner.TryClaim(0, out _);
        _runner.Current.Kind = EventKind.FeedOpen;
        _runner.Publish(0);
    }

    /// <summary>Events that went through it.</summary>
    public long Events => _runner.NextSequence;

    /// <summary>Pools in it.</summary>
    public int PoolCount => _graph.Market.PoolCount;

    /// <summary>Searches it made.</summary>
    public long Searches => _cycles.SearchCount;

    /// <summary>
    /// Looks at one more pool of the market and takes it in, with its accounts, if it is whole and of a venue not yet
    /// there. The only call that allocates; in housekeeping.
    /// </summary>
    public void TakeIn()
    {
        MarketGraph market = _real.Market;
        if (market.PoolCount == 0) return;
        if (_nextPool >= market.PoolCount) _nextPool = 0;
        int poolId = _nextPool++;
        Pool pool = market.Pool(poolId);
        ref bool isThere = ref _hasVenue[(byte)pool.Venue];
        if (isThere || market.State(poolId) != PoolState.Coherent) return;
        isThere = true;
        int count = pool.CopyDependencies(_dependencies);
        Copy(pool.Address, AccountRole.Pool);
        foreach (ref readonly AccountDependency one in _dependencies.AsSpan(0, count))
        {
            if (one.Required) Copy(one.Key, one.Role);
        }
    }

    /// <inheritdoc/>
    /// <remarks>An event of a vault or pool that is there, a vault's with another amount than before.</remarks>
    public void Warm()
    {
        if (_turnCount == 0) return;
        if (++_turn >= _turnCount) (_turn, _slot) = (0, _slot + 1);
        AccountView known = _graph.Accounts.View(_turns[_turn]);
        if (!TryFill(in known, EventKind.Account, out Span<byte> data)) return;
        if (data.Length == TokenAccountBytes)
        {
            Span<byte> amount = data.Slice(AmountOffset, sizeof(ulong));
            ulong raw = BinaryPrimitives.ReadUInt64LittleEndian(amount);
            int bit = Math.Max(0, BitOperations.Log2(raw | 1) - AmountShift);
            BinaryPrimitives.WriteUInt64LittleEndian(amount, raw ^ (1UL << bit));
        }

        _runner.Publish(data.Length);
    }

    private void Copy(in Pubkey key, AccountRole role)
    {
        int realId = _real.Accounts.Find(in key);
        if (realId < 0 || _real.Accounts[realId].Knowledge != AccountKnowledge.Present) return;
        AccountView account = _real.Accounts.View(realId);
        if (!TryFill(in account, EventKind.AccountSnapshot, out Span<byte> data)) return;
        _runner.Publish(data.Length);
        int id = _graph.Accounts.Find(in key);
        if (id < 0 || _turnCount == _turns.Length) return;
        if (role is AccountRole.Pool or AccountRole.VaultA or AccountRole.VaultB) _turns[_turnCount++] = id;
    }

    private bool TryFill(in AccountView account, EventKind kind, out Span<byte> data)
    {
        if (_runner.TryClaim(account.Data.Length, out data) != ClaimStatus.Ok) return false;
        account.Data.CopyTo(data);
        ref MarketEvent e = ref _runner.Current;
        e.Kind = kind;
        e.Slot = _slot;
        e.Account = account.Key;
        e.Owner = account.Owner;
        e.Lamports = account.Lamports;
        e.ReceiveUtcNs = (long)_slot;
        e.ReceiveNs = (long)_slot;
        return true;
    }
}
