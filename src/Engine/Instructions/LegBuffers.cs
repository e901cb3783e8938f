using System;
using System.Buffers.Binary;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Swaps that were written last, each leg in the same place every time, so that its list is known as unchanged by its
/// version (<see cref="InstructionBuffer.ListVersion"/>), and the whole swap by its pool's: a swap of an exact input
/// differs from the last one in its two amounts alone while nothing is changed that the pool's quotes depend on. Legs
/// that share a place write over each other, which costs the writing and nothing else; within one route each leg has a
/// place of its own. Bound: 256 places of 1.5 KB: a market's hot legs are some hundred. Owner: the market group's
/// thread.
/// </summary>
internal sealed class LegBuffers
{
    /// <summary>Places; a power of two.</summary>
    public const int Capacity = 256;

    /// <summary>Most data of a swap; the longest there is has 49 bytes.</summary>
    public const int DataBytesMax = 128;

    /// <summary>
    /// Most accounts of a swap: PumpSwap's list has 28 at most, Raydium CLMM's 24 with ten tick arrays, the others 22.
    /// </summary>
    public const int AccountsMax = 32;

    private readonly LegBuffer[] _places = new LegBuffer[Capacity + Legs.MaxCount]; // the last ones are spare

    public LegBuffers()
    {
        foreach (ref LegBuffer place in _places.AsSpan())
            place.Buffer = new InstructionBuffer(DataBytesMax, AccountsMax);
    }

    /// <summary>
    /// The place of an edge for leg <paramref name="leg"/> of a route, whose earlier legs have
    /// <paramref name="earlier"/>.
    /// </summary>
    public ref LegBuffer Of(int edge, int leg, ReadOnlySpan<InstructionBuffer> earlier)
    {
        ref LegBuffer own = ref _places[edge & (Capacity - 1)];
        foreach (InstructionBuffer taken in earlier)
        {
            if (taken == own.Buffer) return ref _places[Capacity + leg];
        }

        return ref own;
    }
}

/// <summary>A swap that was written, and what it was written from.</summary>
internal struct LegBuffer
{
    /// <summary>The swap.</summary>
    public InstructionBuffer Buffer;

    private ulong _version;
    private int _edge;
    private int _amountsAt;

    /// <summary>
    /// Puts other amounts into the swap; false if it is another edge's, or the pool has changed since, or how a venue
    /// writes amounts is not known. PERF: a list of 15 to 25 accounts is not written again for the pools of a route
    /// that did not move (bench --load max, transaction).
    /// </summary>
    public readonly bool TryPatch(int edge, ulong version, ulong amountRaw, ulong thresholdRaw)
    {
        if (_version != version || _edge != edge) return false;
        Buffer.PatchUInt64(_amountsAt, amountRaw);
        Buffer.PatchUInt64(_amountsAt + sizeof(ulong), thresholdRaw);
        return true;
    }

    /// <summary>
    /// Notes what was written: amount and threshold stand side by side behind a tag of 8 bytes or of one, or the swap
    /// is written anew each time.
    /// </summary>
    public void Note(int edge, ulong version, ulong amountRaw, ulong thresholdRaw)
    {
        bool isLong = Holds(sizeof(ulong), amountRaw, thresholdRaw);
        bool isKnown = isLong != Holds(sizeof(byte), amountRaw, thresholdRaw);
        (_edge, _version, _amountsAt) = (edge, isKnown ? version : 0, isLong ? sizeof(ulong) : sizeof(byte));
    }

    /// <summary>Nothing is known of what stands here.</summary>
    public void Forget() => _version = 0;

    private readonly bool Holds(int at, ulong amountRaw, ulong thresholdRaw)
    {
        ReadOnlySpan<byte> data = Buffer.Data;
        return data.Length >= at + (2 * sizeof(ulong))
            && BinaryPrimitives.ReadUInt64LittleEndian(data[at..]) == amountRaw
            && BinaryPrimitives.ReadUInt64LittleEndian(data[(at + sizeof(ulong))..]) == thresholdRaw;
    }
}
