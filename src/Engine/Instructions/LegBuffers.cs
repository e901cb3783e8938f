using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Buffers that the same leg is written into each time, so that its list is known as unchanged by its version
/// (<see cref="InstructionBuffer.ListVersion"/>). Legs that share a place write over each other, which costs the
/// comparison of the list and nothing else; within one route each leg has a buffer of its own. Bound: 256 places of
/// 1.5 KB: a market's hot legs are some hundred. Owner: the market group's thread.
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

    private readonly InstructionBuffer[] _places = new InstructionBuffer[Capacity];
    private readonly InstructionBuffer[] _spare = new InstructionBuffer[Legs.MaxCount];

    public LegBuffers()
    {
        for (int i = 0; i < _places.Length; i++) _places[i] = NewBuffer();
        for (int i = 0; i < _spare.Length; i++) _spare[i] = NewBuffer();
    }

    /// <summary>
    /// The buffer of an edge for leg <paramref name="leg"/> of a route, whose earlier legs have
    /// <paramref name="earlier"/>.
    /// </summary>
    public InstructionBuffer Of(int edge, int leg, ReadOnlySpan<InstructionBuffer> earlier)
    {
        InstructionBuffer own = _places[edge & (Capacity - 1)];
        foreach (InstructionBuffer taken in earlier)
        {
            if (taken == own) return _spare[leg];
        }

        return own;
    }

    private static InstructionBuffer NewBuffer() => new(DataBytesMax, AccountsMax);
}
