namespace LowLatency.Feeds.Live;

/// <summary>When an endpoint's data is too bad to be raced, and for how long it is left alone.</summary>
public sealed record EndpointHealthOptions
{
    /// <summary>False: nobody is judged, all are raced whatever they deliver.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Nanoseconds between judgements; long enough for the least number of updates on a quiet watch.</summary>
    public long WindowNs { get; init; } = 10_000_000_000;

    /// <summary>
    /// Updates of a window without which nothing is judged: the share of losses is then known to some per cent.
    /// </summary>
    public long LeastUpdates { get; init; } = 50;

    /// <summary>
    /// An update counts as late if it came this much after the first copy, nanoseconds: most of a slot, so that a
    /// decision on it would stand on a state that another slot has overtaken. More than half late (p50) is bad.
    /// </summary>
    public long LateNs { get; init; } = 300_000_000;

    /// <summary>
    /// Share of lost updates that is bad, per million: an audit comes round once in 30 s, which repairs a few losses
    /// and not one in ten.
    /// </summary>
    public int LossPpm { get; init; } = 100_000;

    /// <summary>
    /// Slots behind the newest believed one that are bad, at the end of a window. Forks and skipped slots make two or
    /// three of an endpoint that is well.
    /// </summary>
    public ulong SlotsBehind { get; init; } = 6;

    /// <summary>
    /// Broken connections in a window that are bad: one or two are a server's restart, each of more is a gap again.
    /// </summary>
    public long Breaks { get; init; } = 3;

    /// <summary>Bad windows in a row that demote: one may be a pause of this machine.</summary>
    public int BadWindows { get; init; } = 2;

    /// <summary>
    /// Good windows in a row that readmit. Good is better than half of each bound, so that an endpoint at a bound does
    /// not go back and forth.
    /// </summary>
    public int GoodWindows { get; init; } = 2;

    /// <summary>First wait of a demoted endpoint, nanoseconds: each try costs its subscriptions again.</summary>
    public long FirstWaitNs { get; init; } = 30_000_000_000;

    /// <summary>Longest wait, nanoseconds; each demotion doubles the wait.</summary>
    public long LongestWaitNs { get; init; } = 600_000_000_000;

    /// <summary>
    /// Nanoseconds of health after which the wait is the first again: as long as the longest wait, so that what comes
    /// and goes is left alone more than it is raced.
    /// </summary>
    public long ForgivenAfterNs { get; init; } = 600_000_000_000;
}

/// <summary>Why an endpoint was demoted. Every value is a counter.</summary>
public enum HealthCause : byte
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>Half of its updates came too late.</summary>
    Late = 1,

    /// <summary>It lost too many updates.</summary>
    Loss = 2,

    /// <summary>Its slots were behind.</summary>
    SlotsBehind = 3,

    /// <summary>Its connections broke too often.</summary>
    Breaks = 4,
}

/// <summary>What an endpoint is to the race.</summary>
public enum HealthState : byte
{
    /// <summary>It takes part.</summary>
    Raced = 0,

    /// <summary>Its connections are closed for a while.</summary>
    Demoted = 1,

    /// <summary>It takes part again and has to prove itself; one bad window demotes it.</summary>
    OnTrial = 2,
}

/// <summary>What one connection's data was worth since the start; times are differences of receive times.</summary>
/// <param name="Delivered">Updates delivered.</param>
/// <param name="First">Of these, before any other endpoint.</param>
/// <param name="Copies">Delivered after another one.</param>
/// <param name="Late">Of these, later than <see cref="EndpointHealthOptions.LateNs"/>.</param>
/// <param name="SomewhatLate">Of these, later than half of that.</param>
/// <param name="Missed">Delivered by others only.</param>
/// <param name="Opens">Times it opened.</param>
/// <param name="Closes">Times it broke.</param>
/// <param name="SlotMax">Newest slot it delivered.</param>
public readonly record struct EndpointScore(
    long Delivered, long First, long Copies, long Late, long SomewhatLate, long Missed, long Opens, long Closes,
    ulong SlotMax);

/// <summary>The scoreboard of the running engine, as it was published last. Any thread.</summary>
public interface IEndpointScores
{
    /// <summary>Newest slot that is believed; 0 if none.</summary>
    ulong Head { get; }

    /// <summary>Figures of a connection; false if it never appeared.</summary>
    bool TryRead(int connection, long lateNs, out EndpointScore score);
}

/// <summary>What is known of an endpoint's health; a copy.</summary>
/// <param name="Name">Endpoint.</param>
/// <param name="FirstConnection">Its first connection.</param>
/// <param name="Connections">Number of its connections.</param>
/// <param name="State">What it is to the race.</param>
/// <param name="LastCause">Why it was demoted last.</param>
/// <param name="Late">Demotions because of lateness.</param>
/// <param name="Loss">Demotions because of losses.</param>
/// <param name="SlotsBehind">Demotions because of slots behind.</param>
/// <param name="Breaks">Demotions because of broken connections.</param>
/// <param name="Retries">Times it was tried again.</param>
/// <param name="Readmissions">Times it proved itself after that.</param>
/// <param name="Kept">
/// Windows in which it was bad enough and was kept, as no other endpoint was well.
/// </param>
public readonly record struct EndpointHealthStatus(
    string Name, int FirstConnection, int Connections, HealthState State, HealthCause LastCause, long Late, long Loss,
    long SlotsBehind, long Breaks, long Retries, long Readmissions, long Kept)
{
    /// <summary>All demotions.</summary>
    public long Demotions => Late + Loss + SlotsBehind + Breaks;
}
