using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Builds the unsigned message of every opportunity that Scoring takes: compute budget, each leg as an exact-input swap
/// whose minimum output is the amount the next leg spends, the last leg's minimum covering principal, costs and
/// required profit, and the tip as a transfer inside the transaction. Legacy form first; if that is too large, v0 with
/// the best of the lookup tables the feed has shown. A message of the same shape as one built before is patched, see
/// <see cref="TemplateCache"/>. What cannot be built is not taken: the reason changes. The blockhash is left zero:
/// whoever signs patches it. Owner thread: the market group's.
/// </summary>
public sealed class InstructionStage : IStage
{
    /// <summary>Compute budget (2), legs, tip.</summary>
    private const int MaxInstructions = 3 + Legs.MaxCount;

    private readonly InstructionSettings _settings;
    private readonly MarketGraph _graph;
    private readonly AccountTable _accounts;
    private readonly OpportunityRing _opportunities;
    private readonly PayloadRing _payloads;
    private readonly MessageWriter _writer = new();
    private readonly InstructionBuffer[] _instructions = new InstructionBuffer[MaxInstructions];
    private readonly Pubkey[] _tokenAccounts;

    /// <summary>A stage over the graph; messages go to <see cref="Messages"/>.</summary>
    public InstructionStage(
        InstructionSettings settings,
        MarketGraph graph,
        AccountTable accounts,
        OpportunityRing opportunities,
        PayloadRing payloads)
    {
        _settings = settings;
        _graph = graph;
        _accounts = accounts;
        _opportunities = opportunities;
        _payloads = payloads;
        Messages = new PayloadRing(settings.MessageRingBytes, MessageLimits.PacketBytes);
        _tokenAccounts = new Pubkey[graph.MintCapacity];
        Templates = new TemplateCache(settings.TemplateCapacity);
        for (int i = 0; i < _instructions.Length; i++) _instructions[i] = new InstructionBuffer();
    }

    /// <inheritdoc/>
    public string Name => "instructions";

    /// <summary>Unsigned messages, by the positions in the opportunities.</summary>
    public PayloadRing Messages { get; }

    /// <summary>Messages built.</summary>
    public long Built { get; private set; }

    /// <summary>Of these, v0 with lookup tables.</summary>
    public long BuiltWithTables { get; private set; }

    /// <summary>Lookup tables known.</summary>
    public LookupTableSet Tables { get; } = new();

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

    private void Build(ref Opportunity opportunity)
    {
        Tables.AdvanceTo(opportunity.Slot);
        int count = WriteBudget(in opportunity);
        for (int i = 0; i < opportunity.LegCount; i++)
        {
            ref Leg leg = ref opportunity.Legs[i];
            if (!TryWriteSwap(in leg, _instructions[count++]))
            {
                opportunity.Reason = DecisionReason.InstructionFailed;
                return;
            }
        }

        if (opportunity.TipLamports != 0)
        {
            Pubkey tipAccount = TipAccounts.Pick(opportunity.RouteDigest);
            SystemTransfer.Write(_instructions[count++], _settings.Wallet, tipAccount, opportunity.TipLamports);
        }

        Compile(ref opportunity, count);
    }

    private int WriteBudget(in Opportunity opportunity)
    {
        ComputeBudget.WriteUnitLimit(_instructions[0], opportunity.ComputeUnitLimit);
        if (opportunity.PriorityFeeLamports == 0 || opportunity.ComputeUnitLimit == 0) return 1;
        UInt128 micro = (UInt128)opportunity.PriorityFeeLamports * 1_000_000;
        ComputeBudget.WriteUnitPrice(_instructions[1], (ulong)(micro / opportunity.ComputeUnitLimit));
        return 2;
    }

    private bool TryWriteSwap(in Leg leg, InstructionBuffer buffer)
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
            UserInput = TokenAccount(pool.InputMint(direction)),
            UserOutput = TokenAccount(pool.OutputMint(direction)),
            Variant = pool.Venue == VenueId.RaydiumAmm && _settings.RaydiumAmmLegacy ? 1 : 0,
        };
        return pool.WriteSwap(in request, buffer) == QuoteStatus.Ok && !buffer.Overflowed;
    }

    /// <summary>The wallet's token account of a mint; searched once per mint, then one array read.</summary>
    private Pubkey TokenAccount(in Pubkey mint)
    {
        int mintId = _graph.MintId(in mint);
        ref Pubkey known = ref _tokenAccounts[mintId];
        if (!known.IsZero) return known;
        if (_settings.TokenAccounts.TryGetValue(mint, out Pubkey configured)) return known = configured;
        int accountId = _accounts.Find(in mint);
        bool isToken2022 = accountId >= 0 && _accounts[accountId].Owner == ProgramIds.Token2022;
        Pubkey program = isToken2022 ? ProgramIds.Token2022 : ProgramIds.Token;
        AssociatedTokenAddress.TryFind(_settings.Wallet, mint, program, out known, out _);
        return known;
    }

    private void Compile(ref Opportunity opportunity, int instructionCount)
    {
        if (Messages.TryClaim(MessageLimits.PacketBytes, out long position) != PayloadStatus.Ok)
        {
            MessageRingFull++; // the decision stands and is journalled; it just has no bytes
            return;
        }

        ReadOnlySpan<InstructionBuffer> instructions = _instructions.AsSpan(0, instructionCount);
        RouteTemplate? template = Templates.TryPatch(opportunity.RouteDigest, instructions, Tables.Version);
        if (template is null)
        {
            template = Templates.Claim(opportunity.RouteDigest);
            MessageStatus status = BuildAfresh(template, instructions);
            if (status != MessageStatus.Ok)
            {
                Templates.Release(template);
                opportunity.Reason = status == MessageStatus.TooLarge
                    ? DecisionReason.TransactionTooLarge
                    : DecisionReason.InstructionFailed;
                return;
            }
        }

        ReadOnlySpan<byte> message = template.Message;
        message.CopyTo(Messages.Span(position, MessageLimits.PacketBytes));
        Messages.Commit(message.Length);
        Built++;
        if (template.Version == MessageVersion.V0) BuiltWithTables++;
        opportunity.MessageVersion = (byte)template.Version;
        opportunity.MessagePosition = position;
        opportunity.MessageLengthBytes = message.Length;
    }

    private MessageStatus BuildAfresh(RouteTemplate template, ReadOnlySpan<InstructionBuffer> instructions)
    {
        MessageRequest request = new()
        {
            Version = MessageVersion.Legacy,
            Payer = _settings.Wallet,
            Instructions = instructions,
        };
        MessageStatus status = template.Build(_writer, in request, Tables.Version);
        if (status != MessageStatus.TooLarge || Tables.Count == 0) return status;
        request.Version = MessageVersion.V0;
        request.Tables = Tables.Choose(instructions, _settings.Wallet);
        return template.Build(_writer, in request, Tables.Version);
    }

    private void UpdateTable(in MarketEvent e)
    {
        if (e.Kind is not (EventKind.Account or EventKind.AccountSnapshot)) return;
        ReadOnlySpan<byte> data = _payloads.Span(e.PayloadPosition, e.PayloadLengthBytes);
        Tables.Update(in e.Account, in e.Owner, data, e.Slot);
    }
}
