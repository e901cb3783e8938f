using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.ConsoleHost.Bench.Wire;

/// <summary>
/// Stage before the sinks: signs every unsigned message of an event and records how long it took from the intended
/// arrival, which the sender wrote into the account's rent epoch. The signed transaction is put together as it would
/// be sent, and kept until the next. Owner thread: the last group's.
/// </summary>
internal sealed class WireStage(MarketPipeline pipeline, Ed25519Signer signer, long baseNs) : IStage
{
    private const int SignatureBytes = 64;
    private readonly byte[] _transaction = GC.AllocateArray<byte>(4096, pinned: true);
    private int _transactionBytes;

    public string Name => "sign";

    /// <summary>From the intended arrival to the end of the socket read.</summary>
    public LatencyHistogram Wire { get; } = new();

    /// <summary>From the intended arrival: no cycle.</summary>
    public LatencyHistogram NoOpportunity { get; } = new();

    /// <summary>From the intended arrival: every cycle decided, none taken.</summary>
    public LatencyHistogram Decided { get; } = new();

    /// <summary>From the end of the read to the event's unsigned messages.</summary>
    public LatencyHistogram Unsigned { get; } = new();

    /// <summary>One signature and the copy of its message.</summary>
    public LatencyHistogram Sign { get; } = new();

    /// <summary>From the intended arrival to the event's first signed transaction.</summary>
    public LatencyHistogram FirstSigned { get; } = new();

    /// <summary>From the intended arrival to its last.</summary>
    public LatencyHistogram AllSigned { get; } = new();

    /// <summary>Measured account updates.</summary>
    public long Updates { get; private set; }

    /// <summary>Of these, dropped as copies or stale, or of no pool.</summary>
    public long Dropped { get; private set; }

    /// <summary>Messages that the signer refused.</summary>
    public long RefusedMessages { get; private set; }

    /// <summary>The newest signed transaction: one signature, then the message.</summary>
    public ReadOnlySpan<byte> LastTransaction => _transaction.AsSpan(0, _transactionBytes);

    /// <summary>Forgets the figures; while nothing is on its way.</summary>
    public void Reset()
    {
        foreach (LatencyHistogram one in new[] { Wire, NoOpportunity, Decided, Unsigned, Sign, FirstSigned, AllSigned })
            one.Reset();
        (Updates, Dropped, RefusedMessages) = (0, 0, 0);
    }

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        for (int i = 0; i < batch.Length; i++)
        {
            ref readonly MarketEvent e = ref batch[i];
            if (e.Kind != EventKind.Account) continue;
            long due = (long)Math.Min(e.RentEpoch, long.MaxValue) - WireScript.DueBase;
            bool isMeasured = due is > 0 and < WireScript.DueBase;
            Record(in e, isMeasured, due + baseNs);
        }

        return 0;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    private void Record(in MarketEvent e, bool isMeasured, long dueNs)
    {
        long began = SystemClock.Instance.NowNs;
        if (isMeasured)
        {
            Updates++;
            Wire.Record(e.ReceiveNs - dueNs);
        }

        if (e.PoolId < 0) Dropped += isMeasured ? 1 : 0;
        else if (e.OpportunityCount != 0) SignAll(in e, isMeasured, dueNs, began);
        else if (isMeasured) NoOpportunity.Record(began - dueNs);
    }

    private void SignAll(in MarketEvent e, bool isMeasured, long dueNs, long began)
    {
        long last = began;
        bool isFirst = true;
        for (int i = 0; i < e.OpportunityCount; i++)
        {
            ref readonly Opportunity one = ref pipeline.Opportunities[e.OpportunityPosition + i];
            if (one.MessageLengthBytes == 0) continue;
            Build(pipeline.Instructions.Messages.Span(one.MessagePosition, one.MessageLengthBytes));
            long now = SystemClock.Instance.NowNs;
            if (isMeasured)
            {
                Sign.Record(now - last);
                if (isFirst) FirstSigned.Record(now - dueNs);
            }

            (last, isFirst) = (now, false);
        }

        if (!isMeasured) return;
        if (isFirst)
        {
            Decided.Record(began - dueNs);
            return;
        }

        Unsigned.Record(began - e.ReceiveNs);
        AllSigned.Record(last - dueNs);
    }

    private void Build(ReadOnlySpan<byte> message)
    {
        _transaction[0] = 1;
        message.CopyTo(_transaction.AsSpan(1 + SignatureBytes));
        _transactionBytes = 1 + SignatureBytes + message.Length;
        if (!signer.TrySign(message, _transaction.AsSpan(1, SignatureBytes))) RefusedMessages++;
    }
}
