using System;
using System.Buffers.Text;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// Receive times for bare JSON-RPC messages: the message's own timestamp (slotsUpdates, milliseconds), else its slot
/// times the stated slot time. Never goes back.
/// </summary>
internal sealed class DerivedTime
{
    private const long NsPerMs = 1_000_000;

    private readonly long _slotTimeNs;
    private readonly long _startUtcNs;
    private ulong? _firstSlot;
    private long _lastUtcNs;

    /// <summary>Times by the given options.</summary>
    public DerivedTime(CaptureReaderOptions options)
    {
        _slotTimeNs = options.DerivedSlotTimeNs;
        _startUtcNs = options.DerivedStartUtcNs;
        _lastUtcNs = _startUtcNs;
    }

    /// <summary>Time of the next message; false if it is derived from the slot.</summary>
    public bool Next(ReadOnlySpan<byte> message, out long receiveUtcNs)
    {
        bool isReal = false;
        if (TryFindNumber(message, "\"timestamp\""u8, out ulong timestampMs) && timestampMs < long.MaxValue / NsPerMs)
        {
            isReal = true;
            _lastUtcNs = Math.Max(_lastUtcNs, (long)timestampMs * NsPerMs);
        }
        else if (TryFindNumber(message, "\"slot\""u8, out ulong slot))
        {
            _firstSlot ??= slot;
            ulong slots = slot > _firstSlot ? slot - _firstSlot.Value : 0;
            Int128 utcNs = _startUtcNs + ((Int128)slots * _slotTimeNs);
            if (utcNs <= long.MaxValue) _lastUtcNs = Math.Max(_lastUtcNs, (long)utcNs);
        }

        receiveUtcNs = _lastUtcNs;
        return isReal;
    }

    /// <summary>The first member of that name that is a number; blanks may stand around the colon.</summary>
    private static bool TryFindNumber(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name, out ulong value)
    {
        value = 0;
        for (int at = message.IndexOf(name); at >= 0; at = message.IndexOf(name))
        {
            message = message[(at + name.Length)..];
            ReadOnlySpan<byte> rest = message.TrimStart(" \t"u8);
            if (rest.IsEmpty || rest[0] != (byte)':') continue;
            if (Utf8Parser.TryParse(rest[1..].TrimStart(" \t"u8), out value, out _)) return true;
        }

        return false;
    }
}
