namespace LowLatency.Engine.Events;

/// <summary>
/// The seam between the one who decides and the one who writes transactions: a route that is taken gets its message at
/// once, before the event's other routes are looked at. Called on the market group's thread; must not allocate.
/// </summary>
public interface IRouteMessages
{
    /// <summary>
    /// Builds the message of a route that is to be taken. If none can be built the reason changes and says why.
    /// </summary>
    void Build(ref Opportunity taken);

    /// <summary>
    /// Writes the message of a taken route again after its amounts changed. False if that cannot be done; the message
    /// then stands as it was built, for the amounts before.
    /// </summary>
    bool TryRenew(ref Opportunity taken);
}
