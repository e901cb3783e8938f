using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Builds the unsigned message of every opportunity that Scoring takes: the compute budget, each leg as an exact-input
/// swap, what the settings put around them (<see cref="RouteFrame"/>), and the tip as a transfer inside the
/// transaction. The minimum output of a leg is the amount the next leg spends; the last leg's covers principal, costs
/// and required profit. The form is legacy; if that is too large, v0 with the best of the lookup tables that the feed
/// has shown, then v1 where it is switched on; or the one form the settings name. A message of the same shape as one
/// built before is patched, see <see cref="TemplateCache"/>. A route that cannot be built is not taken: its reason says
/// why. The blockhash is the newest safe one that a node reported; before the first (a capture without any) it is zero,
/// and whoever signs patches it. Scoring calls as soon as a route is taken; of an event whose decisions come without
/// calls all messages are built when the event arrives here. Owner thread: the market group's.
/// </summary>
public sealed partial class InstructionStage : IStage, IRouteMessages, IWarmable
{
    /// <summary>Compute budget (2), frame, legs, tip.</summary>
    private const int MaxInstructions = 3 + Legs.MaxCount + RouteFrame.MaxBefore + RouteFrame.MaxAfter;

    private readonly InstructionSettings _settings;
    private readonly MarketGraph _graph;
    private readonly OpportunityRing _opportunities;
    private readonly PayloadRing _payloads;
    private readonly MessageWriter _writer;
    private readonly InstructionBuffer[] _instructions = new InstructionBuffer[MaxInstructions]; // of this message
    private readonly InstructionBuffer[] _frame = new InstructionBuffer[MaxInstructions]; // what is around the swaps
    private readonly InstructionBuffer[] _tips = new InstructionBuffer[TipAccounts.Count];
    private readonly LegBuffers _legs = new();
    private readonly int _messageBytesMax;
    private int _budgetCount;
    private MessageConfig _config;
    private long _calledFor = -1; // event whose messages Scoring asked for

    /// <summary>A stage over the graph; messages go to <see cref="Messages"/>.</summary>
    public InstructionStage(
        InstructionSettings settings,
        MarketGraph graph,
        AccountTable accounts,
        OpportunityRing opportunities,
        PayloadRing payloads,
        BlockhashRing? blockhashes = null)
    {
        Blockhashes = blockhashes ?? new BlockhashRing(new SlotTree());
        _settings = settings;
        _graph = graph;
        _writer = new MessageWriter(settings.AllowV1);
        Wallet = new WalletAccounts(settings, graph, accounts);
        _messageBytesMax = settings.AllowV1 ? MessageLimits.V1Bytes : MessageLimits.PacketBytes;
        _opportunities = opportunities;
        _payloads = payloads;
        Messages = new PayloadRing(settings.MessageRingBytes, _messageBytesMax);
        Templates = new TemplateCache(settings.TemplateCapacity, _messageBytesMax);
        for (int i = 0; i < _frame.Length; i++) _frame[i] = new InstructionBuffer();
        for (int i = 0; i < _tips.Length; i++) _tips[i] = new InstructionBuffer(SystemTransfer.DataBytes);
    }

    /// <inheritdoc/>
    public string Name => "instructions";

    /// <summary>Unsigned messages, by the positions in the opportunities.</summary>
    public PayloadRing Messages { get; }

    /// <summary>Who makes room when <see cref="Messages"/> is full; null if nobody can. Set before the start.</summary>
    public IRoomMaker? RoomMaker { get; set; }

    /// <summary>Messages built.</summary>
    public long Built { get; private set; }

    /// <summary>Of these, v0 with lookup tables.</summary>
    public long BuiltWithTables { get; private set; }

    /// <summary>The wallet's token accounts, and what a transaction costs around its swaps.</summary>
    public WalletAccounts Wallet { get; }

    /// <summary>Lookup tables known.</summary>
    public LookupTableSet Tables { get; } = new();

    /// <summary>Blockhashes that nodes reported.</summary>
    public BlockhashRing Blockhashes { get; }

    /// <summary>Messages that are patched instead of built.</summary>
    public TemplateCache Templates { get; }

    /// <summary>Messages dropped because the sinks lag behind by a whole message ring.</summary>
    public long MessageRingFull { get; private set; }

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        foreach (ref MarketEvent e in batch)
        {
            if (e.Owner == ProgramIds.AddressLookupTable) UpdateTable(in e);
            for (int i = 0; i < e.OpportunityCount; i++)
            {
                ref Opportunity opportunity = ref _opportunities[e.OpportunityPosition + i];
                if (opportunity.Reason != DecisionReason.Go) continue;
                NoteWarm(in opportunity);
                if (opportunity.Sequence == _calledFor) continue;
                work++;
                Build(ref opportunity);
            }
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    /// <inheritdoc/>
    void IRouteMessages.Build(ref Opportunity taken)
    {
        _calledFor = taken.Sequence;
        Build(ref taken);
    }

    /// <inheritdoc/>
    public bool TryRenew(ref Opportunity taken)
    {
        if (!TryWrite(in taken, out int count)) return false;
        if (TemplateOf(taken.RouteDigest, count, out _) is not { } template) return false;
        if (!Blockhashes.TryNewest(taken.Slot, out Pubkey blockhash)) return false;
        template.PatchBlockhash(in blockhash);
        ReadOnlySpan<byte> message = template.Message;
        if (message.Length != taken.MessageLengthBytes) return TryEmit(ref taken, template);
        message.CopyTo(Messages.Span(taken.MessagePosition, message.Length));
        taken.MessageVersion = (byte)template.Version;
        return true;
    }

    private void Build(ref Opportunity opportunity)
    {
        if (!TryWrite(in opportunity, out int count))
        {
            opportunity.Reason = DecisionReason.InstructionFailed;
            return;
        }

        if (TemplateOf(opportunity.RouteDigest, count, out MessageStatus status) is not { } template)
        {
            Refuse(ref opportunity, status);
            return;
        }

        if (!Blockhashes.TryNewest(opportunity.Slot, out Pubkey blockhash))
        {
            opportunity.Reason = DecisionReason.NoBlockhash;
            return;
        }

        template.PatchBlockhash(in blockhash);
        if (!TryEmit(ref opportunity, template)) return; // the decision stands and is journalled, without bytes
        Built++;
        if (template.Version == MessageVersion.V0) BuiltWithTables++;
    }

    /// <summary>Writes the route's instructions in order; false if a leg has none.</summary>
    private bool TryWrite(in Opportunity opportunity, out int count)
    {
        Tables.AdvanceTo(opportunity.Slot);
        return TryWriteRoute(in opportunity, out count);
    }

    private bool TryWriteRoute(in Opportunity opportunity, out int count)
    {
        count = WriteBudget(in opportunity);
        ReadOnlySpan<RouteTokenAccount> accounts = Wallet.Frame.IsActive ? Wallet.OfRoute(in opportunity) : default;
        count += Wallet.Frame.WriteBefore(accounts, opportunity.AmountInRaw, _frame.AsSpan(count));
        int framed = count;
        _frame.AsSpan(0, count).CopyTo(_instructions);
        for (int i = 0; i < opportunity.LegCount; i++)
        {
            ref readonly Leg leg = ref opportunity.Legs[i];
            int edge = MarketGraph.Edge(leg.PoolId, (SwapDirection)leg.Direction);
            ref LegBuffer place = ref _legs.Of(edge, i, _instructions.AsSpan(framed, i));
            ulong version = _graph.Version(leg.PoolId);
            _instructions[count++] = place.Buffer;
            if (place.TryPatch(edge, version, leg.AmountInRaw, leg.MinimumOutRaw)) continue;
            place.Forget();
            if (!TryWriteSwap(in leg, edge, place.Buffer)) return false;
            place.Note(edge, version, leg.AmountInRaw, leg.MinimumOutRaw);
        }

        int after = Wallet.Frame.WriteAfter(accounts, _frame.AsSpan(framed));
        _frame.AsSpan(framed, after).CopyTo(_instructions.AsSpan(count));
        count += after;
        if (opportunity.TipLamports == 0) return true;
        int tip = TipAccounts.IndexOf(opportunity.RouteDigest);
        SystemTransfer.Write(_tips[tip], _settings.Wallet, TipAccounts.All[tip], opportunity.TipLamports);
        _instructions[count++] = _tips[tip];
        return true;
    }

    /// <summary>As instructions for legacy and v0, and as the header of v1.</summary>
    private int WriteBudget(in Opportunity opportunity)
    {
        _config = new MessageConfig(
            opportunity.PriorityFeeLamports, opportunity.ComputeUnitLimit, ComputeBudget.MaxLoadedAccountsBytes);
        _budgetCount = 1;
        ComputeBudget.WriteUnitLimit(_frame[0], opportunity.ComputeUnitLimit);
        if (opportunity.PriorityFeeLamports == 0 || opportunity.ComputeUnitLimit == 0) return 1;
        UInt128 micro = (UInt128)opportunity.PriorityFeeLamports * 1_000_000;
        ComputeBudget.WriteUnitPrice(_frame[1], (ulong)(micro / opportunity.ComputeUnitLimit));
        return _budgetCount = 2;
    }

    private bool TryWriteSwap(in Leg leg, int edge, InstructionBuffer buffer)
    {
        Pool pool = _graph.Pool(leg.PoolId);
        SwapDirection direction = (SwapDirection)leg.Direction;
        SwapInstructionRequest request = new()
        {
            Direction = direction,
            Mode = SwapMode.ExactIn,
            AmountRaw = leg.AmountInRaw,
            ThresholdRaw = leg.MinimumOutRaw,
            Clock = _graph.Clock(leg.PoolId),
            User = _settings.Wallet,
            UserInput = Wallet.Address(_graph.EdgeFrom(edge)),
            UserOutput = Wallet.Address(_graph.EdgeTo(edge)),
            Variant = pool.Venue == VenueId.RaydiumAmm && _settings.RaydiumAmmLegacy ? 1 : 0,
        };
        return pool.WriteSwap(in request, buffer) == QuoteStatus.Ok && !buffer.Overflowed;
    }

    /// <summary>The route's template with the instructions in it; null if no message can be built.</summary>
    private RouteTemplate? TemplateOf(ulong routeDigest, int instructionCount, out MessageStatus status)
    {
        status = MessageStatus.Ok;
        RouteShape shape = new(_instructions.AsSpan(0, instructionCount), _budgetCount, _config);
        RouteTemplate? template = Templates.TryPatch(routeDigest, in shape, Tables.Version);
        if (template is not null) return template;
        template = Templates.Claim(routeDigest);
        status = BuildAnyForm(template, in shape);
        if (status == MessageStatus.Ok) return template;
        Templates.Release(template);
        return null;
    }

    /// <summary>Copies a message into the ring; false, counted, if the sinks lag behind by a whole ring.</summary>
    private bool TryEmit(ref Opportunity opportunity, RouteTemplate template)
    {
        PayloadStatus claim = Messages.TryClaim(_messageBytesMax, out long position);
        if (claim == PayloadStatus.Full && RoomMaker is { } maker && maker.TryFinishEarlier())
            claim = Messages.TryClaim(_messageBytesMax, out position);
        if (claim != PayloadStatus.Ok)
        {
            MessageRingFull++;
            return false;
        }

        ReadOnlySpan<byte> message = template.Message;
        message.CopyTo(Messages.Span(position, _messageBytesMax));
        Messages.Commit(message.Length);
        opportunity.MessageVersion = (byte)template.Version;
        opportunity.MessagePosition = position;
        opportunity.MessageLengthBytes = message.Length;
        return true;
    }

    /// <summary>Tries the forms that the settings allow, shortest first; returns the status of the last one.</summary>
    private MessageStatus BuildAnyForm(RouteTemplate template, in RouteShape shape)
    {
        MessageVersionChoice choice = _settings.MessageVersion;
        bool isAuto = choice == MessageVersionChoice.Auto;
        MessageStatus status = MessageStatus.TooLarge;
        if (isAuto || choice == MessageVersionChoice.Legacy)
            status = BuildAs(MessageVersion.Legacy, template, in shape);
        bool triesV0 = isAuto && status == MessageStatus.TooLarge && Tables.Count != 0;
        if (triesV0 || choice == MessageVersionChoice.V0)
            status = BuildAs(MessageVersion.V0, template, in shape, isSameRoute: triesV0);
        bool triesV1 = isAuto && status == MessageStatus.TooLarge && _settings.AllowV1;
        if (triesV1 || choice == MessageVersionChoice.V1) status = BuildAs(MessageVersion.V1, template, in shape);
        return status;
    }

    /// <summary>Builds one form. A message just found too large as a legacy one has the same accounts as v0.</summary>
    private MessageStatus BuildAs(
        MessageVersion version, RouteTemplate template, in RouteShape shape, bool isSameRoute = false)
    {
        MessageRequest request = new()
        {
            Version = version,
            Payer = _settings.Wallet,
            Instructions = shape.Of(version),
            Config = shape.Config,
            IsSameRoute = isSameRoute,
        };
        if (isSameRoute) request.Tables = Tables.Choose(_writer);
        else if (version == MessageVersion.V0)
            request.Tables = Tables.Choose(request.Instructions, _settings.Wallet);
        return template.Build(_writer, in request, Tables.Version);
    }

    private void Refuse(ref Opportunity opportunity, MessageStatus status)
    {
        bool isTooLarge = status is MessageStatus.TooLarge or MessageStatus.TooManyAccounts;
        opportunity.Reason = isTooLarge ? DecisionReason.TransactionTooLarge : DecisionReason.InstructionFailed;
        if (!isTooLarge) return;
        opportunity.MessageBytesOver = (ushort)Math.Min(_writer.BytesOver, ushort.MaxValue);
        opportunity.BlamedAccountCount = (ushort)_writer.CountBlamedAccounts();
    }

    private void UpdateTable(in MarketEvent e)
    {
        if (e.Kind is not (EventKind.Account or EventKind.AccountSnapshot)) return;
        ReadOnlySpan<byte> data = _payloads.Span(e.PayloadPosition, e.PayloadLengthBytes);
        Tables.Update(in e.Account, in e.Owner, data, e.Slot);
    }
}
