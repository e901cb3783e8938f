using System;
using System.Collections.Generic;
using System.Threading;
using LowLatency.ConsoleHost.Journal;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// Watches the configuration file of a run at work. A change is checked as strictly as at the start; settings of risk,
/// size, tip and pause are handed to the feed, which records them and puts them in force between two frames; other keys
/// are refused by name and keep their values. A file that is wrong changes nothing. Owner: a thread of its own.
/// </summary>
internal sealed class ConfigKeeper : IDisposable
{
    private const int LookEveryMs = 250;
    private const int InForceMs = 10_000;

    private readonly string _path;
    private readonly Func<EngineConfig> _read;
    private readonly Func<byte[], bool> _post;
    private readonly SettingTrail _trail;
    private readonly TradingGate _gate;
    private readonly Action<LogLevel, string> _tell;
    private readonly ConfigReload _inForce;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private volatile bool _isAsked;
    private volatile bool _isEnding;

    /// <summary>A keeper of a file that a run began with.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">What the run began with.</param>
    /// <param name="read">Reads all layers again; throws <see cref="CommandException"/>.</param>
    /// <param name="post">Hands a frame of settings to the feed; false if it has no room.</param>
    /// <param name="trail">Where the engine says what it put in force.</param>
    /// <param name="gate">Switch of <c>pause</c>.</param>
    /// <param name="tell">Where people read what happened.</param>
    /// <param name="onFault">Told what its thread failed with: a broken invariant, never a file.</param>
    public ConfigKeeper(
        string path, EngineConfig start, Func<EngineConfig> read, Func<byte[], bool> post, SettingTrail trail,
        TradingGate gate, Action<LogLevel, string> tell, Action<string, Exception> onFault)
    {
        _path = path;
        _read = read;
        _post = post;
        _trail = trail;
        _gate = gate;
        _tell = tell;
        _inForce = new ConfigReload(start);
        _thread = GuardedThread.Start("config keeper", Keep, onFault);
    }

    /// <summary>Reads the file again now; returns where the result is shown.</summary>
    public string Ask()
    {
        _isAsked = true;
        _wake.Set();
        return $"reading {_path} again; the log (6) says what changed";
    }

    public void Dispose()
    {
        _isEnding = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    private void Keep()
    {
        // The first look reads too: the file may have been written between the run's own reading and now.
        (DateTime Time, long Bytes) read = default;
        (DateTime Time, long Bytes) seen = default;
        bool isFirst = true;
        while (true)
        {
            _wake.WaitOne(LookEveryMs);
            if (_isEnding) return;
            (DateTime Time, long Bytes) now = Stamp();
            bool isWritten = now != read && now == seen; // unchanged for one look: whoever writes it is done
            seen = now;
            if (!_isAsked && !isWritten) continue;
            bool isAsked = _isAsked;
            _isAsked = false;
            if (now.Bytes != 0 || now == default) Reload(isAsked, isFirst);
            else TellEmpty(isFirst);
            isFirst = false;
            read = now;
        }
    }

    private void Reload(bool isAsked, bool isFirst)
    {
        EngineConfig next;
        try
        {
            next = _read();
        }
        catch (CommandException wrong)
        {
            _tell(LogLevel.Error, $"{wrong.Message}; nothing was changed");
            return;
        }

        ReloadPlan plan = _inForce.Take(next);
        foreach (string refused in plan.Refused) _tell(LogLevel.Warning, refused);
        if (plan.Taken.Count == 0)
        {
            if (isAsked || (plan.Refused.Count == 0 && !isFirst))
                _tell(LogLevel.Info, $"{_path}: no other value that may change now");
            return;
        }

        foreach ((string key, string place) in plan.Places) _trail.SetPlace(key, place);
        if (plan.Pause is { } pause) SetPause(pause);
        string from = plan.Changes.Count == 0 ? string.Empty : Apply(plan.Changes);
        foreach (string taken in plan.Taken) _tell(LogLevel.Info, $"{taken}{from}");
    }

    private void SetPause(bool isPaused)
    {
        TradingState from = isPaused ? TradingState.Active : TradingState.Reducing;
        if (_gate.State == from) _gate.TogglePause();
        _tell(LogLevel.Warning, $"trading: {_gate.State}");
    }

    /// <summary>Hands the changes over and waits until the engine says from where on they are in force.</summary>
    private string Apply(IReadOnlyList<SettingChange> changes)
    {
        int before = _trail.Applied.Count;
        byte[] frame = SettingText.Write(changes);
        long untilMs = Environment.TickCount64 + InForceMs;
        bool isPosted = false;
        while (!_isEnding && Environment.TickCount64 < untilMs)
        {
            isPosted = isPosted || _post(frame);
            IReadOnlyList<AppliedSetting> applied = _trail.Applied;
            if (applied.Count >= before + changes.Count)
                return $", in force after event {applied[before + changes.Count - 1].Sequence}";
            Thread.Sleep(5);
        }

        return isPosted ? ", handed to the feed, not in force yet" : ", NOT in force: the feed takes nothing";
    }

    /// <summary>A pipe may have been read at the start; reading it again would wait for whoever writes to it.</summary>
    private void TellEmpty(bool isFirst)
    {
        string what = $"{_path}: it is empty, or no plain file";
        if (isFirst) _tell(LogLevel.Info, $"{what}; changes of it are not followed");
        else _tell(LogLevel.Error, $"{what}; nothing was changed");
    }

    private (DateTime Time, long Bytes) Stamp() =>
        WrittenFile.Find(_path) is { } file ? (file.LastWriteTimeUtc, file.Length) : default;
}
