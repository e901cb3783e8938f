using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
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
public sealed partial class GraphStage : IStage, IWarmable
{
    private readonly long _settleWindowNs;
    private readonly ulong _staleAfterSlots;
    private readonly PayloadRing _payloads;
    private readonly AccountTable _accounts;
    private readonly PoolRecord[] _pools;
    private readonly PoolCoherence _coherence;
    private readonly PoolRegistrar _registrar;
    private readonly TouchedPools _moved;
    private readonly GapTable _gaps;
    private readonly long[] _drops = new long[Enum.GetValues<DropCause>().Length];
    private readonly long[] _decodeFailures = new long[Enum.GetValues<DecodeStatus>().Length];
    private ChainClock _clock;
    private ulong _currentSlot;
    private long _currentSlotFirstNs;
    private uint _openFeeds;
    private bool _isStale;

    /// <summary>
    /// A stage over <paramref name="graph"/>, reading account bytes from <paramref name="payloads"/>.
    /// </summary>
    public GraphStage(GraphSettings settings, MarketGraph graph, PayloadRing payloads, bool needsAgreement = false)
    {
        _settleWindowNs = settings.SettleWindowNs;
        _staleAfterSlots = settings.StaleAfterSlots;
        Market = graph;
        _payloads = payloads;
        _accounts = new AccountTable(settings.MaxAccounts);
        _pools = new PoolRecord[settings.MaxPools];
        _gaps = new GapTable(_accounts, _pools);
        _coherence = new PoolCoherence(_pools);
        Touched = new TouchedPools(settings.MaxPools);
        _registrar = new PoolRegistrar(settings, graph, _accounts, _pools, Touched, _gaps);
        _moved = new TouchedPools(settings.MaxPools);
        if (settings.LiquidityFloorRaw.Count != 0)
            Floor = new LiquidityFloor(settings.LiquidityFloorRaw, _accounts, settings.MaxPools);
        if (needsAgreement) Agreement = new AgreementTable(_accounts, _registrar, Touched, settings.MaxPools);
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
    public ref readonly ChainClock Clock => ref _clock;

    /// <summary>Account table, for reports.</summary>
    public AccountTable Accounts => _accounts;

    /// <summary>What a second endpoint has confirmed; null unless agreement is asked for.</summary>
    public AgreementTable? Agreement { get; }

    /// <summary>Which pools hold too little; null if no floor is set.</summary>
    public LiquidityFloor? Floor { get; }

    /// <summary>Pools that the settings keep out.</summary>
    public long RefusedPools => _registrar.Refused;

    /// <summary>Denied addresses that no pool that came has, nor its mints, nor its program; for reports.</summary>
    public IReadOnlySet<Pubkey> DeniedInVain => _registrar.DeniedInVain;

    /// <summary>Slot of the newest account update.</summary>
    public ulong CurrentSlot => _currentSlot;

    /// <summary>Pools that became whole only because their slot was over.</summary>
    public long SettledPools { get; private set; }

    /// <summary>Times all pools were stale: slots went on and no account came.</summary>
    public long StaleTimes { get; private set; }

    /// <summary>Times every feed was down at once.</summary>
    public long Gaps => _gaps.Epoch;

    /// <summary>Times an account lost its cover: nobody followed it, or an update of it may have been lost.</summary>
    public long CoverLosses { get; private set; }

    /// <summary>
    /// Snapshots that changed a known account whose cover was whole: an update was lost, or is still on its way.
    /// </summary>
    public long SnapshotRepairs { get; private set; }

    /// <summary>Accounts without cover now.</summary>
    public int UncoveredAccounts { get; private set; }

    /// <summary>Pools or links refused because a table was full.</summary>
    public long TableFull => _registrar.TableFull;

    /// <summary>Accounts that a pool refused when it was linked to them.</summary>
    public long LinkedUndecodable => _registrar.LinkedUndecodable;

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
            if (Touched.Count != 0) Touched.Clear();
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
                    OnSlot(in e);
                    break;
                case EventKind.SlotDead:
                    Slots.MarkDead(e.Slot);
                    TouchAll();
                    break;
                case EventKind.FeedOpen:
                    _openFeeds |= 1u << (e.EndpointId & 31);
                    break;
                case EventKind.FeedClose:
                    OnFeedClose(e.EndpointId);
                    break;
                case EventKind.Copy:
                    OnCopy(in e);
                    break;
                case EventKind.CoverLost:
                case EventKind.CoverWhole:
                    OnCover(in e);
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
            UpdateStaleness();
        }
        else if (_coherence.UnsettledCount != 0
            && e.ReceiveUtcNs - _currentSlotFirstNs > _settleWindowNs)
        {
            SettleAll();
        }
    }

    private void OnSlot(in MarketEvent e)
    {
        long forks = Slots.ForkCount;
        Slots.Add(e.Slot, e.ParentSlot);
        if (Slots.ForkCount != forks) TouchAll(); // pools written in the slot that was left may quote no longer
        RefreshMovedPools();
        UpdateStaleness();
    }

    /// <summary>Slots go on and no account comes: the subscriptions are silent, whatever the connection says.</summary>
    private void UpdateStaleness()
    {
        bool isStale = _currentSlot != 0 && _staleAfterSlots != 0 && Slots.Head > _currentSlot + _staleAfterSlots;
        if (isStale == _isStale) return;
        _isStale = isStale;
        if (isStale) StaleTimes++;
        TouchAll();
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

        ref AccountEntry account = ref _accounts[accountId];
        ReadOnlySpan<byte> data = _payloads.Span(e.PayloadPosition, e.PayloadLengthBytes);
        bool isClock = Pubkey.AreSame(in e.Account, in ProgramIds.ClockSysvar);
        bool isLinked = account.FirstLink >= 0 && !isClock;
        if (isLinked)
        {
            NoteParts(in e, account.FirstLink);
            Foresee(ref e, account.FirstLink, data);
        }

        bool absent = (e.Flags & EventFlags.Absent) != 0;
        bool isKnown = account.Knowledge != AccountKnowledge.Unknown;
        bool changed = _accounts.Store(accountId, in e.Owner, e.Lamports, data, absent, e.Slot);
        if (changed && e.Kind == EventKind.AccountSnapshot && isKnown && !account.IsCoverLost) SnapshotRepairs++;
        account.GapEpoch = _gaps.Epoch;
        Agreement?.OnState(accountId, e.Kind == EventKind.Account);
        _gaps.Note(accountId);
        if (isClock)
        {
            OnClock(accountId);
            return;
        }

        if (!isLinked && !TryIntroduce(in e, accountId, absent))
        {
            Drop(ref e, DropCause.UnwatchedAccount);
            return;
        }

        // PERF: made where it is handed on, since one that is kept is copied once more.
        ApplyToPools(
            ref e, accountId, new AccountView(in e.Account, in e.Owner, e.Lamports, data, e.Slot), changed);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // registration
    private bool TryIntroduce(in MarketEvent e, int accountId, bool isAbsent)
    {
        if (!isAbsent) _registrar.Introduce(accountId);
        int firstLink = _accounts[accountId].FirstLink;
        NoteParts(in e, firstLink);
        return firstLink >= 0;
    }

    private void OnCopy(in MarketEvent e)
    {
        int accountId = _accounts.Find(in e.Account);
        if (accountId < 0 || Agreement is null) return;
        Agreement.OnCopy(accountId, in e, _payloads.Span(e.PayloadPosition, e.PayloadLengthBytes));
        _gaps.Note(accountId);
    }

    private void OnClock(int accountId)
    {
        AccountView view = _accounts.View(accountId);
        if (!ChainClock.TryDecode(view.Data, out ChainClock clock)) return;
        bool isFirst = _clock.Slot == 0; // until now opening times and epochs were judged by no clock at all
        _clock = clock;
        if (isFirst) TouchAll();
        foreach (int poolId in _registrar.TimeDependentIds) Touched.Add(poolId);
    }

    private void OnFeedClose(byte endpointId)
    {
        _openFeeds &= ~(1u << (endpointId & 31));
        if (_openFeeds != 0) return; // another endpoint still sees everything
        _gaps.BeginEpoch();
        TouchAll();
    }

    private void OnCover(in MarketEvent e)
    {
        int accountId = _accounts.FindOrAdd(in e.Account);
        bool isLost = e.Kind == EventKind.CoverLost;
        if (accountId < 0 || _accounts[accountId].IsCoverLost == isLost) return;
        _accounts[accountId].IsCoverLost = isLost;
        _gaps.Note(accountId);
        UncoveredAccounts += isLost ? 1 : -1;
        if (isLost) CoverLosses++;
        for (int l = _accounts[accountId].FirstLink; l >= 0; l = _accounts.Link(l).Next)
            Touched.Add(_accounts.Link(l).PoolId);
    }

    private void TouchAll()
    {
        for (int poolId = 0; poolId < Market.PoolCount; poolId++) Touched.Add(poolId);
    }

    private void FinishTouched(ref MarketEvent e)
    {
        if (Touched.Count == 0) return;
        foreach (int poolId in Touched.Ids)
        {
            Floor?.Update(poolId, Market.Pool(poolId));
            ref readonly PoolRecord pool = ref _pools[poolId];
            ulong slot = Math.Max(pool.GroupSlot, _accounts[pool.AccountId].Slot);
            Market.SetState(poolId, StateOf(poolId), slot);
            Market.Refresh(poolId, in _clock);
        }

        if (e.PoolId < 0) e.PoolId = Touched.Ids[0];
        if (Touched.Count > 1) Touched.OrderByPriority();
    }

    private PoolState StateOf(int poolId)
    {
        ref readonly PoolRecord pool = ref _pools[poolId];
        bool isInDoubt = pool.IsInDoubt || _isStale || Floor is not null || TableFull != 0
            || Market.Pool(poolId).Readiness != QuoteStatus.Ok || Slots.IsAbandoned(pool.GroupSlot);
        return isInDoubt ? StateInDoubt(poolId) : PoolState.Coherent;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PoolState StateInDoubt(int poolId)
    {
        if (Market.Pool(poolId).Readiness != QuoteStatus.Ok) return PoolState.NotReady;
        if (_gaps.MayBeRefused(poolId) && HasRefused(poolId)) return PoolState.NotReady;
        if (_pools[poolId].IsTorn || IsOffChain(poolId)) return PoolState.Torn;
        bool mayBeGapped = _gaps.MayBeGapped(poolId) || TableFull != 0; // then a pool may name what is not linked
        if (mayBeGapped && IsGapped(poolId)) return PoolState.Gapped;
        if (_isStale) return PoolState.Stale;
        return Floor is not null && Floor.IsBelow(poolId) ? PoolState.BelowFloor : PoolState.Coherent;
    }

    /// <summary>
    /// True if the pool was written last in a slot that the chain has left, and an account of it is still as it was
    /// there: a stream does not tell again what a fork had changed, but a snapshot does.
    /// </summary>
    private bool IsOffChain(int poolId)
    {
        if (!Slots.IsAbandoned(_pools[poolId].GroupSlot)) return false;
        if (Slots.IsAbandoned(_accounts[_registrar.AccountOf(poolId)].Slot)) return true;
        foreach (AccountDependency dependency in _registrar.Dependencies(poolId))
        {
            int accountId = _accounts.Find(dependency.Key);
            if (accountId >= 0 && Slots.IsAbandoned(_accounts[accountId].Slot)) return true;
        }

        return false;
    }

    /// <summary>
    /// True while a required account is not followed, or was not seen since the last time all feeds were down.
    /// </summary>
    private bool IsGapped(int poolId)
    {
        if (_gaps.IsGapped(in _accounts[_registrar.AccountOf(poolId)])) return true;
        foreach (AccountDependency dependency in _registrar.Dependencies(poolId))
        {
            int accountId = _accounts.Find(dependency.Key);
            if (accountId < 0 || _accounts[accountId].Knowledge == AccountKnowledge.Unknown) continue;
            if (_gaps.IsGapped(in _accounts[accountId])) return true;
        }

        return false;
    }

    private void Drop(ref MarketEvent e, DropCause cause)
    {
        e.Drop = cause;
        _drops[(int)cause]++;
    }
}
