using System;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Notifications of one connection that came before the ack of their subscription, in arrival order, until the ack
/// releases them. One feed thread owns it. Bounds: messages and bytes, both stated at construction and allocated
/// once; a full buffer is a result, the caller counts it.
/// </summary>
internal sealed class PendingNotifications
{
    private readonly Entry[] _entries;
    private readonly byte[] _bytes;
    private int _usedBytes;

    /// <summary>A buffer for so many messages and bytes.</summary>
    public PendingNotifications(int capacityMessages, int capacityBytes)
    {
        _entries = new Entry[capacityMessages];
        _bytes = new byte[capacityBytes];
    }

    /// <summary>Messages held.</summary>
    public int Count { get; private set; }

    /// <summary>Holds a message; false if there is no room.</summary>
    public bool TryHold(ulong subscription, ReadOnlySpan<byte> message, in FrameStamp stamp)
    {
        if (Count == _entries.Length || message.Length > _bytes.Length - _usedBytes) return false;
        message.CopyTo(_bytes.AsSpan(_usedBytes));
        _entries[Count++] = new Entry(subscription, _usedBytes, message.Length, stamp);
        _usedBytes += message.Length;
        return true;
    }

    /// <summary>
    /// Index of the first message of a subscription from <paramref name="start"/> on; -1 if there is none.
    /// </summary>
    public int Find(ulong subscription, int start)
    {
        for (int i = start; i < Count; i++)
        {
            if (_entries[i].Subscription == subscription) return i;
        }

        return -1;
    }

    /// <summary>The message at an index, valid until the next change of the buffer.</summary>
    public ReadOnlySpan<byte> Get(int index, out FrameStamp stamp)
    {
        ref readonly Entry entry = ref _entries[index];
        stamp = entry.Stamp;
        return _bytes.AsSpan(entry.Offset, entry.Length);
    }

    /// <summary>Drops the messages of a subscription and closes the gaps.</summary>
    public void Remove(ulong subscription)
    {
        int kept = 0;
        int used = 0;
        for (int i = 0; i < Count; i++)
        {
            Entry entry = _entries[i];
            if (entry.Subscription == subscription) continue;
            _bytes.AsSpan(entry.Offset, entry.Length).CopyTo(_bytes.AsSpan(used));
            _entries[kept++] = entry with { Offset = used };
            used += entry.Length;
        }

        Count = kept;
        _usedBytes = used;
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        Count = 0;
        _usedBytes = 0;
    }

    private readonly record struct Entry(ulong Subscription, int Offset, int Length, FrameStamp Stamp);
}
