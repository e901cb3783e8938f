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
/// Nothing of it is seen by the real stages, by a counter or by a sink. Made at the first slice: where nobody spins it
/// takes no memory. Owner: the market group's thread. Bounds: <see cref="MaxPools"/> pools, accounts of
/// <see cref="MaxAccountBytes"/>; what does not fit is left out.
/// </summary>
public sealed class WarmStages : IWarmable
{
    private const int MaxPools = 32;
    private const int MaxAccounts = 256;
    private const int MaxOpportunities = 32;
    private const int MaxAccountBytes = 16 * 1024;
    private const int PayloadBytes = 2 * MaxAccountBytes;
    private const int AmountShift = 6; // a swap of some 1/64 of a vault, there and back

    private readonly GraphStage _real;
    private readonly SearchSettings _search;
    private readonly IClock? _clock;
    private Set? _set;

    /// <summary>Stages that are copied from <paramref name="real"/> once a slice is asked for.</summary>
    public WarmStages(GraphStage real, SearchSettings search, IClock? clock)
    {
        _real = real;
        _search = search with { MaxCyclesPerEvent = MaxOpportunities };
        _clock = clock;
    }

    /// <summary>Events that went through it.</summary>
    public long Events => _set?.Runner.NextSequence ?? 0;

    /// <summary>Pools in it.</summary>
    public int PoolCount => _set?.Graph.Market.PoolCount ?? 0;

    /// <summary>Searches it made.</summary>
    public long Searches => _set?.Cycles.SearchCount ?? 0;

    /// <summary>
    /// Looks at one more pool of the market and takes it in, with its accounts, if it is whole and of a venue not yet
    /// there. In housekeeping; it and the first slice are all that allocates.
    /// </summary>
    public void TakeIn() => _set?.TakeIn();

    /// <inheritdoc/>
    public void Warm()
    {
        _set ??= new Set(_real, _search, _clock);
        _set.Turn();
    }

    private sealed class Set
    {
        private readonly GraphStage _real;
        private readonly AccountDependency[] _dependencies = new AccountDependency[PoolRegistrar.MaxDependencies];
        private readonly bool[] _hasVenue = new bool[byte.MaxValue + 1];
        private readonly int[] _turns = new int[MaxAccounts]; // account ids
        private int _turnCount;
        private int _turn;
        private int _nextPool;
        private ulong _slot = 1;

        public Set(GraphStage real, SearchSettings search, IClock? clock)
        {
            _real = real;
            PayloadRing payloads = new(PayloadBytes, MaxAccountBytes);
            PayloadRing messages = new(2 * PayloadRing.AlignmentBytes, PayloadRing.AlignmentBytes);
            MarketGraph market = new(2 * MaxPools, MaxPools, 1);
            OpportunityRing opportunities = new(MaxOpportunities);
            Graph = new GraphStage(
                new GraphSettings { MaxAccounts = MaxAccounts, MaxPools = MaxPools, MaxMints = 2 * MaxPools }, market,
                payloads);
            Cycles = new CycleStage(market, Graph.Touched, opportunities, search);
            (Graph.Proof, Graph.StampClock) = (Cycles.Proof, new StampClock(clock));
            SinkStage sinks = new([], opportunities, new LifeRing(1), messages, payloads, false);
            StageGroup group = new(
                "warm",
                [
                    new(new DedupStage(MaxAccounts), StampId.Dedup, StageNeeds.All),
                    new(Graph, StampId.Graph, StageNeeds.Live),
                    new(Cycles, StampId.Cycles, StageNeeds.Searchable),
                    new(sinks, StampId.None, StageNeeds.All),
                ],
                clock);
            Runner = new InlineRunner(payloads, [group], new Fatal(), clock, long.MaxValue) { TakesSteps = false };
            _ = Runner.TryClaim(0, out _);
            Runner.Current.Kind = EventKind.FeedOpen;
            Runner.Publish(0);
        }

        public GraphStage Graph { get; }

        public CycleStage Cycles { get; }

        public InlineRunner Runner { get; }

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

        /// <summary>An event of a vault or pool that is there, a vault's with another amount than before.</summary>
        public void Turn()
        {
            if (_turnCount == 0) return;
            if (++_turn >= _turnCount) (_turn, _slot) = (0, _slot + 1);
            AccountView known = Graph.Accounts.View(_turns[_turn]);
            if (!TryFill(in known, EventKind.Account, out Span<byte> data)) return;
            if (data.Length == TokenAccountInfo.BaseSizeBytes)
            {
                Span<byte> amount = data.Slice(TokenAccountInfo.AmountOffset, sizeof(ulong));
                ulong raw = BinaryPrimitives.ReadUInt64LittleEndian(amount);
                int bit = Math.Max(0, BitOperations.Log2(raw | 1) - AmountShift);
                BinaryPrimitives.WriteUInt64LittleEndian(amount, raw ^ (1UL << bit));
            }

            Runner.Publish(data.Length);
        }

        private void Copy(in Pubkey key, AccountRole role)
        {
            int realId = _real.Accounts.Find(in key);
            if (realId < 0 || _real.Accounts[realId].Knowledge != AccountKnowledge.Present) return;
            AccountView account = _real.Accounts.View(realId);
            if (!TryFill(in account, EventKind.AccountSnapshot, out Span<byte> data)) return;
            Runner.Publish(data.Length);
            int id = Graph.Accounts.Find(in key);
            if (id < 0 || _turnCount == _turns.Length) return;
            if (role is AccountRole.Pool or AccountRole.VaultA or AccountRole.VaultB) _turns[_turnCount++] = id;
        }

        private bool TryFill(in AccountView account, EventKind kind, out Span<byte> data)
        {
            if (Runner.TryClaim(account.Data.Length, out data) != ClaimStatus.Ok) return false;
            account.Data.CopyTo(data);
            ref MarketEvent e = ref Runner.Current;
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
}
