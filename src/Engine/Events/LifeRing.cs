namespace LowLatency.Engine.Events;

/// <summary>Ended lives beside the event ring; the life stage appends, the sinks release.</summary>
/// <param name="capacity">Least number of entries, rounded up to a power of two.</param>
public sealed class LifeRing(int capacity) : SideRing<LifeRecord>(capacity);
