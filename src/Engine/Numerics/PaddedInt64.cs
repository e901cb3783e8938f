using System.Runtime.InteropServices;

namespace LowLatency.Engine.Numerics;

/// <summary>
/// A word that one thread writes and others read, with room on both sides, so that no other writer shares its cache
/// line
/// or the line that the prefetcher pairs with it. A struct, because the runtime ignores the size attribute of a class:
/// there the room behind the value would not exist (LayoutTests looks into the object).
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct PaddedInt64
{
    /// <summary>Bytes free on both sides: two 64-byte lines, as prefetchers work in pairs.</summary>
    internal const int SeparationBytes = 128;

    /// <summary>Size (tested).</summary>
    internal const int SizeBytes = (2 * SeparationBytes) + sizeof(long);

    /// <summary>The word.</summary>
    [FieldOffset(SeparationBytes)]
    internal long Value;
}
