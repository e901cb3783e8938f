using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Takes account bytes to pools: finds the account, lets the venue decode it into its pool, decides whether the pool
/// may quote (coherent, torn, gapped, not ready), and refreshes the marginal rates of every pool the event touched.
/// Pools are found by their accounts' own bytes (owner program and discriminator), so a capture or snapshot is enough:
/// no list has to be given. Owner thread: the market group's; Cycles and Scoring read the graph on the same thread.
/// Results depend on the order of events only, never on batches: one event is one step.
/// </summary>
public sealed class GraphStage : IStage
{
    /// <summary>
    /// Most accounts one pool may name: a CLMM's pool, config, vaults, mints, bitmap, oracle and the arrays around its
    /// price, with room for twice as many.
    /// </summary>
    private const int MaxDependencies = 64;

    private readonly GraphSettings _settings;
    private readonly PayloadRing _payloads;
    private readonly AccountTable _accounts;
    private readonly PoolCoherence _coherence;
    private readonly AccountDependency[] _dependencies = new AccountDependency[MaxDependencies];
    private readonly bool[] _isTimeDependent;
    private readonly int[] _timeDependentIds;
    private readonly int[] _poolAccountId;
    private readonly TouchedPools _moved;
    private readonly long[] _drops = new long[Enum.GetValues<DropCause>().Length];
    private readonly long[] _decodeFailures = new long[Enum.GetValues<DecodeStatus>().Length];
    private int _timeDependentCount;
    private ulong _currentSlot;
    private long _currentSlotFirstNs;
    private uint _openFeeds;
    private uint _gapEpoch;

    /// <summary>
    /// A stage over <paramref name="graph"/>, reading account bytes from <paramref name="payloads"/>.
    /// </summary>
    public GraphStage(GraphSettings settings, MarketGraph graph, PayloadRing payloads)
    {
        _settings = settings;
        Market = graph;
        _payloads = payloads;
        _accounts = new AccountTable(settings.MaxAccounts);
        _coherence = new PoolCoherence(settings.MaxPools);
        Touched = new TouchedPools(settings.MaxPools);
        _isTimeDependent = new bool[settings.MaxPools];
        _timeDependentIds = new int[settings.MaxPools];
        _poolAccountId = new int[settings.MaxPools];
        _moved = new TouchedPools(settings.MaxPools);
    }

    /// <inheritdoc/>
    public string Name => "graph";

    /// <summary>The market.</summary>
    public MarketGraph Market { get; }

    /// <summary>Pools the current event touched.</summary>
    public TouchedPools Touched { get; }

    /// <summary>Fork tree as seen by this stage.</summary>
    public SlotTree Slots { get; } = new();

    /// <summary>Chain clock of the newest Clock sysvar update; unix time 0 until one was seen.</summary>
    public ChainClock Clock { get; private set; }

    /// <summary>Account table, for reports.</summary>
    public AccountTable Accounts => _accounts;

    /// <summary>Slot of the newest account update.</summary>
    public ulong CurrentSlot => _currentSlot;

    /// <summary>Pools that became whole only because their slot was over.</summary>
    public long SettledPools { get; private set; }

    /// <summary>Times every feed was down at once.</summary>
    public long Gaps => _gapEpoch;

    /// <summary>Pools or links refused because a table was full.</summary>
    public long TableFull { get; private set; }

    /// <summary>Events dropped here, by cause.</summary>
    public long Dropped(DropCause cause) => _drops[(int)cause];

    /// <summary>Account updates refused by a venue, by status.</summary>
    public long DecodeFailures(DecodeStatus status) => _decodeFailures[(int)status];

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        foreach (ref MarketEvent e in batch)
        {
            e.PoolId = -1;
            Touched.Clear();
            if (e.Drop != DropCause.None) continue;
            work++;
            switch (e.Kind)
            {
                case EventKind.Account:
                case EventKind.AccountSnapshot:
                    AdvanceSlot(in e);
                    OnAccount(ref e);
                    break;
                case EventKind.Slot:
                    Slots.Add(e.Slot, e.ParentSlot);
                    RefreshMovedPools();
                    break;
                case EventKind.SlotDead:
                    Slots.MarkDead(e.Slot);
                    break;
                case EventKind.FeedOpen:
                    _openFeeds |= 1u << (e.EndpointId & 31);
                    break;
                case EventKind.FeedClose:
                    OnFeedClose(e.EndpointId);
                    break;
                case EventKind.SlotSettled:
                case EventKind.EndOfFeed:
                    SettleAll();
                    break;
            }

            FinishTouched(ref e);
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    private void AdvanceSlot(in MarketEvent e)
    {
        if (e.Kind != EventKind.Account) return; // a snapshot says nothing about the end of a slot
        if (e.Slot > _currentSlot)
        {
            SettleAll();
            _currentSlot = e.Slot;
            _currentSlotFirstNs = e.ReceiveUtcNs;
        }
        else if (_coherence.UnsettledCount != 0
            && e.ReceiveUtcNs - _currentSlotFirstNs > _settings.SettleWindowNs)
        {
            SettleAll();
        }
    }

    private void SettleAll()
    {
        for (int i = _coherence.UnsettledCount - 1; i >= 0; i--)
        {
            int poolId = _coherence.UnsettledIds[i];
            _coherence.Settle(poolId);
            Touched.Add(poolId);
            SettledPools++;
        }

        RefreshMovedPools();
    }

    private void OnAccount(ref MarketEvent e)
    {
        int accountId = _accounts.FindOrAdd(in e.Account);
        if (accountId < 0)
        {
            Drop(ref e, DropCause.TableFull);
            return;
        }

        ReadOnlySpan<byte> data = _payloads.Span(e.PayloadPosition, e.PayloadLengthBytes);
        bool absent = (e.Flags & EventFlags.Absent) != 0;
        bool changed = _accounts.Store(accountId, in e.Owner, e.Lamports, data, absent, e.Slot);
        _accounts[accountId].GapEpoch = _gapEpoch;
        if (e.Account == ProgramIds.ClockSysvar)
        {
            OnClock(accountId);
            return;
        }

        if (_accounts[accountId].FirstLink < 0 && !absent) Introduce(accountId);
        if (_accounts[accountId].FirstLink < 0)
        {
            Drop(ref e, DropCause.UnwatchedAccount);
            return;
        }

        ApplyToPools(ref e, accountId, changed);
    }

    private void ApplyToPools(ref MarketEvent e, int accountId, bool changed)
    {
        DecodeStatus worst = DecodeStatus.Ok;
        for (int l = _accounts[accountId].FirstLink; l >= 0; l = _accounts.Link(l).Next)
        {
            PoolLink link = _accounts.Link(l);
            DecodeStatus status = ApplyTo(in link, accountId);
            if (status != DecodeStatus.Ok)
            {
                worst = status;
                continue;
            }

            Pool pool = Market.Pool(link.PoolId);
            bool isVault = link.Role is AccountRole.VaultA or AccountRole.VaultB;
            if (isVault && !PoolCoherence.ReadsVaults(pool.Venue) && Market.State(link.PoolId) == PoolState.Coherent) continue;
            if (e.Kind == EventKind.Account) _coherence.Note(link.PoolId, pool.Venue, link.Role, e.Slot);
            if (changed || !_coherence.IsTorn(link.PoolId)) Touched.Add(link.PoolId);
            if (link.Role == AccountRole.Pool) NoteMovedPool(link.PoolId, pool);
            if (e.PoolId < 0) e.PoolId = link.PoolId;
        }

        if (worst == DecodeStatus.Ok) return;
        _decodeFailures[(int)worst]++;
        if (e.PoolId < 0) Drop(ref e, DropCause.Undecodable);
    }

    private DecodeStatus ApplyTo(in PoolLink link, int accountId) =>
        Market.Pool(link.PoolId).Apply(link.Role, _accounts.View(accountId));

    /// <summary>First sight of an account nobody asked for: a new pool, or an array that names its pool.</summary>
    private void Introduce(int accountId)
    {
        AccountView view = _accounts.View(accountId);
        if (!VenueRegistry.TryClassify(in view, out AccountClass found)) return;
        if (found.Role == AccountRole.Pool)
        {
            AddPool(accountId, found.Venue);
            return;
        }

        if (found.Pool.IsZero || _accounts[accountId].WaitingRole != AccountRole.None) return;
        int poolAccountId = _accounts.FindOrAdd(found.Pool);
        if (poolAccountId < 0) return;
        ref AccountEntry poolEntry = ref _accounts[poolAccountId];
        if (poolEntry.PoolId >= 0)
        {
            Link(accountId, poolEntry.PoolId, found.Role);
            return;
        }

        ref AccountEntry entry = ref _accounts[accountId];
        entry.WaitingRole = found.Role;
        entry.NextWaiting = poolEntry.FirstWaiting;
        poolEntry.FirstWaiting = accountId;
    }

    private void AddPool(int accountId, VenueId venue)
    {
        Pool? pool = VenueRegistry.Create(venue, in _accounts[accountId].Key);
        if (pool is null || pool.Apply(AccountRole.Pool, _accounts.View(accountId)) != DecodeStatus.Ok) return;
        if (!_settings.Accepts(pool)) return;
        int poolId = Market.AddPool(pool);
        if (poolId < 0)
        {
            TableFull++;
            return;
        }

        _accounts[accountId].PoolId = poolId;
        _poolAccountId[poolId] = accountId;
        Link(accountId, poolId, AccountRole.Pool);
        for (int w = _accounts[accountId].FirstWaiting; w >= 0; w = _accounts[w].NextWaiting)
        {
            Link(w, poolId, _accounts[w].WaitingRole);
        }

        _accounts[accountId].FirstWaiting = -1;
        RefreshDependencies(poolId);
    }

    /// <summary>
    /// A pool whose price moved may need other arrays. A pool that cannot quote asks at once; any other when the slot
    /// is over or the next begins, off the way of the update itself.
    /// </summary>
    private void NoteMovedPool(int poolId, Pool pool)
    {
        if (pool.Readiness != QuoteStatus.Ok) RefreshDependencies(poolId);
        else _moved.Add(poolId);
    }

    private void RefreshMovedPools()
    {
        foreach (int poolId in _moved.Ids) RefreshDependencies(poolId);
        _moved.Clear();
    }

    /// <summary>Links the accounts the pool names now, and gives it the ones already known.</summary>
    private void RefreshDependencies(int poolId)
    {
        Pool pool = Market.Pool(poolId);
        if (pool.IsTimeDependent && !_isTimeDependent[poolId])
        {
            _isTimeDependent[poolId] = true;
            _timeDependentIds[_timeDependentCount++] = poolId;
        }

        int count = pool.CopyDependencies(_dependencies);
        for (int i = 0; i < count; i++)
        {
            AccountDependency dependency = _dependencies[i];
            int accountId = _accounts.FindOrAdd(dependency.Key);
            if (accountId < 0)
            {
                TableFull++;
                return;
            }

            Link(accountId, poolId, dependency.Role);
        }
    }

    private void Link(int accountId, int poolId, AccountRole role)
    {
        if (!_accounts.TryLink(accountId, poolId, role, out bool added))
        {
            TableFull++;
            return;
        }

        if (!added || _accounts[accountId].Knowledge == AccountKnowledge.Unknown) return;
        Touched.Add(poolId);
        DecodeStatus status = Market.Pool(poolId).Apply(role, _accounts.View(accountId));
        if (status != DecodeStatus.Ok) _decodeFailures[(int)status]++;
    }

    private void OnClock(int accountId)
    {
        AccountView view = _accounts.View(accountId);
        if (!ChainClock.TryDecode(view.Data, out ChainClock clock)) return;
        bool isFirst = Clock.Slot == 0; // until now opening times and epochs were judged by no clock at all
        Clock = clock;
        if (isFirst) TouchAll();
        for (int i = 0; i < _timeDependentCount; i++) Touched.Add(_timeDependentIds[i]);
    }

    private void OnFeedClose(byte endpointId)
    {
        _openFeeds &= ~(1u << (endpointId & 31));
        if (_openFeeds != 0) return; // another endpoint still sees everything
        _gapEpoch++;
        TouchAll();
    }

    private void TouchAll()
    {
        for (int poolId = 0; poolId < Market.PoolCount; poolId++) Touched.Add(poolId);
    }

    private void FinishTouched(ref MarketEvent e)
    {
        foreach (int poolId in Touched.Ids)
        {
            ulong slot = Math.Max(_coherence.Slot(poolId), _accounts[_poolAccountId[poolId]].Slot);
            Market.SetState(poolId, StateOf(poolId), slot);
            Market.Refresh(poolId, Clock);
        }

        if (Touched.Count != 0 && e.PoolId < 0) e.PoolId = Touched.Ids[0];
    }

    private PoolState StateOf(int poolId)
    {
        if (Market.Pool(poolId).Readiness != QuoteStatus.Ok) return PoolState.NotReady;
        if (_coherence.IsTorn(poolId) || Slots.IsAbandoned(_coherence.Slot(poolId))) return PoolState.Torn;
        return _gapEpoch != 0 && IsGapped(poolId) ? PoolState.Gapped : PoolState.Coherent;
    }

    /// <summary>True until every required account was seen again after the last time all feeds were down.</summary>
    private bool IsGapped(int poolId)
    {
        int count = Market.Pool(poolId).CopyDependencies(_dependencies);
        if (_accounts[_poolAccountId[poolId]].GapEpoch != _gapEpoch) return true;
        for (int i = 0; i < count; i++)
        {
            int accountId = _accounts.Find(_dependencies[i].Key);
            if (accountId < 0 || _accounts[accountId].Knowledge == AccountKnowledge.Unknown) continue;
            if (_accounts[accountId].GapEpoch != _gapEpoch) return true;
        }

        return false;
    }

    private void Drop(ref MarketEvent e, DropCause cause)
    {
        e.Drop = cause;
        _drops[(int)cause]++;
    }
}
