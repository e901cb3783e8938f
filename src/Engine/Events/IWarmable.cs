namespace LowLatency.Engine.Events;

/// <summary>
/// A stage that can exercise what its next event will need while nothing arrives: a core's caches, branch predictors
/// and page tables forget within some hundred microseconds when somebody else uses the same core or cache.
/// </summary>
public interface IWarmable
{
    /// <summary>
    /// Of so many rounds over the stages one is this stage's too. What arrives waits for the slice under way: more than
    /// 1 where slices are long.
    /// </summary>
    int WarmRounds => 1;

    /// <summary>
    /// One slice, some hundred nanoseconds, on the stage's own thread between two events; whoever calls it looks for
    /// arrivals after each. It changes nothing that an event, a counter or a reader could notice.
    /// </summary>
    void Warm();
}
