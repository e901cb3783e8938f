using System.Collections.Generic;
using System.Linq;
using LowLatency.Feeds.Live;
using Xunit;

namespace LowLatency.Feeds.Tests.Live;

/// <summary>The policy alone: scores as written here, endpoints that only remember what was done to them.</summary>
public sealed class EndpointHealthTests
{
    private const long Second = 1_000_000_000;

    private EndpointHealthOptions _options = new()
    {
        WindowNs = Second,
        LeastUpdates = 10,
        FirstWaitNs = 3 * Second,
        LongestWaitNs = 12 * Second,
        ForgivenAfterNs = 20 * Second,
    };

    private readonly Scores _scores = new();
    private readonly List<Fake> _endpoints = [];
    private EndpointHealth _health = null!;
    private long _nowNs;

    [Fact]
    public void Look_LateEndpoint_IsDemotedAfterTwoWindowsTriedAndReadmitted()
    {
        Begin(2);
        Window(Good, Late);
        Assert.False(_endpoints[1].IsHeld); // one bad window may be a pause of this machine
        Window(Good, Late);
        Assert.True(_endpoints[1].IsHeld);
        Assert.Equal("its updates come too late", _endpoints[1].Reason);
        Window(Good, Nothing);
        Window(Good, Nothing);
        Assert.True(_endpoints[1].IsHeld);
        Window(Good, Nothing);
        Assert.False(_endpoints[1].IsHeld);
        Assert.Equal(HealthState.OnTrial, State(1));
        Window(Good, Good);
        Assert.Equal(HealthState.OnTrial, State(1));
        Window(Good, Good);
        Assert.Equal(HealthState.Raced, State(1));
        EndpointHealthStatus s = _health.Status[1];
        Assert.Equal((1, 1, 0, 1, 1), (s.Demotions, s.Late, s.Loss, s.Retries, s.Readmissions));
        Assert.Equal(0, _health.Status[0].Demotions);
    }

    [Fact]
    public void Look_SwitchedOff_JudgesNobody()
    {
        _options = _options with { IsOn = false };
        Begin(2);
        for (int i = 0; i < 5; i++) Window(Good, Late);
        Assert.False(_endpoints[1].IsHeld);
        Assert.Equal((HealthState.Raced, 0L), (State(1), _health.Status[1].Demotions));
    }

    [Theory]
    [InlineData(0, HealthCause.Loss)]
    [InlineData(1, HealthCause.SlotsBehind)]
    [InlineData(2, HealthCause.Breaks)]
    public void Look_EachCause_IsCountedAsItself(int kind, HealthCause cause)
    {
        Begin(2);
        Figures bad = kind switch { 0 => Losing, 1 => Behind, _ => Breaking };
        Window(Good, bad);
        Window(Good, bad);
        EndpointHealthStatus status = _health.Status[1];
        Assert.Equal((HealthState.Demoted, cause, 1), (status.State, status.LastCause, status.Demotions));
    }

    [Fact]
    public void Look_AllEndpointsBad_NoneIsDemotedAndItIsCounted()
    {
        Begin(2);
        for (int i = 0; i < 5; i++) Window(Losing, Late);
        Assert.All(_endpoints, e => Assert.False(e.IsHeld));
        Assert.Equal(4, _health.Status[0].Kept); // from the second window on
        Assert.Equal(4, _health.Status[1].Kept);
    }

    [Fact]
    public void Look_OnlyTrialIsWell_TheLastRacedOneIsKept()
    {
        Begin(2);
        Window(Good, Late);
        Window(Good, Late);
        for (int i = 0; i < 3; i++) Window(Losing, Nothing);
        Assert.Equal(HealthState.OnTrial, State(1));
        Window(Losing, Good);
        Assert.False(_endpoints[0].IsHeld); // the other one has not proven itself yet
        Window(Losing, Good);
        Assert.True(_endpoints[0].IsHeld);
        Assert.Equal(HealthState.Raced, State(1));
    }

    [Fact]
    public void Look_OtherWellEndpointIsNotReady_NothingIsDemoted()
    {
        Begin(2);
        _endpoints[0].IsReady = false;
        for (int i = 0; i < 4; i++) Window(Good, Late);
        Assert.False(_endpoints[1].IsHeld);
    }

    [Fact]
    public void Look_BadTrials_DoubleTheWaitUpToTheLongest()
    {
        Begin(2);
        Window(Good, Late);
        Window(Good, Late);
        List<int> waits = [];
        for (int trial = 0; trial < 4; trial++)
        {
            int waited = 0;
            while (_endpoints[1].IsHeld)
            {
                Window(Good, Nothing);
                waited++;
            }

            waits.Add(waited);
            Window(Good, Late); // one bad window of a trial is enough
        }

        Assert.Equal([3, 6, 12, 12], waits);
        Assert.Equal(5, _health.Status[1].Late);
    }

    [Fact]
    public void Look_BetweenBounds_NeitherDemotesNorReadmits()
    {
        Begin(2);
        for (int i = 0; i < 6; i++) Window(Good, Fair);
        Assert.Equal(HealthState.Raced, State(1));
        Window(Good, Losing);
        Window(Good, Losing);
        for (int i = 0; i < 3; i++) Window(Good, Nothing);
        for (int i = 0; i < 6; i++) Window(Good, Fair);
        Assert.Equal(HealthState.OnTrial, State(1));
    }

    [Fact]
    public void Look_FewUpdatesOrReopenedInTheWindow_NothingIsJudged()
    {
        Begin(2);
        for (int i = 0; i < 4; i++) Window(Good, new Figures(4, 0, 4, 0));
        Assert.Equal(HealthState.Raced, State(1));
        for (int i = 0; i < 4; i++) Window(Good, Losing with { Breaks = 1 });
        Assert.Equal(HealthState.Raced, State(1));
    }

    private static readonly Figures Good = new(100, 0, 0, 0);
    private static readonly Figures Nothing = new(0, 0, 0, 0);
    private static readonly Figures Late = new(100, 60, 0, 0);
    private static readonly Figures Losing = new(80, 0, 20, 0);
    private static readonly Figures Fair = new(93, 0, 7, 0);
    private static readonly Figures Behind = new(100, 0, 0, 6);
    private static readonly Figures Breaking = new(100, 0, 0, 0, 3);

    private HealthState State(int endpoint) => _health.Status[endpoint].State;

    private void Begin(int endpoints)
    {
        for (int i = 0; i < endpoints; i++)
        {
            _endpoints.Add(new Fake(i));
            _scores.Rows.Add(new EndpointScore(0, 0, 0, 0, 0, 0, 1, 0, 1000));
        }

        _health = new EndpointHealth(_endpoints.ToList<IHealthEndpoint>(), _scores, _options);
        _health.Look(_nowNs);
    }

    private void Window(params Figures[] figures)
    {
        _scores.Head += 2;
        for (int i = 0; i < figures.Length; i++)
        {
            Figures f = figures[i];
            EndpointScore s = _scores.Rows[i];
            _scores.Rows[i] = new EndpointScore(
                s.Delivered + f.Delivered, s.First + f.Delivered - f.Late, s.Copies + f.Late, s.Late + f.Late,
                s.SomewhatLate + f.Late, s.Missed + f.Missed, s.Opens + f.Breaks, s.Closes + f.Breaks,
                _scores.Head - (ulong)f.Behind);
        }

        _nowNs += Second;
        _health.Look(_nowNs);
    }

    private sealed record Figures(long Delivered, long Late, long Missed, int Behind, long Breaks = 0);

    private sealed class Fake(int connection) : IHealthEndpoint
    {
        public string Name => $"endpoint {connection}";

        public int FirstConnection => connection;

        public int Connections => 1;

        public bool IsReady { get; set; } = true;

        public bool IsHeld { get; private set; }

        public string? Reason { get; private set; }

        public void Hold(string reason)
        {
            IsHeld = true;
            Reason = reason;
        }

        public void Release() => IsHeld = false;
    }

    private sealed class Scores : IEndpointScores
    {
        public List<EndpointScore> Rows { get; } = [];

        public ulong Head { get; set; } = 1000;

        public bool TryRead(int connection, long lateNs, out EndpointScore score)
        {
            score = Rows[connection];
            return true;
        }
    }
}
