using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Ring;

/// <summary>
/// Progress of one consumer: the sequence of the last entry it has finished. Written by its owner only, read by
/// producers
/// (gating) and by consumers that come after it. The value keeps <see cref="SeparationBytes"/> bytes free on both
/// sides,
/// so that no other writer shares its line or the line that the prefetcher pairs with it.
/// </summary>
public sealed class Sequence
{
    /// <summary>Value before the first entry: nothing has been finished.</summary>
    public const long Initial = -1;

    /// <summary>Bytes kept free on both sides of a contended word: two 64-byte lines, as prefetchers work in
    /// pairs.</summary>
    public const int SeparationBytes = PaddedInt64.SeparationBytes;

    /// <summary>Bytes of a cache line.</summary>
    internal const int LineBytes = 64;

    private PaddedInt64 _padded;

    /// <summary>Starts at <paramref name="initial"/>.</summary>
    public Sequence(long initial = Initial) => _padded.Value = initial;

    /// <summary>The last finished sequence. Reading acquires, writing releases what was done up to it.</summary>
    public long Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _padded.Value);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => Volatile.Write(ref _padded.Value, value);
    }
}
