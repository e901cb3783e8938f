using System;
using System.Buffers.Text;
using System.Collections.Generic;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// The subscriptions a connection is to have, each with its state: asked, answered, refused, leaving. Requests are
/// paced, bounded in number and size, and repeated when unanswered. The book survives reconnects; subscription ids do
/// not.
/// Owner: the connection's thread. Allocates when subscriptions change, not for notifications.
/// </summary>
internal sealed class SubscriptionBook
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const int EnvelopeBytes = 64;

    private readonly SubscriptionOptions _options;
    private readonly SubscriptionCounters _counters;
    private readonly Dictionary<SubscriptionSpec, Entry> _entries = [];
    private readonly Dictionary<ulong, Entry> _byRequest = [];
    private readonly Dictionary<ulong, Entry> _bySubscription = [];
    private readonly LinkedList<Entry> _waiting = new();
    private readonly Queue<Entry> _surplus = new();
    private readonly Queue<(ulong Id, long SentNs)> _sent = new();
    private readonly byte[] _message = new byte[SubscriptionSpec.MaxRequestBytes];
    private int _messageBytes;
    private bool _useBatches;
    private int _unanswered;
    private ulong _nextId = 1;
    private double _tokens;
    private long _refilledNs;
    private int _refused;
    private long _refusedSinceNs;

    public SubscriptionBook(SubscriptionOptions options, SubscriptionCounters counters)
    {
        _options = options;
        _counters = counters;
        _useBatches = options.UseBatches;
    }

    private enum State : byte
    {
        Waiting,
        Asked,
        Active,
        Refused,
        Leaving,
    }

    /// <summary>Subscriptions that are acknowledged.</summary>
    public int Active { get; private set; }

    /// <summary>True if nothing is to be asked and nothing unanswered; refused ones count as answered.</summary>
    public bool IsSettled => _waiting.Count == 0 && _unanswered == 0 && _surplus.Count == 0;

    /// <summary>Adds a subscription; it is asked for by a later <see cref="Pump"/>.</summary>
    public void Want(SubscriptionSpec spec)
    {
        if (_entries.TryGetValue(spec, out Entry? entry))
        {
            if (!entry.IsWanted && entry.State == State.Waiting && entry.IsSubscribed) Activate(entry);
            entry.IsWanted = true;
            return;
        }

        entry = new Entry(spec);
        _entries.Add(spec, entry);
        Wait(entry, atFront: false);
    }

    /// <summary>Ends a subscription.</summary>
    public void Unwant(SubscriptionSpec spec)
    {
        if (!_entries.TryGetValue(spec, out Entry? entry)) return;
        entry.IsWanted = false;
        if (entry.State is State.Waiting or State.Refused) Forget(entry);
        else if (entry.State == State.Active) Wait(entry, atFront: false);
    }

    /// <summary>A connection opened: everything wanted is asked for again.</summary>
    public void OnOpen(long nowNs)
    {
        _byRequest.Clear();
        _bySubscription.Clear();
        _waiting.Clear();
        _surplus.Clear();
        _sent.Clear();
        _unanswered = 0;
        _tokens = 0;
        _refilledNs = nowNs;
        _refused = 0;
        Active = 0;
        List<Entry> unwanted = [];
        foreach (Entry entry in _entries.Values)
        {
            if (!entry.IsWanted)
            {
                unwanted.Add(entry);
                continue;
            }

            if (entry.WasAsked) _counters.Resubscribes++;
            entry.Attempts = 0;
            entry.IsAnswered = true;
            entry.IsSubscribed = false;
            entry.State = State.Waiting;
            _waiting.AddLast(entry.Node);
        }

        foreach (Entry entry in unwanted) _entries.Remove(entry.Spec);
    }

    /// <summary>
    /// Sends what is due through <paramref name="send"/> (false if the connection ended). False if a request stayed
    /// unanswered too often.
    /// </summary>
    public bool Pump(long nowNs, Func<ReadOnlyMemory<byte>, bool> send)
    {
        if (!CheckTimeouts(nowNs)) return false;
        if (_refused > 0 && nowNs - _refusedSinceNs >= _options.RefusedRetryNs) RetryRefused();
        double most = Math.Max(1, _options.RequestsPerSecond / 10.0);
        double refill = (nowNs - _refilledNs) * (double)_options.RequestsPerSecond / NanosecondsPerSecond;
        _tokens = Math.Min(_tokens + refill, most);
        _refilledNs = nowNs;
        while (_tokens >= 1 && _unanswered < _options.MaxUnanswered)
        {
            if (!_surplus.TryDequeue(out Entry? entry))
            {
                if (_waiting.First is not { } node) break;
                _waiting.RemoveFirst();
                entry = node.Value;
            }

            Ask(entry, nowNs, send);
            _tokens--;
        }

        Finish(send);
        return true;
    }

    /// <summary>A request was answered with a number (a subscription's id) or true.</summary>
    public void OnResult(ulong id, bool isNumber, ulong subscription)
    {
        if (!_byRequest.Remove(id, out Entry? entry))
        {
            _counters.UnknownReplies++;
            return;
        }

        if (entry.RequestId == id) Answered(entry);
        else _counters.LateAcks++;
        if (!isNumber)
        {
            _counters.UnsubscribeAcks++;
            if (entry.State == State.Leaving) Left(entry);
            return;
        }

        _counters.Acks++;
        if (entry.State == State.Active)
        {
            if (subscription == entry.SubscriptionId) return;
            _counters.Duplicates++;
            _surplus.Enqueue(new Entry(entry.Spec) { IsWanted = false, SubscriptionId = subscription });
            return;
        }

        entry.SubscriptionId = subscription;
        Activate(entry);
        if (!entry.IsWanted) Wait(entry, atFront: false);
    }

    /// <summary>A request was answered with an error.</summary>
    public void OnError(ulong id, long nowNs)
    {
        if (!_byRequest.Remove(id, out Entry? entry))
        {
            _counters.UnknownReplies++;
            return;
        }

        _counters.Refusals++;
        if (entry.RequestId != id) return;
        Answered(entry);
        if (entry.State == State.Leaving || !entry.IsWanted)
        {
            Left(entry); // the node does not know the subscription
            return;
        }

        if (entry.State != State.Asked) return;
        entry.State = State.Refused;
        if (_refused++ == 0) _refusedSinceNs = nowNs;
    }

    /// <summary>
    /// An error that names no request: the server could not read one. Batches are the likely reason; what they asked
    /// is repeated one by one when its time is over.
    /// </summary>
    public void OnUnreadRequest()
    {
        _counters.UnknownReplies++;
        _useBatches = false;
    }

    /// <summary>The node ended a subscription by itself.</summary>
    public void OnDone(ulong subscription)
    {
        if (!_bySubscription.TryGetValue(subscription, out Entry? entry)) return;
        if (entry.Spec.Topic != SubscriptionTopic.Signature) return;
        _counters.SignaturesDone++;
        Forget(entry);
    }

    /// <summary>Writes one request: a subscription, or the end of one that is no longer wanted.</summary>
    private void Ask(Entry entry, long nowNs, Func<ReadOnlyMemory<byte>, bool> send)
    {
        Answered(entry); // an earlier request of it no longer counts
        bool isLeaving = !entry.IsWanted;
        entry.State = isLeaving ? State.Leaving : State.Asked;
        entry.Attempts++;
        entry.RequestId = _nextId++;
        entry.IsAnswered = false;
        _unanswered++;
        _byRequest.Add(entry.RequestId, entry);
        _sent.Enqueue((entry.RequestId, nowNs));
        int needed = EnvelopeBytes + entry.Spec.RequestTail.Length + entry.Spec.UnsubscribeMethod.Length;
        if (!_useBatches || _messageBytes + needed > _message.Length) Finish(send);
        if (_useBatches) Append(_messageBytes == 0 ? "["u8 : ","u8);
        Append("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        Append(entry.RequestId);
        if (!isLeaving)
        {
            Append(entry.Spec.RequestTail);
            entry.WasAsked = true;
            _counters.Requests++;
            return;
        }

        _counters.Unsubscribes++;
        Append(",\"method\":\""u8);
        Append(entry.Spec.UnsubscribeMethod);
        Append("\",\"params\":["u8);
        Append(entry.SubscriptionId);
        Append("]}"u8);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_message.AsSpan(_messageBytes));
        _messageBytes += bytes.Length;
    }

    private void Append(ulong number)
    {
        _ = Utf8Formatter.TryFormat(number, _message.AsSpan(_messageBytes), out int written);
        _messageBytes += written;
    }

    private void Finish(Func<ReadOnlyMemory<byte>, bool> send)
    {
        if (_messageBytes == 0) return;
        if (_message[0] == (byte)'[') Append("]"u8);
        int count = _messageBytes;
        _messageBytes = 0;
        _counters.RequestMessages++;
        _ = send(_message.AsMemory(0, count));
    }

    private bool CheckTimeouts(long nowNs)
    {
        while (_sent.TryPeek(out (ulong Id, long SentNs) oldest))
        {
            bool isOpen = _byRequest.TryGetValue(oldest.Id, out Entry? entry) && entry.RequestId == oldest.Id;
            if (isOpen && nowNs - oldest.SentNs < _options.AckTimeoutNs) return true;
            _ = _sent.Dequeue();
            if (!isOpen) continue;
            _counters.AckTimeouts++;
            _useBatches = false;
            Answered(entry!);
            if (entry!.State is not (State.Asked or State.Leaving)) continue; // a late ack came meanwhile
            if (entry.Attempts >= _options.MaxAttempts) return false;
            if (!entry.IsWanted && !entry.IsSubscribed) Forget(entry);
            else Wait(entry, atFront: true);
        }

        return true;
    }

    private void RetryRefused()
    {
        _refused = 0;
        foreach (Entry entry in _entries.Values)
        {
            if (entry.State == State.Refused) Wait(entry, atFront: false);
        }
    }

    private void Answered(Entry entry)
    {
        if (entry.IsAnswered) return;
        entry.IsAnswered = true;
        _unanswered--;
    }

    private void Activate(Entry entry)
    {
        if (entry.Node.List is not null) _waiting.Remove(entry.Node);
        entry.State = State.Active;
        entry.IsSubscribed = true;
        entry.Attempts = 0;
        _bySubscription[entry.SubscriptionId] = entry;
        Active++;
    }

    private void Deactivate(Entry entry)
    {
        if (entry.State != State.Active) return;
        Active--;
        _bySubscription.Remove(entry.SubscriptionId);
    }

    private void Wait(Entry entry, bool atFront)
    {
        Deactivate(entry);
        entry.State = State.Waiting;
        if (entry.Node.List is not null) return;
        if (atFront) _waiting.AddFirst(entry.Node);
        else _waiting.AddLast(entry.Node);
    }

    /// <summary>The node no longer has the subscription.</summary>
    private void Left(Entry entry)
    {
        entry.IsSubscribed = false;
        entry.Attempts = 0;
        if (entry.IsWanted) Wait(entry, atFront: false);
        else Forget(entry);
    }

    private void Forget(Entry entry)
    {
        Deactivate(entry);
        if (entry.Node.List is not null) _waiting.Remove(entry.Node);
        if (_entries.TryGetValue(entry.Spec, out Entry? known) && known == entry) _entries.Remove(entry.Spec);
    }

    private sealed class Entry
    {
        public Entry(SubscriptionSpec spec)
        {
            Spec = spec;
            Node = new LinkedListNode<Entry>(this);
        }

        public SubscriptionSpec Spec { get; }

        public LinkedListNode<Entry> Node { get; }

        public State State { get; set; }

        public bool IsWanted { get; set; } = true;

        public bool WasAsked { get; set; }

        /// <summary>The newest request is answered, or there is none.</summary>
        public bool IsAnswered { get; set; } = true;

        /// <summary>The node has the subscription.</summary>
        public bool IsSubscribed { get; set; }

        public ulong RequestId { get; set; }

        public ulong SubscriptionId { get; set; }

        public int Attempts { get; set; }
    }
}
