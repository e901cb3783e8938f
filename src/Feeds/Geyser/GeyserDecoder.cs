using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Geyser;

/// <summary>
/// The messages of one Yellowstone connection in, events out. A message is one gRPC message's protobuf bytes
/// (SubscribeUpdate). Purpose: account bytes straight from the message into the claimed payload; never throw, never
/// allocate, count every refusal. Owner: one feed thread; counters may be read by others.
/// Bound: the slots announced last, <see cref="AnnouncedSlots"/>, the blocks of <see cref="GeyserBlocks"/>, and
/// the shapes of <see cref="GeyserAccountShapes"/>.
/// Source: rpcpool/yellowstone-grpc@0013f2d5 geyser.proto.
/// </summary>
public sealed class GeyserDecoder : IConnectionDecoder
{
    /// <summary>Slots remembered as announced: a slot's statuses come within 32 slots of each other.</summary>
    private const int AnnouncedSlots = 256;

    private readonly EventWriter _writer;
    private readonly SnapshotDecoder _snapshots;
    private readonly GeyserCover? _cover;
    private readonly GeyserAccountShapes _shapes = new();
    private readonly GeyserBlocks _blocks;
    private readonly ulong[] _announced = new ulong[AnnouncedSlots];
    private ulong _highestAnnounced;
    private bool _isClosed;

    /// <summary>A decoder for one endpoint that publishes into <paramref name="publisher"/>.</summary>
    public GeyserDecoder(byte endpointId, EventPublisher publisher, DecoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _writer = new EventWriter(publisher, Counters, endpointId, options.SourceFlags);
        _blocks = new GeyserBlocks(_writer, Counters, options.BlockhashSource);
        _snapshots = new SnapshotDecoder(
            _writer, Counters, new KeyCache(), options.MaxSnapshotKeys, options.Coverage);
        if (options.Coverage is { } table) _cover = new GeyserCover(table, endpointId, _writer);
    }

    /// <inheritdoc/>
    public DecodeCounters Counters { get; } = new();

    /// <inheritdoc/>
    public bool IsHalted => _writer.IsHalted;

    /// <inheritdoc/>
    public ulong HighestSlot => _writer.HighestSlot;

    /// <summary>The fast path may be switched off to test the other one.</summary>
    internal bool UseFastPath { get; set; } = true;

    /// <summary>Account updates whose shape had been seen before.</summary>
    internal long ShapeMatches => _shapes.Matches;

    /// <inheritdoc/>
    public DecodeCause OnOpen(in FrameStamp stamp)
    {
        Forget();
        _isClosed = false;
        _cover?.OnOpen(stamp);
        return _writer.PublishMark(EventKind.FeedOpen, 0, 0, stamp);
    }

    /// <inheritdoc/>
    public DecodeCause OnClose(in FrameStamp stamp)
    {
        Forget();
        _isClosed = true;
        _cover?.OnClose(stamp);
        return _writer.PublishMark(EventKind.FeedClose, 0, 0, stamp);
    }

    /// <inheritdoc/>
    public DecodeCause OnEndOfFeed(in FrameStamp stamp) => _writer.PublishMark(EventKind.EndOfFeed, 0, 0, stamp);

    /// <inheritdoc/>
    public DecodeCause OnRequest(ReadOnlySpan<byte> request)
    {
        // Updates say themselves what they are about; the request says which accounts are followed.
        DecodeCause cause = ProtoReader.IsWellFormed(request) ? DecodeCause.None : DecodeCause.MalformedProtobuf;
        if (cause == DecodeCause.None) _cover?.OnRequest(request);
        return Count(request.Length, MessageKind.Request, cause);
    }

    /// <inheritdoc/>
    public DecodeCause OnMessage(ReadOnlySpan<byte> message, in FrameStamp stamp)
    {
        _cover?.OnMessage(stamp);
        DecodeCause cause = Decode(message, stamp, out MessageKind kind);
        bool isUnread = cause is not (DecodeCause.None or DecodeCause.AfterClose or DecodeCause.Halted);
        if (isUnread) _cover?.OnUnreadable(stamp);
        return Count(message.Length, kind, cause);
    }

    /// <inheritdoc/>
    public DecodeCause OnSnapshot(ReadOnlySpan<byte> request, ReadOnlySpan<byte> response, in FrameStamp stamp)
    {
        DecodeCause cause = _snapshots.Decode(request, response, stamp, out MessageKind kind);
        return Count(request.Length + response.Length, kind, cause);
    }

    private DecodeCause Decode(ReadOnlySpan<byte> message, in FrameStamp stamp, out MessageKind kind)
    {
        BinaryAccount account = default;
        if (UseFastPath && !_isClosed
            && (_shapes.TryMatch(message, ref account) || _shapes.TryWalk(message, ref account)))
        {
            kind = MessageKind.AccountUpdate;
            Counters.FastPath++;
            return Publish(account, stamp);
        }

        return DecodeStrict(message, stamp, out kind);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private DecodeCause DecodeStrict(ReadOnlySpan<byte> message, in FrameStamp stamp, out MessageKind kind)
    {
        kind = MessageKind.Other;
        switch (GeyserEnvelope.TryRead(message, out GeyserEnvelope envelope))
        {
            case EnvelopeStatus.Ok:
                break;
            case EnvelopeStatus.UnexpectedShape:
                return DecodeCause.UnexpectedShape;
            case EnvelopeStatus.UnknownUpdate:
                return DecodeCause.UnknownMethod;
            default:
                return DecodeCause.MalformedProtobuf;
        }

        kind = Kind(envelope.Field);
        if (_isClosed) return DecodeCause.AfterClose;
        switch (kind)
        {
            case MessageKind.AccountUpdate:
                BinaryAccount account = default;
                DecodeCause cause = GeyserAccountReader.Read(envelope.Body, ref account);
                return cause == DecodeCause.None ? Publish(account, stamp) : cause;
            case MessageKind.SlotUpdate:
                return OnSlot(envelope.Body, stamp);
            case MessageKind.BlockMetaUpdate:
                cause = GeyserBlockMeta.Read(envelope.Body, out GeyserBlockMeta meta);
                return cause == DecodeCause.None ? _blocks.OnMeta(meta, stamp) : cause;
            default:
                return ProtoReader.IsWellFormed(envelope.Body) ? DecodeCause.None : DecodeCause.MalformedProtobuf;
        }
    }

    private DecodeCause Publish(in BinaryAccount account, in FrameStamp stamp)
    {
        EventKind kind = account.IsStartup ? EventKind.AccountSnapshot : EventKind.Account;
        DecodeCause cause = _writer.PublishAccount(kind, account, stamp);
        if (cause == DecodeCause.None && kind == EventKind.Account) _cover?.OnPush(account, stamp);
        return cause;
    }

    private static MessageKind Kind(uint field) => field switch
    {
        UpdateField.Account => MessageKind.AccountUpdate,
        UpdateField.Slot => MessageKind.SlotUpdate,
        UpdateField.Transaction => MessageKind.TransactionUpdate,
        UpdateField.TransactionStatus => MessageKind.TransactionStatusUpdate,
        UpdateField.Block => MessageKind.BlockUpdate,
        UpdateField.BlockMeta => MessageKind.BlockMetaUpdate,
        UpdateField.Ping => MessageKind.Ping,
        UpdateField.Pong => MessageKind.Pong,
        _ => MessageKind.EntryUpdate,
    };

    /// <summary>
    /// A slot begins with its bank. A server that sends no statuses between (interslot_updates off) says it first with
    /// Processed, and one at a higher commitment with Confirmed or Finalized; the first of them is the event.
    /// </summary>
    private DecodeCause OnSlot(ReadOnlySpan<byte> body, in FrameStamp stamp)
    {
        DecodeCause cause = GeyserSlot.Read(body, out GeyserSlot update);
        if (cause == DecodeCause.None) cause = PublishSlot(in update, stamp);
        bool isConfirmed = update.Status is GeyserSlotStatus.Confirmed or GeyserSlotStatus.Finalized;
        return cause == DecodeCause.None && isConfirmed ? _blocks.OnConfirmed(update.Slot, stamp) : cause;
    }

    private DecodeCause PublishSlot(in GeyserSlot update, in FrameStamp stamp)
    {
        switch (update.Status)
        {
            case GeyserSlotStatus.Dead:
                _cover?.OnDead(update.Slot, stamp);
                return _writer.PublishMark(EventKind.SlotDead, update.Slot, update.ParentSlot, stamp);
            case GeyserSlotStatus.CreatedBank:
            case GeyserSlotStatus.Processed:
                break;
            case GeyserSlotStatus.Confirmed when update.Slot > _highestAnnounced:
            case GeyserSlotStatus.Finalized when update.Slot > _highestAnnounced:
                break;
            default:
                Counters.SlotUpdatesWithoutEvent++;
                return DecodeCause.None;
        }

        ref ulong announced = ref _announced[(int)(update.Slot % AnnouncedSlots)];
        if (announced == update.Slot)
        {
            Counters.SlotUpdatesWithoutEvent++;
            return DecodeCause.None;
        }

        if (update.ParentSlot != 0) announced = update.Slot; // else a later status may still name the parent
        _highestAnnounced = Math.Max(_highestAnnounced, update.Slot);
        _cover?.OnSlot(update.Slot, update.ParentSlot, stamp);
        return _writer.PublishMark(EventKind.Slot, update.Slot, update.ParentSlot, stamp);
    }

    private void Forget()
    {
        Array.Clear(_announced);
        _highestAnnounced = 0;
        _blocks.Clear();
    }

    private DecodeCause Count(int bytes, MessageKind kind, DecodeCause cause)
    {
        Counters.Messages++;
        Counters.Bytes += bytes;
        Counters.Count(kind);
        Counters.Count(cause);
        return cause;
    }
}
