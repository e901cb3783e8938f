namespace LowLatency.Engine.Events;

/// <summary>What a route's transaction needs besides its swaps.</summary>
/// <param name="ComputeUnits">Compute units of the instructions before and after the swaps, an upper estimate.</param>
/// <param name="RentLamports">Lamports that stay in token accounts the transaction creates.</param>
public readonly record struct RouteOverhead(uint ComputeUnits, ulong RentLamports);

/// <summary>
/// The seam between the one who writes the instructions around a route's swaps and the one who counts their cost.
/// Called on the market group's thread, once for every sized candidate; must not allocate.
/// </summary>
public interface IRouteOverhead
{
    /// <summary>The overhead of a route whose legs are filled in.</summary>
    RouteOverhead Of(in Opportunity route);
}
