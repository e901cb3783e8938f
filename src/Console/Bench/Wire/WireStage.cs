using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.ConsoleHost.Bench.Wire;

/// <summary>
/// Signs every message at the moment it is complete, while the event's other routes are still being decided, and
/// records how long that took from the intended arrival, which the sender wrote into the account's rent epoch. The
/// signed transaction is put together as it would be sent, and kept until the next. A message whose amounts are proven
/// better afterwards is signed again: a sender has both. Owner thread: the market group's.
/// </summary>
internal sealed class WireStage(MarketPipeline pipeline, Ed25519Signer signer, long baseNs)
    : IStage, IRouteMessages, IWarmable
{
    private const int SignatureBytes = 64;
    private const int WarmBytes = 700;
    private const long WarmEveryNs = 200_000;
    private readonly byte[] _transaction = GC.AllocateArray<byte>(4096, pinned: true);
    private readonly IRouteMessages _writer = pipeline.Instructions;
    private readonly byte[] _warmSignature = GC.AllocateArray<byte>(SignatureBytes, pinned: true);
    private long _warmedNs;
    private int _transactionBytes;
    private long _builtNs; // of this event's first message; 0 if there is none
    private long _firstSignedNs;
    private long _signedNs;

    public string Name => "sign";

    /// <summary>From the intended arrival to the end of the socket read.</summary>
    public LatencyHistogram Wire { get; } = new();

    /// <summary>From the intended arrival: no cycle.</summary>
    public LatencyHistogram NoOpportunity { get; } = new();

    /// <summary>From the intended arrival: every cycle decided, none taken.</summary>
    public LatencyHistogram Decided { get; } = new();

    /// <summary>From the end of the read to the event's first unsigned message.</summary>
    public LatencyHistogram Unsigned { get; } = new();

    /// <summary>One signature and the copy of its message.</summary>
    public LatencyHistogram Sign { get; } = new();

    /// <summary>From the intended arrival to the event's first signed transaction.</summary>
    public LatencyHistogram FirstSigned { get; } = new();

    /// <summary>From the intended arrival to its last, with the sizes that were proven.</summary>
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

    /// <inheritdoc/>
    public void Build(ref Opportunity taken)
    {
        _writer.Build(ref taken);
        if (taken.MessageLengthBytes != 0) SignNow(in taken);
    }

    /// <inheritdoc/>
    public bool TryRenew(ref Opportunity taken)
    {
        if (!_writer.TryRenew(ref taken)) return false;
        SignNow(in taken);
        return true;
    }

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        for (int i = 0; i < batch.Length; i++)
        {
            Record(in batch[i]);
            _builtNs = 0;
        }

        return 0;
    }

    /// <summary>
    /// Signs bytes that nobody gets: a signature's tables are cold after some milliseconds. Longer than a slice of
    /// keeping warm should be, so seldom: a message that comes meanwhile waits for its end.
    /// </summary>
    public void Warm()
    {
        long now = SystemClock.Instance.NowNs;
        if (now - _warmedNs < WarmEveryNs) return;
        _warmedNs = now;
        _ = signer.TrySign(_transaction.AsSpan(1 + SignatureBytes, WarmBytes), _warmSignature);
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    private void Record(in MarketEvent e)
    {
        long due = (long)Math.Min(e.RentEpoch, long.MaxValue) - WireScript.DueBase;
        if (e.Kind != EventKind.Account || due is not (> 0 and < WireScript.DueBase)) return;
        due += baseNs;
        Updates++;
        Wire.Record(e.ReceiveNs - due);
        if (e.PoolId < 0)
        {
            Dropped++;
        }
        else if (_builtNs != 0)
        {
            Unsigned.Record(_builtNs - e.ReceiveNs);
            FirstSigned.Record(_firstSignedNs - due);
            AllSigned.Record(_signedNs - due);
        }
        else
        {
            (e.OpportunityCount == 0 ? NoOpportunity : Decided).Record(SystemClock.Instance.NowNs - due);
        }
    }

    private void SignNow(in Opportunity taken)
    {
        long began = SystemClock.Instance.NowNs;
        Build(pipeline.Instructions.Messages.Span(taken.MessagePosition, taken.MessageLengthBytes));
        _signedNs = SystemClock.Instance.NowNs;
        Sign.Record(_signedNs - began);
        if (_builtNs != 0) return;
        (_builtNs, _firstSignedNs) = (began, _signedNs);
    }

    private void Build(ReadOnlySpan<byte> message)
    {
        _transaction[0] = 1;
        message.CopyTo(_transaction.AsSpan(1 + SignatureBytes));
        _transactionBytes = 1 + SignatureBytes + message.Length;
        if (!signer.TrySign(message, _transaction.AsSpan(1, SignatureBytes))) RefusedMessages++;
    }
}
