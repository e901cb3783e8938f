using System;

namespace LowLatency.ConsoleHost;

/// <summary>What the .NET runtime says about collections; the same for every thread.</summary>
internal readonly record struct RuntimeFigures(int Gen0, int Gen1, int Gen2, TimeSpan Pauses, long HeapBytes)
{
    public static RuntimeFigures Now() => new(
        GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2), GC.GetTotalPauseDuration(),
        GC.GetTotalMemory(forceFullCollection: false));
}
