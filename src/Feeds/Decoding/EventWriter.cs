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
    private readonly byte _endpointId;

    /// <summary>A writer whose events carry <paramref name="endpointId"/> and <paramref name="sourceFlags"/>.</summary>
    public EventWriter(
        EventPublisher publisher, DecodeCounters counters, byte endpointId, EventFlags sourceFlags)
    {
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
    public DecodeCause PublishAccount(
        EventKind kind, in Pubkey key, ulong slot, in AccountFields fields, in FrameStamp stamp)
    {
        ReadOnlySpan<byte> text = fields.Data.Raw;
        // An escaped text is resolved in the payload itself, then decoded in place: it needs room for the text.
        int capacity = fields.Data.IsEscaped ? text.Length : (text.Length >> 2) * 3;
        ClaimStatus status = _publisher.TryClaim(capacity, out Span<byte> payload);
        if (status != ClaimStatus.Ok) return Refused(status);
        bool ok = fields.Data.IsEscaped
            ? TryDecodeEscaped(fields.Data, payload, out int length)
            : Base64Text.TryDecode(text, payload, out length);
        if (!ok)
        {
            _publisher.Abandon();
            return DecodeCause.BadBase64;
        }

        if (fields.HasSpace && fields.Space != (ulong)length)
        {
            _publisher.Abandon();
            return DecodeCause.SizeMismatch;
        }

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
        return DecodeCause.None;
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
