using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Metrics;
using LowLatency.Engine.Time;

namespace LowLatency.ConsoleHost.Bench.Floor;

/// <summary>
/// The floor under <c>bench</c>: the same account messages at the same rates, with nothing done to them but what no
/// engine can leave out. There is no parser (where the data lies is known beforehand), no dedup, graph or search; the
/// code fits the first caches many times over, and while it waits the thread reads the clock and nothing else, or
/// keeps its tables warm. So a latency below these figures is out of reach on this machine at that rate, whatever the
/// engine. All steps take turns.
/// </summary>
internal sealed class FloorRun
{
    private const int Tables = 4;
    private const int LineLongs = 8; // 64 bytes
    private const int WarmUpMessages = 20_000;

    private readonly BenchSettings _settings;
    private readonly int _turns;
    private readonly List<FloorMessage> _messages;
    private readonly int _leftOut;
    private readonly int _accounts;
    private readonly byte[] _received; // as a socket's buffer: used again and again
    private readonly byte[] _data;
    private readonly long[] _tables; // a line an account and table
    private int _warmAt;
    private long _sum; // keeps the work from being optimized away

    /// <summary>A floor of so many turns; the capture is read here.</summary>
    /// <exception cref="CommandException">The capture cannot be used.</exception>
    internal FloorRun(BenchSettings settings, int turns)
    {
        (_settings, _turns) = (settings, turns);
        foreach (BenchLoad load in settings.Loads)
        {
            if (load.Pace > 0 || load.IsCold)
                throw new CommandException($"--floor, --load {load.Name}: give max or a rate a second");
        }

        _messages = FloorMessage.ReadAll(settings.CapturePath, out _leftOut);
        int longest = 0;
        foreach (FloorMessage message in _messages)
        {
            _accounts = Math.Max(_accounts, message.Account + 1);
            longest = Math.Max(longest, message.Text.Length);
        }

        _received = new byte[longest];
        _data = new byte[Base64.GetMaxDecodedFromUtf8Length(longest)];
        _tables = new long[Tables * _accounts * LineLongs];
    }

    private enum Step
    {
        Clock = 0,
        Data = 1,
        OneLine = 2,
        FourLines = 3,
        FourWarmLines = 4,
    }

    /// <summary>Measures every step at every load, in turns.</summary>
    internal FloorResult Execute(TextWriter progress)
    {
        MachineBlock machine = MachineBlock.Read();
        List<FloorRow> rows = [];
        foreach (BenchLoad load in _settings.Loads)
        {
            foreach (Step step in Enum.GetValues<Step>())
            {
                rows.Add(new FloorRow { Load = load.Name, Step = NameOf(step), Messages = 0, P50 = [], P99 = [] });
                Run(load with { MessagesPerSecond = 0 }, step, WarmUpMessages, new LatencyHistogram());
            }
        }

        Thread.Sleep(200); // tier-1 code is installed
        for (int turn = 0; turn < _turns; turn++)
        {
            progress.WriteLine($"bench: floor, turn {turn + 1} of {_turns}");
            int row = 0;
            foreach (BenchLoad load in _settings.Loads)
            {
                foreach (Step step in Enum.GetValues<Step>()) MeasureInto(rows[row++], load, step);
            }
        }

        int[] lengths = [.. _messages.ConvertAll(one => one.DataLength)];
        Array.Sort(lengths);
        return new FloorResult
        {
            Machine = machine,
            Capture = Path.GetFileName(_settings.CapturePath),
            MessagesPerLap = _messages.Count,
            LeftOut = _leftOut,
            Accounts = _accounts,
            DataP50 = lengths[lengths.Length / 2],
            DataP90 = lengths[lengths.Length * 9 / 10],
            SecondsPerTurn = _settings.Seconds,
            Rows = rows,
        };
    }

    private static string NameOf(Step step) => step switch
    {
        Step.Clock => "two readings of the clock",
        Step.Data => "base64",
        Step.OneLine => "base64, a line an account",
        Step.FourLines => "base64, four lines",
        _ => "base64, four lines kept warm",
    };

    private void MeasureInto(FloorRow row, BenchLoad load, Step step)
    {
        if (_settings.Cancellation.IsCancellationRequested) return;
        LatencyHistogram times = new();
        long messages = load.IsOpenLoop ? (long)(load.MessagesPerSecond * _settings.Seconds) : long.MaxValue;
        Run(load, step, messages, times);
        if (_settings.Cancellation.IsCancellationRequested || times.Count == 0) return;
        row.Messages += times.Count;
        row.P50.Add(times.ValueAtPercentile(50));
        row.P99.Add(times.ValueAtPercentile(99));
    }

    /// <summary>So many messages; a closed loop ends with its time.</summary>
    private void Run(BenchLoad load, Step step, long messages, LatencyHistogram times)
    {
        double intervalNs = load.IsOpenLoop ? 1e9 / load.MessagesPerSecond : 0;
        long start = SystemClock.Instance.NowNs;
        long end = start + (long)(_settings.Seconds * 1e9);
        for (long i = 0; i < messages && !_settings.Cancellation.IsCancellationRequested; i++)
        {
            FloorMessage message = _messages[(int)(i % _messages.Count)];
            message.Text.CopyTo(_received, 0);
            long due = start + (long)(i * intervalNs);
            long now = SystemClock.Instance.NowNs;
            if (!load.IsOpenLoop)
            {
                if (now >= end) return;
                due = now;
            }

            while (now < due)
            {
                if (step == Step.FourWarmLines) KeepWarm();
                now = SystemClock.Instance.NowNs;
            }

            Work(step, in message);
            times.Record(SystemClock.Instance.NowNs - due);
        }
    }

    /// <summary>One line of all tables a call, in turn.</summary>
    private void KeepWarm()
    {
        _sum += _tables[_warmAt];
        _warmAt += LineLongs;
        if (_warmAt >= _tables.Length) _warmAt = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Work(Step step, in FloorMessage message)
    {
        if (step == Step.Clock) return;
        _ = Base64.DecodeFromUtf8(
            _received.AsSpan(message.DataAt, message.DataLength), _data, out _, out int written);
        _sum += _data[written / 2];
        int lines = step == Step.Data ? 0 : step == Step.OneLine ? 1 : Tables;
        for (int table = 0; table < lines; table++)
            _tables[((table * _accounts) + message.Account) * LineLongs] += written;
    }
}
