using System;
using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// The decoder's way out: claims an entry, decodes base64 straight into its payload, fills the entry, publishes.
/// One feed thread owns it.
/// </summary>
internal sealed class EventWriter
{
    private readonly EventPublisher _publisher;
    private readonly DecodeCounters _counters;
    private readonly EventFlags _sourceFlags;
    private readonly ZstdFrames? _zstd;
    private readonly byte _endpointId;

    /// <summary>
    /// A writer whose events carry <paramref name="endpointId"/> and <paramref name="sourceFlags"/>; without
    /// <paramref name="zstd"/> compressed accounts are refused.
    /// </summary>
    public EventWriter(
        EventPublisher publisher, DecodeCounters counters, byte endpointId, EventFlags sourceFlags,
        ZstdFrames? zstd = null)
    {
        _zstd = zstd;
        _publisher = publisher;
        _counters = counters;
        _endpointId = endpointId;
        _sourceFlags = sourceFlags;
    }

    /// <summary>True once the pipeline has halted.</summary>
    public bool IsHalted { get; private set; }

    /// <summary>What slots inside a payload are to be moved by.</summary>
    public ulong SlotOffset => _publisher.SlotOffset;

    /// <summary>Highest slot of an event so far.</summary>
    public ulong HighestSlot { get; private set; }

    /// <summary>Publishes an event without payload.</summary>
    public DecodeCause PublishMark(EventKind kind, ulong slot, ulong parentSlot, in FrameStamp stamp)
    {
        ClaimStatus status = _publisher.TryClaim(0, out _);
        if (status != ClaimStatus.Ok) return Refused(status);
        ref MarketEvent entry = ref _publisher.Current;
        entry.Kind = kind;
        entry.Slot = slot;
        entry.ParentSlot = parentSlot;
        Finish(ref entry, EventFlags.None, stamp, 0);
        return DecodeCause.None;
    }

    /// <summary>Publishes what became of an account's cover.</summary>
    public DecodeCause PublishCover(EventKind kind, in Pubkey key, ulong slot, in FrameStamp stamp)
    {
        ClaimStatus status = _publisher.TryClaim(0, out _);
        if (status != ClaimStatus.Ok) return Refused(status);
        ref MarketEvent entry = ref _publisher.Current;
        entry.Kind = kind;
        entry.Slot = slot;
        entry.Account = key;
        Finish(ref entry, EventFlags.None, stamp, 0);
        return DecodeCause.None;
    }

    /// <summary>Publishes a blockhash that an endpoint reported, or its answer about one.</summary>
    public DecodeCause PublishBlockhash(
        EventKind kind, ulong slot, ulong value, in Pubkey hash, int source, in FrameStamp stamp)
    {
        ClaimStatus status = _publisher.TryClaim(0, out _);
        if (status != ClaimStatus.Ok) return Refused(status);
        ref MarketEvent entry = ref _publisher.Current;
        entry.Kind = kind;
        entry.Slot = slot;
        entry.ChainValue = value;
        entry.ChainSource = (ulong)source;
        entry.Account = hash;
        Finish(ref entry, EventFlags.None, stamp, 0);
        return DecodeCause.None;
    }

    /// <summary>Publishes what a node reported about the chain itself.</summary>
    public DecodeCause PublishChain(
        EventKind kind, ulong slot, ulong value, ReadOnlySpan<byte> data, in FrameStamp stamp)
    {
        ClaimStatus status = _publisher.TryClaim(data.Length, out Span<byte> payload);
        if (status != ClaimStatus.Ok) return Refused(status);
        data.CopyTo(payload);
        ref MarketEvent entry = ref _publisher.Current;
        entry.Kind = kind;
        entry.Slot = slot;
        entry.ChainValue = value;
        Finish(ref entry, EventFlags.None, stamp, data.Length);
        return DecodeCause.None;
    }

    /// <summary>Publishes an account's state; nothing is published unless all of it is good.</summary>
    [SkipLocalsInit] // what is read was written: lengths come out of what decodes
    public DecodeCause PublishAccount(
        EventKind kind, in Pubkey key, ulong slot, in AccountFields fields, in FrameStamp stamp)
    {
        if (fields.IsCompressed) return PublishCompressed(kind, key, slot, fields, stamp);
        ClaimStatus status = _publisher.TryClaim(RoomOf(fields.Data), out Span<byte> payload);
        if (status != ClaimStatus.Ok) return Refused(status);
        if (!TryDecodeText(fields.Data, payload, out int length))
        {
            _publisher.Abandon();
            return DecodeCause.BadBase64;
        }

        if (fields.HasSpace && fields.Space != (ulong)length)
        {
            _publisher.Abandon();
            return DecodeCause.SizeMismatch;
        }

        FinishAccount(kind, key, slot, fields, stamp, length);
        return DecodeCause.None;
    }

    /// <summary>
    /// As <see cref="PublishAccount(EventKind, in Pubkey, ulong, in AccountFields, in FrameStamp)"/>. The frame is read
    /// from base64 into the payload behind the room of the data, so that no buffer is kept and nothing is copied; its
    /// room is given back. The node has to say how large the account is: that bounds what a frame may become.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private DecodeCause PublishCompressed(
        EventKind kind, in Pubkey key, ulong slot, in AccountFields fields, in FrameStamp stamp)
    {
        if (!fields.HasSpace) return DecodeCause.UnexpectedShape;
        int frameRoom = RoomOf(fields.Data);
        if (_zstd is null || fields.Space > (ulong)(int.MaxValue - frameRoom)) return DecodeCause.PayloadTooLarge;
        int length = (int)fields.Space;
        ClaimStatus status = _publisher.TryClaim(length + frameRoom, out Span<byte> payload);
        if (status != ClaimStatus.Ok) return Refused(status);
        Span<byte> room = payload[length..];
        DecodeCause cause = TryDecodeText(fields.Data, room, out int frameLength)
            ? _zstd.Decode(room[..frameLength], payload[..length])
            : DecodeCause.BadBase64;
        if (cause == DecodeCause.None) FinishAccount(kind, key, slot, fields, stamp, length);
        else _publisher.Abandon();
        return cause;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FinishAccount(
        EventKind kind, in Pubkey key, ulong slot, in AccountFields fields, in FrameStamp stamp, int length)
    {
        ref MarketEvent entry = ref _publisher.Current;
        entry.Kind = kind;
        entry.Slot = slot;
        entry.Account = key;
        entry.Owner = fields.Owner;
        entry.Lamports = fields.Lamports;
        entry.RentEpoch = fields.RentEpoch;
        EventFlags flags = fields.IsExecutable ? EventFlags.Executable : EventFlags.None;
        bool isAbsent = fields.IsNull || fields.Lamports == 0; // as below
        if (isAbsent) flags |= EventFlags.Absent;
        Finish(ref entry, flags, stamp, isAbsent ? 0 : length);
    }

    /// <summary>Publishes an account whose bytes stand in the message as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DecodeCause PublishAccount(EventKind kind, in BinaryAccount account, in FrameStamp stamp)
    {
        // An account without lamports does not exist at the end of its transaction, whatever bytes it still has.
        ReadOnlySpan<byte> data = account.Lamports == 0 ? default : account.Data;
        ClaimStatus status = _publisher.TryClaim(data.Length, out Span<byte> payload);
        if (status != ClaimStatus.Ok) return Refused(status);
        data.CopyTo(payload);
        ref MarketEvent entry = ref _publisher.Current;
        entry.Kind = kind;
        entry.Slot = account.Slot;
        entry.WriteVersion = account.WriteVersion;
        entry.TransactionTag = account.TransactionTag;
        entry.Account = Pubkey.Read(account.Key);
        entry.Owner = Pubkey.Read(account.Owner);
        entry.Lamports = account.Lamports;
        entry.RentEpoch = account.RentEpoch;
        EventFlags flags = EventFlags.HasWriteVersion;
        if (account.IsExecutable) flags |= EventFlags.Executable;
        if (account.Lamports == 0) flags |= EventFlags.Absent;
        Finish(ref entry, flags, stamp, data.Length);
        return DecodeCause.None;
    }

    /// <summary>
    /// Bytes that decoding a text may write. An escaped one is resolved there first, then decoded in place: it
    /// needs room for the text.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int RoomOf(in JsonText text) => text.IsEscaped ? text.Raw.Length : (text.Raw.Length >> 2) * 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryDecodeText(in JsonText text, Span<byte> room, out int length) => text.IsEscaped
        ? TryDecodeEscaped(text, room, out length)
        : Base64Text.TryDecode(text.Raw, room, out length);

    private static bool TryDecodeEscaped(in JsonText data, Span<byte> payload, out int length)
    {
        length = 0;
        if (!data.TryUnescape(payload, out int textLength)) return false;
        Span<byte> text = payload[..textLength];
        int expected = Base64Text.DecodedLength(text);
        return Base64.DecodeFromUtf8InPlace(text, out length) == OperationStatus.Done && length == expected;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(ref MarketEvent entry, EventFlags flags, in FrameStamp stamp, int payloadLength)
    {
        if (entry.Slot > HighestSlot) HighestSlot = entry.Slot;
        entry.EndpointId = _endpointId;
        entry.Flags = flags | _sourceFlags;
        entry.PoolId = -1;
        entry.ReceiveUtcNs = stamp.ReceiveUtcNs;
        entry.ReceiveNs = stamp.ReceiveNs;
        entry.Stamps[(int)StampId.Framed] = stamp.FramedNs;
        _publisher.Publish(payloadLength);
        _counters.Events++;
    }

    private DecodeCause Refused(ClaimStatus status)
    {
        if (status == ClaimStatus.PayloadTooLarge) return DecodeCause.PayloadTooLarge;
        if (status == ClaimStatus.Full) return DecodeCause.RingFull;
        IsHalted = true;
        return DecodeCause.Halted;
    }
}
