using System;
using System.Threading;

namespace LowLatency.Feeds.Rpc;

/// <summary>When silence of the slots means that a connection is dead.</summary>
public sealed record SlotWatchOptions
{
    /// <summary>Measured slot times without a slot notification: 24 are six idle leaders in a row.</summary>
    public int SilentSlots { get; init; } = 24;

    /// <summary>At least this long, nanoseconds, whatever slot time was measured.</summary>
    public long LeastSilenceNs { get; init; } = 3_000_000_000;

    /// <summary>Nanoseconds for the first slot after an opening, and until a slot time is known.</summary>
    public long FirstSlotNs { get; init; } = 15_000_000_000;
}

/// <summary>
/// The slot time of one connection, measured and never assumed, and whether its slots have fallen silent.
/// Owner: the connection's thread; the measured time may be read by others.
/// </summary>
internal sealed class SlotWatch
{
    /// <summary>A step of more slots says nothing of one slot's length.</summary>
    private const ulong LargestStep = 32;

    /// <summary>Slots over which a mean is taken: messages come in bursts, single steps say little.</summary>
    private const ulong WindowSlots = 64;

    /// <summary>Slots after which a first, provisional mean is given.</summary>
    private const ulong FirstSlots = 8;

    private readonly SlotWatchOptions _options;
    private ulong _lastSlot;
    private long _lastNs;
    private ulong _windowSlot;
    private long _windowNs;
    private bool _isProvisional = true;
    private long _slotTimeNs;

    public SlotWatch(SlotWatchOptions options) => _options = options;

    /// <summary>Mean of a slot's length, nanoseconds; 0 until some slots were seen.</summary>
    public long SlotTimeNs => Volatile.Read(ref _slotTimeNs);

    /// <summary>The slot announced last; 0 if none since the connection opened.</summary>
    public ulong LastSlot => Volatile.Read(ref _lastSlot);

    /// <summary>The connection opened: the measured time stays, the silence begins again.</summary>
    public void OnOpen(long nowNs)
    {
        Volatile.Write(ref _lastSlot, 0);
        _lastNs = nowNs;
    }

    /// <summary>
    /// A slot notification came. Slots go back on forks, and a wrong one may be far ahead: each is held against the one
    /// before it only, so neither spoils the measuring for long.
    /// </summary>
    public void OnSlot(ulong slot, long nowNs)
    {
        bool isStep = _lastSlot != 0 && slot > _windowSlot && slot <= _lastSlot + LargestStep;
        ulong slots = slot - _windowSlot;
        if (!isStep)
        {
            _windowSlot = slot;
            _windowNs = nowNs;
        }
        else if (slots >= WindowSlots)
        {
            long meanNs = (nowNs - _windowNs) / (long)slots;
            Volatile.Write(ref _slotTimeNs, _isProvisional ? meanNs : (_slotTimeNs + meanNs) / 2);
            _isProvisional = false;
            _windowSlot = slot;
            _windowNs = nowNs;
        }
        else if (_isProvisional && slots >= FirstSlots)
        {
            Volatile.Write(ref _slotTimeNs, (nowNs - _windowNs) / (long)slots);
        }

        Volatile.Write(ref _lastSlot, slot);
        _lastNs = nowNs;
    }

    /// <summary>True if the slots have fallen silent.</summary>
    public bool IsSilent(long nowNs)
    {
        long limitNs = _lastSlot == 0 || _slotTimeNs == 0
            ? _options.FirstSlotNs
            : Math.Max(_options.LeastSilenceNs, _slotTimeNs * _options.SilentSlots);
        return nowNs - _lastNs > limitNs;
    }
}
