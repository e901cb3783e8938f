using System;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Ring;
using LowLatency.Engine.Time;

namespace LowLatency.Engine.Pipeline;

/// <summary>What a feed does when the ring is full.</summary>
public enum OverflowPolicy : byte
{
    /// <summary>Wait for room (replay: nothing may be lost).</summary>
    Block = 0,

    /// <summary>Refuse the new event; the feed counts it (live: the socket must not stop).</summary>
    DropNewest = 1,
}

/// <summary>
/// Runs each stage group on its own thread behind the ring: fused is one group, split is several, each gated on the one
/// before. One publishing thread. The entry is filled in a private copy and moved into the ring at Publish, so a claim
/// that is abandoned leaves no hole in the sequence; the copy is 256 bytes.
/// </summary>
public sealed class ThreadedRunner : EventPublisher
{
    private readonly MarketEvent[] _staging = GC.AllocateArray<MarketEvent>(1, pinned: true);
    private readonly RingBuffer<MarketEvent> _ring;
    private readonly SingleProducerSequencer _sequencer;
    private RingProducer<MarketEvent> _producer; // mutable: not readonly
    private readonly PayloadRing _payloads;
    private readonly BatchConsumer<MarketEvent, StageGroup>[] _consumers;
    private readonly Thread[] _threads;
    private readonly OverflowPolicy _policy;
    private readonly Fatal _fatal;
    private readonly IClock _clock;
    private readonly bool _takeStamps;

    /// <summary>Wires the groups one behind the other; <see cref="Start"/> starts the threads.</summary>
    public ThreadedRunner(
        int capacityEntries,
        PayloadRing payloads,
        StageGroup[] groups,
        WaitStrategy waitStrategy,
        OverflowPolicy policy,
        Fatal fatal,
        IClock clock,
        bool takeStamps,
        ThreadPlacement? placement = null,
        bool keepWarm = false)
    {
        _ring = new RingBuffer<MarketEvent>(capacityEntries);
        _sequencer = new SingleProducerSequencer(_ring.Stamps, waitStrategy);
        _producer = new RingProducer<MarketEvent>(_ring, _sequencer);
        _payloads = payloads;
        _policy = policy;
        _fatal = fatal;
        _clock = clock;
        _takeStamps = takeStamps;
        _consumers = new BatchConsumer<MarketEvent, StageGroup>[groups.Length];
        _threads = new Thread[groups.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            ReadOnlySpan<Sequence> before = i == 0 ? [] : [_consumers[i - 1].Sequence];
            BatchConsumer<MarketEvent, StageGroup> consumer = new(
                groups[i].Name, _ring, _sequencer, groups[i], clock, BatchConsumerSettings.Default, OnFault, before);
            if (keepWarm) consumer.Idle = groups[i].Warm;
            _consumers[i] = consumer;
            int place = i + 1; // 0 is the feed's
            ThreadStart run = placement is null || !placement.IsWanted
                ? consumer.Run
                : () => RunPlaced(consumer, groups[place - 1].Name, placement, place);
            _threads[i] = new Thread(run) { Name = groups[i].Name, IsBackground = true };
        }

        _sequencer.AddGatingSequences(_consumers[^1].Sequence);
    }

    /// <summary>Events published.</summary>
    public long Published { get; private set; }

    /// <summary>Events refused because the ring was full.</summary>
    public long Refused { get; private set; }

    /// <summary>Entries in the ring that the last group has not finished.</summary>
    public long OccupancyEntries => _sequencer.CapacityEntries - _sequencer.RemainingCapacity();

    /// <summary>Entries published that a group has not finished. Any thread.</summary>
    public long LagEntries(int group) => Math.Max(0, _sequencer.Cursor - _consumers[group].Sequence.Value);

    /// <summary>Ring size.</summary>
    public int CapacityEntries => _sequencer.CapacityEntries;

    /// <inheritdoc/>
    public override bool IsHalted => _sequencer.IsHalted || _fatal.IsTripped;

    /// <inheritdoc/>
    public override ref MarketEvent Current => ref _staging[0];

    /// <summary>
    /// Makes room in rings that the last group but one writes and the last one releases; null where there is one group
    /// only, or where nothing may wait.
    /// </summary>
    internal IRoomMaker? CreateRoomMaker(StageGroup[] groups) =>
        _policy != OverflowPolicy.Block || groups.Length == 1
            ? null
            : new EarlierEvents(groups[^2], _consumers[^2].Sequence, _consumers[^1].Sequence, _sequencer, _fatal);

    /// <summary>Starts the groups' threads.</summary>
    public void Start()
    {
        foreach (Thread thread in _threads) thread.Start();
    }

    /// <summary>Waits until every published event has passed every group, then ends the threads.</summary>
    public void DrainAndStop()
    {
        for (int i = 0; i < _consumers.Length; i++)
        {
            _consumers[i].StopAfter(_sequencer.Cursor);
            _threads[i].Join();
        }
    }

    /// <inheritdoc/>
    public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload)
    {
        payload = default;
        SpinWait spin = default;
        while (true)
        {
            if (IsHalted) return ClaimStatus.Halted;
            PayloadStatus status = _payloads.TryClaim(payloadCapacityBytes, out long position);
            if (status == PayloadStatus.TooLarge) return ClaimStatus.PayloadTooLarge;
            if (status == PayloadStatus.Ok)
            {
                _staging[0] = default;
                _staging[0].PayloadPosition = position;
                payload = _payloads.Span(position, payloadCapacityBytes);
                return ClaimStatus.Ok;
            }

            if (_policy == OverflowPolicy.DropNewest)
            {
                Refused++;
                return ClaimStatus.Full;
            }

            spin.SpinOnce();
        }
    }

    /// <inheritdoc/>
    public override void Publish(int payloadLengthBytes)
    {
        SequencerStatus status = _policy == OverflowPolicy.Block
            ? _producer.Next(1, out long sequence)
            : _producer.TryNext(1, out sequence);
        if (status != SequencerStatus.Ok)
        {
            Refused++; // halted, or full under DropNewest: the payload claim is simply replaced by the next one
            return;
        }

        _payloads.Commit(payloadLengthBytes);
        _staging[0].PayloadLengthBytes = payloadLengthBytes;
        if (_takeStamps && TakesSteps) _staging[0].Stamps[(int)StampId.Published] = _clock.NowNs;
        _producer[sequence] = _staging[0];
        _producer.Publish(sequence, sequence);
        Published++;
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        // Nothing to give back: the next claim replaces this one.
    }

    private void RunPlaced(
        BatchConsumer<MarketEvent, StageGroup> consumer, string name, ThreadPlacement placement, int place)
    {
        try
        {
            placement.Apply(place);
        }
        catch (InvalidOperationException refused)
        {
            // The thread's one catch before its loop: without its place it does not begin.
            _fatal.Halt(new FatalFault(name, -1, -1, refused));
            _sequencer.Halt();
            return;
        }

        consumer.Run();
    }

    private void OnFault(ConsumerFault fault) =>
        _fatal.Halt(new FatalFault(fault.ConsumerName, fault.FirstSequence, fault.LastSequence, fault.Exception));
}
