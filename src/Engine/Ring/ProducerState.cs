using System.Runtime.InteropServices;

namespace LowLatency.Engine.Ring;

/// <summary>The words that producers write, with <see cref="Sequence.SeparationBytes"/> free before and
/// after.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct ProducerState
{
    /// <summary>Bytes (tested).</summary>
    internal const int SizeBytes = (3 * Sequence.SeparationBytes) + sizeof(long);

    /// <summary>Highest claimed sequence.</summary>
    [FieldOffset(Sequence.SeparationBytes)]
    internal long Claimed;

    /// <summary>Highest sequence that a single producer may claim without looking at the consumers.</summary>
    [FieldOffset(Sequence.SeparationBytes + sizeof(long))]
    internal long Room;

    /// <summary>Where two of several producers wanted the same entry last. Beside the word they wanted, as whoever
    /// lost has that line.</summary>
    [FieldOffset(Sequence.SeparationBytes + (2 * sizeof(long)))]
    internal long Collided;

    /// <summary>Slowest gating sequence when last looked; never above the truth. On its own line for
    /// multi-producers.</summary>
    [FieldOffset(2 * Sequence.SeparationBytes)]
    internal long GatingCache;
}
