using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Ring;

namespace LowLatency.Engine.Sinks;

/// <summary>
/// The end of the way: hands every decision to the sinks, records latencies, then gives the event's payload,
/// opportunities, messages and ended lives back to their rings. It must see every event, or the rings would fill.
/// Owner thread: the last group's.
/// </summary>
public sealed class SinkStage : IStage
{
    private readonly IDecisionSink[] _sinks;
    private readonly OpportunityRing _opportunities;
    private readonly LifeRing _lives;
    private readonly PayloadRing _messages;
    private readonly PayloadRing _payloads;
    private readonly long[] _byReason = new long[Enum.GetValues<DecisionReason>().Length];

    /// <summary>A stage that releases the four rings.</summary>
    public SinkStage(
        IDecisionSink[] sinks,
        OpportunityRing opportunities,
        LifeRing lives,
        PayloadRing messages,
        PayloadRing payloads,
        bool takeStamps)
    {
        _sinks = sinks;
        _opportunities = opportunities;
        _lives = lives;
        _messages = messages;
        _payloads = payloads;
        Latency = takeStamps ? new PipelineLatency() : null;
    }

    /// <inheritdoc/>
    public string Name => "sinks";

    /// <summary>Latency per stage; null if stamps are off.</summary>
    public PipelineLatency? Latency { get; }

    /// <summary>Events seen.</summary>
    public long Events { get; private set; }

    /// <summary>Decisions handed to the sinks.</summary>
    public long Decisions { get; private set; }

    /// <summary>Of these, with a reason.</summary>
    public long CountOf(DecisionReason reason) => _byReason[(int)reason];

    /// <inheritdoc/>
    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        for (int n = 0; n < batch.Length; n++)
        {
            ref MarketEvent e = ref batch[n];
            Events++;
            if (e.OpportunityCount != 0) EmitDecisions(in e);
            if (e.LifeCount != 0) EmitLives(in e);
            if (e.Kind == EventKind.Setting) EmitSetting(in e, firstSequence + n);
            Latency?.Record(in e, firstSequence + n);
            _payloads.Release(PayloadRing.EndOf(e.PayloadPosition, e.PayloadLengthBytes));
        }

        return batch.Length;
    }

    /// <inheritdoc/>
    public void OnHousekeeping(long nowNs)
    {
    }

    /// <summary>From the frame in memory to the last of the event's decisions and messages; 0 without stamps.</summary>
    private static long LatencyNs(in MarketEvent e)
    {
        int last = (int)StampId.Scoring;
        while (last > 0 && e.Stamps[last] == 0) last--;
        return e.Stamps[last] - e.Stamps[(int)StampId.Framed];
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // few events have one
    private void EmitDecisions(in MarketEvent e)
    {
        long messagesEnd = 0;
        for (int i = 0; i < e.OpportunityCount; i++)
        {
            ref Opportunity decision = ref _opportunities[e.OpportunityPosition + i];
            decision.Stamps = e.Stamps;
            decision.DecisionLatencyNs = LatencyNs(in e);
            Emit(in decision);
            if (decision.MessageLengthBytes == 0) continue;
            long end = PayloadRing.EndOf(decision.MessagePosition, decision.MessageLengthBytes);
            messagesEnd = Math.Max(messagesEnd, end); // messages lie in the order of taking, not of decisions
        }

        if (messagesEnd != 0) _messages.Release(messagesEnd);
        _opportunities.Release(e.OpportunityPosition + e.OpportunityCount);
    }

    private void EmitLives(in MarketEvent e)
    {
        for (int i = 0; i < e.LifeCount; i++)
        {
            foreach (IDecisionSink sink in _sinks) sink.OnLife(in _lives[e.LifePosition + i]);
        }

        _lives.Release(e.LifePosition + e.LifeCount);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // as above
    private void EmitSetting(in MarketEvent e, long sequence)
    {
        SettingChange change = SettingChange.Of(in e);
        if (!change.IsValid) return; // scoring did not take it either
        foreach (IDecisionSink sink in _sinks) sink.OnSetting(in change, sequence);
    }

    private void Emit(in Opportunity decision)
    {
        Decisions++;
        _byReason[(int)decision.Reason]++;
        ReadOnlySpan<byte> message = default;
        if (decision.MessageLengthBytes != 0)
            message = _messages.Span(decision.MessagePosition, decision.MessageLengthBytes);
        foreach (IDecisionSink sink in _sinks) sink.OnDecision(in decision, message);
    }
}
