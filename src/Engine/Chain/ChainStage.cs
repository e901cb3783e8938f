using System;
using System.Buffers.Binary;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Chain;

/// <summary>What a <see cref="ChainStage"/> has received; one writer, read late by others.</summary>
public sealed class ChainCounters
{
    private readonly long[] _ends = new long[(int)SimulationEnd.Refused + 1];

    /// <summary>Answers with fees.</summary>
    public long FeeAnswers { get; internal set; }

    /// <summary>Slots' prices taken in.</summary>
    public long FeeSlots { get; internal set; }

    /// <summary>Slots' prices refused because the slot is far ahead of the chain.</summary>
    public long FeeSlotsRefused { get; internal set; }

    /// <summary>Simulations answered.</summary>
    public long Simulations { get; internal set; }

    /// <summary>Of these, of messages that nobody remembers.</summary>
    public long Unmatched { get; internal set; }

    /// <summary>Swaps whose compute units were learned.</summary>
    public long SwapsLearned { get; internal set; }

    /// <summary>Failures reported to the route quarantine.</summary>
    public long RouteFailures { get; internal set; }

    /// <summary>Simulations that ended so.</summary>
    public long this[SimulationEnd end] => _ends[(int)end];

    internal void OnEnd(SimulationEnd end) => _ends[(int)end]++;
}

/// <summary>
/// Hands on what nodes reported about the chain itself, all of it recorded frames like account updates: blockhashes
/// into the ring that messages are built on (where another endpoint could say otherwise, once one agrees), prices of
/// recent slots into the estimator of the priority fee, ends of simulations into the table of compute units and the
/// quarantine of routes. A payer that is missing or has no tokens, as in a dry run, says nothing of a route: such ends
/// are counted and nothing is reported. Routes are remembered from the first blockhash on only, so a capture without
/// these frames pays nothing. Owner thread: the market group's.
/// </summary>
public sealed class ChainStage : IStage
{
    private const int FeeBytes = 16;

    // Anchor's own codes of accounts begin here: the wallet's token account is missing or another's.
    // Source: anchor-lang error.rs, ErrorCode: account errors from 3000 on.
    private const uint AnchorAccountCodes = 3000;
    private const uint AnchorAccountCodesEnd = 3100;

    // Source: spl-token error.rs, TokenError::InsufficientFunds.
    private const uint TokenInsufficientFunds = 1;

    private readonly GraphStage _graph;
    private readonly FeeModel _fees;
    private readonly RouteQuarantine _quarantine;
    private readonly BlockhashRing _blockhashes;
    private readonly OpportunityRing _opportunities;
    private readonly PayloadRing _messages;
    private readonly PayloadRing _payloads;
    private readonly SimulatedRoutes _routes = new();
    private readonly int[] _instructionOfLeg = new int[Legs.MaxCount];

    /// <summary>A stage that feeds what the scoring and instruction stages decide by.</summary>
    public ChainStage(
        GraphStage graph, ScoringStage scoring, InstructionStage instructions, OpportunityRing opportunities,
        PayloadRing payloads)
    {
        _graph = graph;
        _fees = scoring.Fees;
        _quarantine = scoring.LandingQuarantine;
        _blockhashes = instructions.Blockhashes;
        _messages = instructions.Messages;
        _opportunities = opportunities;
        _payloads = payloads;
    }

    /// <inheritdoc/>
    public string Name => "chain";

    /// <summary>What was received.</summary>
    public ChainCounters Counters { get; } = new();

    /// <summary>Blockhashes that wait for a second endpoint's word.</summary>
    public BlockhashVoices Voices { get; } = new();

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        int work = 0;
        foreach (ref MarketEvent e in batch)
        {
            work++;
            switch (e.Kind)
            {
                case EventKind.Blockhash:
                    Voices.AdvanceTo(e.ReceiveNs);
                    ReportedBlockhash told = new(e.Account, e.ChainValue, e.Slot);
                    if (Voices.Tell((int)Math.Min(e.ChainSource, int.MaxValue), in told)) TakeAgreed();
                    else Take(in told);
                    break;
                case EventKind.BlockhashVerdict:
                    Voices.AdvanceTo(e.ReceiveNs);
                    if (Voices.Judge((int)Math.Min(e.ChainSource, int.MaxValue), in e.Account, e.ChainValue != 0))
                        TakeAgreed();
                    break;
                case EventKind.PriorityFees:
                    OnFees(_payloads.Span(e.PayloadPosition, e.PayloadLengthBytes));
                    break;
                case EventKind.Simulation:
                    OnSimulation(_payloads.Span(e.PayloadPosition, e.PayloadLengthBytes));
                    break;
                case EventKind.Slot:
                    _fees.PriorityFees.OnHead(_graph.Slots.Head);
                    break;
            }

            if (e.OpportunityCount != 0 && _blockhashes.Count != 0) Remember(in e);
        }

        return work;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    private void Take(in ReportedBlockhash told) => _ = _blockhashes.Take(told.Hash, told.LastValidHeight, told.Slot);

    private void TakeAgreed()
    {
        while (Voices.TryTakeAgreed(out ReportedBlockhash agreed)) Take(in agreed);
    }

    private void Remember(in MarketEvent e)
    {
        for (int i = 0; i < e.OpportunityCount; i++)
        {
            ref Opportunity one = ref _opportunities[e.OpportunityPosition + i];
            if (one.Reason != DecisionReason.Go || one.MessageLengthBytes == 0) continue;
            _routes.Add(in one, _messages.Span(one.MessagePosition, one.MessageLengthBytes));
        }
    }

    private void OnFees(ReadOnlySpan<byte> fees)
    {
        Counters.FeeAnswers++;
        ulong head = Math.Max(_graph.Slots.Head, _graph.CurrentSlot);
        for (; fees.Length >= FeeBytes; fees = fees[FeeBytes..])
        {
            ulong slot = BinaryPrimitives.ReadUInt64LittleEndian(fees);
            if (slot > head + BlockhashRing.LeadSlotsMax)
            {
                Counters.FeeSlotsRefused++;
                continue;
            }

            _fees.PriorityFees.OnSlot(slot, BinaryPrimitives.ReadUInt64LittleEndian(fees[8..]));
            Counters.FeeSlots++;
        }
    }

    private void OnSimulation(ReadOnlySpan<byte> bytes)
    {
        if (!SimulationPayload.TryRead(bytes, out SimulationPayload payload)) return;
        Counters.Simulations++;
        if (!_routes.TryFind(payload.Message, out Opportunity route) || !TryFindLegs(in route, payload.Message))
        {
            Counters.Unmatched++;
            return;
        }

        int failedLeg = payload.FailedInstruction == SimulationPayload.NoInstruction
            ? -1
            : _instructionOfLeg.AsSpan(0, route.LegCount).IndexOf(payload.FailedInstruction);
        SimulationEnd end = Judge(in payload, failedLeg);
        Counters.OnEnd(end);
        Learn(in route, in payload, end, failedLeg);
        if (end == SimulationEnd.Ok)
        {
            _quarantine.ReportSuccess(CycleKey.Of(in route));
        }
        else if (failedLeg >= 0 && end != SimulationEnd.Payer)
        {
            _quarantine.ReportFailure(CycleKey.Of(in route), Math.Max(route.Slot, _graph.CurrentSlot));
            Counters.RouteFailures++;
        }
    }

    /// <summary>
    /// Only a leg can fail because of the market; around the legs, and where the first leg finds no tokens to spend, it
    /// is the wallet.
    /// </summary>
    private static SimulationEnd Judge(in SimulationPayload payload, int failedLeg)
    {
        if (payload.End is SimulationEnd.Ok or SimulationEnd.Payer or SimulationEnd.Refused) return payload.End;
        if (failedLeg < 0) return SimulationEnd.Payer;
        if (payload.End != SimulationEnd.ProgramError) return payload.End;
        bool isMissing = payload.Code is >= AnchorAccountCodes and < AnchorAccountCodesEnd;
        return isMissing || (failedLeg == 0 && payload.Code == TokenInsufficientFunds)
            ? SimulationEnd.Payer
            : payload.End;
    }

    private void Learn(in Opportunity route, in SimulationPayload payload, SimulationEnd end, int failedLeg)
    {
        int whole = end == SimulationEnd.Ok ? route.LegCount : Math.Max(failedLeg, 0);
        if (payload.InstructionCount == 0)
        {
            if (end == SimulationEnd.Ok) LearnTogether(in route, payload.UnitsConsumed);
            whole = 0;
        }

        for (int leg = 0; leg < whole; leg++)
        {
            int instruction = _instructionOfLeg[leg];
            if (instruction >= payload.InstructionCount) break;
            _fees.Units.OnSwap(WorkOf(in route, leg), payload.UnitsOf(instruction));
            Counters.SwapsLearned++;
        }

        if (end == SimulationEnd.OutOfUnits && failedLeg >= 0) _fees.Units.OnExhausted(WorkOf(in route, failedLeg));
    }

    /// <summary>The log was cut short: the legs share what the whole took.</summary>
    private void LearnTogether(in Opportunity route, uint units)
    {
        Span<SwapWork> legs = stackalloc SwapWork[Legs.MaxCount];
        for (int leg = 0; leg < route.LegCount; leg++) legs[leg] = WorkOf(in route, leg);
        _fees.Units.OnRoute(legs[..route.LegCount], route.OtherComputeUnits, units);
        Counters.SwapsLearned += route.LegCount;
    }

    private SwapWork WorkOf(in Opportunity route, int leg)
    {
        Leg one = route.Legs[leg];
        return SwapWork.Of(_graph.Market.Pool(one.PoolId), in one);
    }

    /// <summary>
    /// The instruction of each leg: the legs are the instructions of the pools' programs, in order. False if the
    /// message has others: it is not the route's.
    /// </summary>
    private bool TryFindLegs(in Opportunity route, ReadOnlySpan<byte> message)
    {
        TransactionReadStatus status = TransactionReader.TryReadMessage(message, out TransactionView view);
        if (status != TransactionReadStatus.Ok) return false;
        int leg = 0;
        int at = 0;
        foreach (InstructionView instruction in view.Instructions)
        {
            if (leg < route.LegCount)
            {
                Pubkey pool = _graph.Market.Pool(route.Legs[leg].PoolId).Address;
                int account = _graph.Accounts.Find(in pool);
                if (account >= 0 && _graph.Accounts.OwnerOf(account) == view.StaticKey(instruction.ProgramIndex))
                    _instructionOfLeg[leg++] = at;
            }

            at++;
        }

        return leg == route.LegCount;
    }
}
