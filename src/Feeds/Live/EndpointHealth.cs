using System;
using System.Collections.Generic;
using System.Threading;

namespace LowLatency.Feeds.Live;

/// <summary>An endpoint that can be left alone for a while.</summary>
internal interface IHealthEndpoint
{
    string Name { get; }

    int FirstConnection { get; }

    int Connections { get; }

    /// <summary>True while all its connections are open and follow what they were asked to.</summary>
    bool IsReady { get; }

    void Hold(string reason);

    void Release();
}

/// <summary>
/// Judges the endpoints by the engine's scoreboard, a window at a time, and closes the connections of one whose data is
/// bad as long as another is well; tries it again after a wait that doubles. All that this does to a run is that
/// connections close and open, which are recorded frames like any other: what only the demoted endpoint covered is in
/// doubt from its close on, and the replay of a recording decides the same without knowing of this.
/// Lateness is measured against the first copy of each update, which is the best endpoint's.
/// Owner: the thread that calls <see cref="Look"/>; <see cref="Status"/> by any.
/// </summary>
public sealed class EndpointHealth
{
    private const long Million = 1_000_000;

    private readonly EndpointHealthOptions _options;
    private readonly IEndpointScores _scores;
    private readonly Entry[] _entries;
    private EndpointHealthStatus[] _status = [];
    private long _windowEndNs;
    private bool _hasBegun;

    /// <summary>Health of a pool's endpoints by <paramref name="scores"/>.</summary>
    public EndpointHealth(EndpointPool pool, IEndpointScores scores, EndpointHealthOptions options)
        : this((pool ?? throw new ArgumentNullException(nameof(pool))).Endpoints, scores, options)
    {
    }

    internal EndpointHealth(
        IReadOnlyList<IHealthEndpoint> endpoints, IEndpointScores scores, EndpointHealthOptions options)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _scores = scores;
        _entries = new Entry[endpoints.Count];
        for (int i = 0; i < _entries.Length; i++) _entries[i] = new Entry(endpoints[i]);
        PublishStatus();
    }

    private enum Verdict
    {
        Unknown,
        Good,
        Fair,
        Bad,
    }

    /// <summary>Every endpoint's health, in the order of the configuration. Any thread.</summary>
    public IReadOnlyList<EndpointHealthStatus> Status => Volatile.Read(ref _status);

    /// <summary>Tries again whose wait is over; judges all at the end of a window, and allocates then.</summary>
    public void Look(long nowNs)
    {
        if (!_options.IsOn) return;
        if (!_hasBegun)
        {
            _hasBegun = true;
            Begin(nowNs);
            return;
        }

        bool isChanged = false;
        foreach (Entry entry in _entries)
        {
            if (entry.State != HealthState.Demoted || nowNs < entry.RetryNs) continue;
            entry.State = HealthState.OnTrial;
            entry.Retries++;
            entry.BadWindows = 0;
            entry.GoodWindows = 0;
            entry.Before = Read(entry);
            entry.Endpoint.Release();
            isChanged = true;
        }

        if (nowNs >= _windowEndNs)
        {
            Judge(nowNs);
            Begin(nowNs);
            isChanged = true;
        }

        if (isChanged) PublishStatus();
    }

    private void Begin(long nowNs)
    {
        foreach (Entry entry in _entries)
        {
            entry.Before = Read(entry);
            entry.WasReady = entry.Endpoint.IsReady;
        }

        _windowEndNs = nowNs + _options.WindowNs;
    }

    private void Judge(long nowNs)
    {
        int well = 0;
        foreach (Entry entry in _entries)
        {
            entry.Verdict = Verdict.Unknown;
            if (entry.State == HealthState.Demoted) continue;
            entry.Verdict = JudgeOne(entry, out entry.Cause);
            entry.BadWindows = entry.Verdict == Verdict.Bad ? entry.BadWindows + 1 : 0;
            entry.GoodWindows = entry.Verdict == Verdict.Good ? entry.GoodWindows + 1 : 0;
            if (entry.State == HealthState.OnTrial && entry.GoodWindows >= _options.GoodWindows)
            {
                entry.State = HealthState.Raced;
                entry.Readmissions++;
                entry.RacedSinceNs = nowNs;
            }

            bool isWell = entry.Verdict is Verdict.Good or Verdict.Fair && entry.Endpoint.IsReady;
            if (isWell && entry.State == HealthState.Raced) well++;
        }

        foreach (Entry entry in _entries)
        {
            if (entry.Verdict != Verdict.Bad) continue;
            if (entry.State == HealthState.Raced && entry.BadWindows < _options.BadWindows) continue;
            if (well == 0) entry.Kept++; // bad data are better than none
            else Demote(entry, nowNs);
        }
    }

    private Verdict JudgeOne(Entry entry, out HealthCause cause)
    {
        cause = HealthCause.None;
        EndpointScore now = Read(entry);
        EndpointScore before = entry.Before;
        if (now.Closes - before.Closes >= _options.Breaks)
        {
            cause = HealthCause.Breaks;
            return Verdict.Bad;
        }

        // Nothing is known of an endpoint that was not there all the time, or did not follow all accounts.
        bool isWhole = now.Opens == before.Opens && now.Closes == before.Closes && now.Opens != now.Closes;
        if (!isWhole || !entry.WasReady) return Verdict.Unknown;
        ulong head = _scores.Head;
        ulong behind = head > now.SlotMax ? head - now.SlotMax : 0;
        if (behind >= _options.SlotsBehind)
        {
            cause = HealthCause.SlotsBehind;
            return Verdict.Bad;
        }

        long missed = now.Missed - before.Missed;
        long due = now.Delivered - before.Delivered + missed;
        if (due < _options.LeastUpdates) return Verdict.Unknown;
        if (missed * Million >= due * _options.LossPpm)
        {
            cause = HealthCause.Loss;
            return Verdict.Bad;
        }

        long raced = now.First - before.First + now.Copies - before.Copies;
        if ((now.Late - before.Late) * 2 > raced)
        {
            cause = HealthCause.Late;
            return Verdict.Bad;
        }

        bool isGood = missed * Million * 2 < due * _options.LossPpm && behind * 2 < _options.SlotsBehind
            && (now.SomewhatLate - before.SomewhatLate) * 2 <= raced;
        return isGood ? Verdict.Good : Verdict.Fair;
    }

    private void Demote(Entry entry, long nowNs)
    {
        bool isForgiven = entry.State == HealthState.Raced && nowNs - entry.RacedSinceNs >= _options.ForgivenAfterNs;
        if (entry.WaitNs == 0 || isForgiven) entry.WaitNs = _options.FirstWaitNs;
        else entry.WaitNs = Math.Min(entry.WaitNs * 2, _options.LongestWaitNs);
        entry.State = HealthState.Demoted;
        entry.LastCause = entry.Cause;
        entry.Demotions[(int)entry.Cause]++;
        entry.RetryNs = nowNs + entry.WaitNs;
        entry.Endpoint.Hold(entry.Cause switch
        {
            HealthCause.Late => "its updates come too late",
            HealthCause.Loss => "it loses too many updates",
            HealthCause.SlotsBehind => "its slots are behind",
            _ => "its connections break too often",
        });
    }

    /// <summary>Sum of the endpoint's connections: accounts are spread over them.</summary>
    private EndpointScore Read(Entry entry)
    {
        EndpointScore sum = default;
        IHealthEndpoint endpoint = entry.Endpoint;
        for (int i = endpoint.FirstConnection; i < endpoint.FirstConnection + endpoint.Connections; i++)
        {
            if (!_scores.TryRead(i, _options.LateNs, out EndpointScore s)) continue;
            sum = new EndpointScore(
                sum.Delivered + s.Delivered, sum.First + s.First, sum.Copies + s.Copies, sum.Late + s.Late,
                sum.SomewhatLate + s.SomewhatLate, sum.Missed + s.Missed, sum.Opens + s.Opens, sum.Closes + s.Closes,
                Math.Max(sum.SlotMax, s.SlotMax));
        }

        return sum;
    }

    private void PublishStatus()
    {
        EndpointHealthStatus[] status = new EndpointHealthStatus[_entries.Length];
        for (int i = 0; i < status.Length; i++)
        {
            Entry e = _entries[i];
            status[i] = new EndpointHealthStatus(
                e.Endpoint.Name, e.Endpoint.FirstConnection, e.Endpoint.Connections, e.State, e.LastCause,
                e.Demotions[(int)HealthCause.Late], e.Demotions[(int)HealthCause.Loss],
                e.Demotions[(int)HealthCause.SlotsBehind], e.Demotions[(int)HealthCause.Breaks], e.Retries,
                e.Readmissions, e.Kept);
        }

        Volatile.Write(ref _status, status);
    }

    private sealed class Entry(IHealthEndpoint endpoint)
    {
        public HealthCause Cause;

        public IHealthEndpoint Endpoint { get; } = endpoint;

        public long[] Demotions { get; } = new long[(int)HealthCause.Breaks + 1];

        public HealthState State { get; set; }

        public Verdict Verdict { get; set; }

        public bool WasReady { get; set; }

        public HealthCause LastCause { get; set; }

        public EndpointScore Before { get; set; }

        public int BadWindows { get; set; }

        public int GoodWindows { get; set; }

        public long WaitNs { get; set; }

        public long RetryNs { get; set; }

        public long RacedSinceNs { get; set; }

        public long Retries { get; set; }

        public long Readmissions { get; set; }

        public long Kept { get; set; }
    }
}
