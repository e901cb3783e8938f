using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// The messages of one JSON-RPC connection in, events out. Purpose: never throw, never allocate, count every refusal.
/// Owner: one feed thread; counters may be read by others. Bounds: <see cref="DecoderOptions"/>.
/// An account notification carries only a subscription id; its key comes from the request that the ack answers, so
/// the decoder must be shown the client's requests too. Notifications before their ack are held, in order.
/// Source: protocol rules of agave b64857b5 rpc/src/rpc_pubsub.rs (ids belong to a connection and are reused).
/// </summary>
public sealed partial class JsonRpcDecoder : IConnectionDecoder
{
    private readonly EventWriter _writer;
    private readonly CoverageTable? _coverage;
    private readonly byte _endpointId;
    private readonly ulong _shardOf;
    private readonly SnapshotDecoder _snapshots;
    private readonly KeyCache _owners = new();
    private readonly NotificationShapes _shapes = new();
    private readonly SubscriptionTable _requests;
    private readonly SubscriptionTable _subscriptions;
    private readonly PendingNotifications _pending;
    private bool _isClosed;

    /// <summary>A decoder for one endpoint that publishes into <paramref name="publisher"/>.</summary>
    public JsonRpcDecoder(byte endpointId, EventPublisher publisher, DecoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _writer = new EventWriter(publisher, Counters, endpointId, options.SourceFlags, options.Zstd);
        _coverage = options.Coverage;
        _shardOf = (ulong)options.ShardOf;
        _endpointId = endpointId;
        _snapshots = new SnapshotDecoder(_writer, Counters, _owners, options.MaxSnapshotKeys, _coverage);
        _requests = new SubscriptionTable(options.MaxSubscriptions, holdsKeys: true);
        _subscriptions = new SubscriptionTable(options.MaxSubscriptions, holdsKeys: _coverage is null);
        _pending = new PendingNotifications(options.MaxPendingMessages, options.MaxPendingBytes);
    }

    /// <inheritdoc/>
    public DecodeCounters Counters { get; } = new();

    /// <inheritdoc/>
    public bool IsHalted => _writer.IsHalted;

    /// <inheritdoc/>
    public ulong HighestSlot => _writer.HighestSlot;

    /// <summary>The fast path may be switched off to test and measure the strict one.</summary>
    internal bool UseFastPath { get; set; } = true;

    /// <summary>Notifications whose shape had been seen before.</summary>
    internal long ShapeMatches => _shapes.Matches;

    /// <summary>The connection opened: ids begin again.</summary>
    public DecodeCause OnOpen(in FrameStamp stamp)
    {
        Forget();
        _isClosed = false;
        _coverage?.Drop(_endpointId, _writer, stamp); // a connection that never said that it closed
        _coverage?.OnOpen(_endpointId);
        return _writer.PublishMark(EventKind.FeedOpen, 0, _shardOf, stamp);
    }

    /// <summary>The connection broke: its ids mean nothing any more.</summary>
    public DecodeCause OnClose(in FrameStamp stamp)
    {
        Forget();
        _isClosed = true;
        _coverage?.Drop(_endpointId, _writer, stamp);
        return _writer.PublishMark(EventKind.FeedClose, 0, 0, stamp);
    }

    /// <inheritdoc/>
    public DecodeCause OnEndOfFeed(in FrameStamp stamp) => _writer.PublishMark(EventKind.EndOfFeed, 0, 0, stamp);

    /// <summary>
    /// Makes a subscription known without request and ack (sidecar files); false if the table is full.
    /// </summary>
    public bool TryMapSubscription(ulong subscription, in Pubkey account, in FrameStamp stamp = default)
    {
        ulong target = _coverage is null ? 0 : (ulong)_coverage.Cover(_endpointId, account, stamp);
        return _subscriptions.TrySet(subscription, SubscriptionKind.Account, account, target);
    }

    /// <inheritdoc/>
    public DecodeCause OnRequest(ReadOnlySpan<byte> request)
    {
        Begin(request.Length, MessageKind.Request);
        if (!IsBatch(request)) return End(DecodeRequest(request));
        DecodeCause first = DecodeCause.None;
        JsonCursor cursor = new(request);
        bool isFirst = true;
        _ = cursor.TryEnterArray();
        while (cursor.NextElement(ref isFirst) && cursor.TrySkipValue(out ReadOnlySpan<byte> one))
        {
            DecodeCause cause = DecodeRequest(one);
            if (first == DecodeCause.None) first = cause;
        }

        return End(cursor.Failed || !cursor.IsAtEnd() ? DecodeCause.MalformedJson : first);
    }

    /// <inheritdoc/>
    public DecodeCause OnMessage(ReadOnlySpan<byte> message, in FrameStamp stamp)
    {
        Counters.Messages++;
        Counters.Bytes += message.Length;
        if (!UseFastPath || !TryPublishFast(message, stamp)) return OnOther(message, stamp);
        Counters.Count(MessageKind.AccountNotification);
        return DecodeCause.None;
    }

    /// <summary>A message that the fast path did not take.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private DecodeCause OnOther(ReadOnlySpan<byte> message, in FrameStamp stamp)
    {
        bool isHeld = false;
        DecodeCause cause;
        if (IsBatch(message))
        {
            cause = DecodeBatch(message, stamp);
        }
        else
        {
            cause = DecodeStrict(message, stamp, out MessageKind kind, out isHeld);
            Counters.Count(kind);
        }

        if (MayLoseUpdate(cause)) LoseUpdate(message, stamp);
        return isHeld ? DecodeCause.None : End(cause);
    }

    /// <inheritdoc/>
    public DecodeCause OnSnapshot(ReadOnlySpan<byte> request, ReadOnlySpan<byte> response, in FrameStamp stamp)
    {
        Counters.Messages++;
        Counters.Bytes += request.Length + response.Length;
        DecodeCause cause = _snapshots.Decode(request, response, stamp, out MessageKind kind);
        Counters.Count(kind);
        return End(cause);
    }

    /// <summary>True if the refused message may have been an account's update.</summary>
    private static bool MayLoseUpdate(DecodeCause cause) => cause is DecodeCause.MalformedJson
        or DecodeCause.UnexpectedShape or DecodeCause.WrongEncoding or DecodeCause.BadBase64
        or DecodeCause.SizeMismatch or DecodeCause.BadKey or DecodeCause.PendingOverflow
        or DecodeCause.PayloadTooLarge or DecodeCause.RingFull or DecodeCause.BadZstd;

    /// <summary>
    /// Puts in doubt the account that the refused message was about; all of the connection's if it does not say.
    /// </summary>
    private void LoseUpdate(ReadOnlySpan<byte> message, in FrameStamp stamp)
    {
        int target = CoverageTable.Anyone;
        if (EnvelopeJson.TryReadSubscription(message, out ulong subscription))
        {
            ref readonly SubscriptionTable.Entry entry = ref _subscriptions.Find(subscription);
            if (entry.Kind == SubscriptionKind.Account) target = (int)entry.Target;
        }

        _coverage?.OnUnreadable(_endpointId, target, _writer, stamp);
    }

    /// <summary>JSON-RPC 2.0 section 6: several requests or answers in one array.</summary>
    private static bool IsBatch(ReadOnlySpan<byte> text) => !text.IsEmpty && text[0] == (byte)'[';

    /// <summary>The answers of a batch, each counted by its kind; the first refusal is the batch's.</summary>
    private DecodeCause DecodeBatch(ReadOnlySpan<byte> batch, in FrameStamp stamp)
    {
        DecodeCause first = DecodeCause.None;
        JsonCursor cursor = new(batch);
        bool isFirst = true;
        _ = cursor.TryEnterArray();
        while (cursor.NextElement(ref isFirst) && cursor.TrySkipValue(out ReadOnlySpan<byte> one))
        {
            DecodeCause cause = DecodeStrict(one, stamp, out MessageKind kind, out _);
            Counters.Count(kind);
            if (first == DecodeCause.None) first = cause;
        }

        return cursor.Failed || !cursor.IsAtEnd() ? DecodeCause.MalformedJson : first;
    }

    private void Begin(int bytes, MessageKind kind)
    {
        Counters.Messages++;
        Counters.Bytes += bytes;
        Counters.Count(kind);
    }

    private DecodeCause End(DecodeCause cause)
    {
        Counters.Count(cause);
        return cause;
    }

    private void Forget()
    {
        Counters.Count(DecodeCause.PendingForgotten, _pending.Count);
        _pending.Clear();
        _requests.Clear();
        _subscriptions.Clear();
    }

    /// <summary>False if anything is out of the ordinary: the strict path then says what, and counts it.</summary>
    private bool TryPublishFast(ReadOnlySpan<byte> message, in FrameStamp stamp)
    {
        FastAccountNotification fast = default;
        if (!_shapes.TryMatch(message, ref fast) && !_shapes.TryParse(message, _owners, ref fast)) return false;
        ref readonly SubscriptionTable.Entry entry = ref _subscriptions.Find(fast.Subscription);
        if (entry.Kind != SubscriptionKind.Account) return false;
        DecodeCause cause = _writer.PublishAccount(EventKind.Account, KeyOf(entry), fast.Slot, fast.Account, stamp);
        if (cause != DecodeCause.None) return false;
        _coverage?.OnPush((int)entry.Target, fast.Slot, _writer, stamp);
        Counters.Count(DecodeCause.None);
        Counters.FastPath++;
        return true;
    }

    /// <summary>Account of a subscription: the coverage table, if there is one, holds its key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly Pubkey KeyOf(in SubscriptionTable.Entry entry)
    {
        if (_coverage is null) return ref _subscriptions.KeyOf(entry.Id);
        return ref _coverage.KeyOf((int)entry.Target);
    }

    private DecodeCause DecodeRequest(ReadOnlySpan<byte> text)
    {
        Request request = default;
        DecodeCause cause = RequestJson.Read(text, ref request);
        if (cause != DecodeCause.None) return cause;
        if (!RequestJson.TryReadId(request.Id, out ulong id)) return DecodeCause.UnexpectedShape;
        SubscriptionKind kind = SubscriptionKind.Call;
        Pubkey key = default;
        ulong target = 0;
        if (request.Method.Is("accountSubscribe"u8))
        {
            kind = SubscriptionKind.Account;
            cause = RequestJson.ReadFirstKey(request.Params, out key);
        }
        else if (request.Method.Raw.EndsWith("Unsubscribe"u8))
        {
            kind = SubscriptionKind.Unsubscribe;
            cause = RequestJson.ReadFirstNumber(request.Params, out target);
        }
        else if (request.Method.Raw.EndsWith("Subscribe"u8))
        {
            kind = SubscriptionKind.Other;
        }

        if (cause != DecodeCause.None) return cause;
        return _requests.TrySet(id, kind, key, target) ? DecodeCause.None : DecodeCause.TableFull;
    }

    private DecodeCause DecodeStrict(
        ReadOnlySpan<byte> message, in FrameStamp stamp, out MessageKind kind, out bool isHeld)
    {
        isHeld = false;
        Envelope envelope = default;
        DecodeCause cause = EnvelopeJson.Read(message, _owners, ref envelope);
        kind = envelope.Kind;
        if (cause != DecodeCause.None) return cause;
        ref Notification notification = ref envelope.Notification;
        switch (kind)
        {
            case MessageKind.AccountNotification:
                return PublishOrHold(message, notification, stamp, out isHeld);
            case MessageKind.ProgramNotification:
                return _writer.PublishAccount(
                    EventKind.Account, notification.Key, notification.Slot, notification.Account, stamp);
            case MessageKind.SlotNotification:
                _coverage?.OnSlot(_endpointId, notification.Slot, notification.Parent, _writer, stamp);
                return _writer.PublishMark(EventKind.Slot, notification.Slot, notification.Parent, stamp);
            case MessageKind.SlotsUpdatesNotification:
                return PublishSlotUpdate(notification, stamp);
            case MessageKind.SubscribeAck:
                return Acknowledge(ref envelope, ref kind, stamp);
            case MessageKind.ErrorReply:
                if (RequestJson.TryReadId(envelope.Id, out ulong id)) _ = _requests.Remove(id);
                return DecodeCause.ErrorReply;
            default:
                return DecodeCause.None;
        }
    }

    private DecodeCause PublishOrHold(
        ReadOnlySpan<byte> message, in Notification notification, in FrameStamp stamp, out bool isHeld)
    {
        isHeld = false;
        ref readonly SubscriptionTable.Entry entry = ref _subscriptions.Find(notification.Subscription);
        if (entry.Kind == SubscriptionKind.Account)
        {
            DecodeCause cause = _writer.PublishAccount(
                EventKind.Account, KeyOf(entry), notification.Slot, notification.Account, stamp);
            if (cause == DecodeCause.None)
                _coverage?.OnPush((int)entry.Target, notification.Slot, _writer, stamp);
            return cause;
        }

        if (_isClosed) return DecodeCause.AfterClose;

        // Without an open request no ack can come that would explain the id.
        if (entry.Kind != SubscriptionKind.None || _requests.Count == 0) return DecodeCause.UnknownSubscription;
        if (!_pending.TryHold(notification.Subscription, message, stamp)) return DecodeCause.PendingOverflow;
        Counters.HeldForAck++;
        isHeld = true;
        return DecodeCause.None;
    }

    private DecodeCause PublishSlotUpdate(in Notification notification, in FrameStamp stamp)
    {
        switch (notification.UpdateType)
        {
            case SlotUpdateType.CreatedBank:
                _coverage?.OnSlot(_endpointId, notification.Slot, notification.Parent, _writer, stamp);
                return _writer.PublishMark(EventKind.Slot, notification.Slot, notification.Parent, stamp);
            case SlotUpdateType.Dead:
                _coverage?.OnDead(notification.Slot, _writer, stamp);
                return _writer.PublishMark(EventKind.SlotDead, notification.Slot, notification.Parent, stamp);
            default:
                Counters.SlotUpdatesWithoutEvent++;
                return DecodeCause.None;
        }
    }

    private DecodeCause Acknowledge(ref Envelope envelope, ref MessageKind kind, in FrameStamp stamp)
    {
        if (!RequestJson.TryReadId(envelope.Id, out ulong id)) return DecodeCause.UnknownRequest;
        SubscriptionTable.Entry request = _requests.Find(id);
        switch (request.Kind)
        {
            case SubscriptionKind.None:
                return DecodeCause.UnknownRequest;
            case SubscriptionKind.Call:
                kind = MessageKind.Other;
                break;
            case SubscriptionKind.Unsubscribe:
                kind = MessageKind.UnsubscribeAck;
                if (!envelope.Result.SequenceEqual("true"u8)) return DecodeCause.UnexpectedShape;
                Unsubscribed(request.Target, stamp);
                break;
            default:
                if (!RequestJson.TryReadNumber(envelope.Result, out ulong subscription))
                {
                    return DecodeCause.UnexpectedShape;
                }

                Pubkey key = _requests.KeyOf(id);
                ulong target = request.Kind == SubscriptionKind.Account && _coverage is not null
                    ? (ulong)_coverage.Cover(_endpointId, key, stamp)
                    : 0;
                if (!_subscriptions.TrySet(subscription, request.Kind, key, target))
                {
                    if (request.Kind == SubscriptionKind.Account)
                        _coverage?.Uncover(_endpointId, (int)target, _writer, stamp);
                    return DecodeCause.TableFull;
                }

                _ = _requests.Remove(id);
                Release(subscription);
                return DecodeCause.None;
        }

        _ = _requests.Remove(id);
        return DecodeCause.None;
    }

    private void Unsubscribed(ulong subscription, in FrameStamp stamp)
    {
        ref readonly SubscriptionTable.Entry entry = ref _subscriptions.Find(subscription);
        if (entry.Kind == SubscriptionKind.Account)
            _coverage?.Uncover(_endpointId, (int)entry.Target, _writer, stamp);
        _ = _subscriptions.Remove(subscription);
    }

    /// <summary>Decodes the held notifications of a subscription that is now known, in arrival order.</summary>
    private void Release(ulong subscription)
    {
        int index = _pending.Find(subscription, 0);
        if (index < 0) return;
        for (; index >= 0; index = _pending.Find(subscription, index + 1))
        {
            ReadOnlySpan<byte> message = _pending.Get(index, out FrameStamp stamp);
            Counters.ReleasedByAck++;
            if (UseFastPath && TryPublishFast(message, stamp)) continue;
            DecodeCause cause = DecodeStrict(message, stamp, out _, out _);
            Counters.Count(cause);
            if (MayLoseUpdate(cause)) LoseUpdate(message, stamp);
        }

        _pending.Remove(subscription);
    }
}
