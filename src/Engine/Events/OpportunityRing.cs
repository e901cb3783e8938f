namespace LowLatency.Engine.Events;

/// <summary>Opportunities beside the event ring; Cycles appends, the sinks release.</summary>
/// <param name="capacity">Least number of entries, rounded up to a power of two.</param>
public sealed class OpportunityRing(int capacity) : SideRing<Opportunity>(capacity);
