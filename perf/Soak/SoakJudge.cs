using System;
using System.Collections.Generic;
using System.Globalization;

namespace LowLatency.Soak;

/// <summary>Judges the seconds after the warm-up.</summary>
internal sealed class SoakJudge
{
    /// <summary>
    /// Peaks, because what leaks raises them. Some 20 KB of garbage a second (reconnects, requests) lie for minutes
    /// until they fill the youngest generation's budget, and the run is too short to see that saw's teeth; so a full
    /// collection is made after the warm-up, in the middle and at the end, and what it leaves must not grow either.
    /// </summary>
    public const string FlatRule = "highest of the second half at most 2 % above that of the first half after the "
        + "warm-up, and managed bytes left by a full collection at the end at most 2 % above those after the warm-up";

    public const string QuietRule =
        "0 B a frame on feed and reading threads in seconds without a connection's or a cover's end";

    private const double GrowthMax = 1.02;

    private readonly List<double> _rss = [];
    private readonly List<(double Rss, double Managed)> _retained = [];
    private bool _wasQuiet;
    private long _frames;
    private long _feedBytes;
    private long _readBytes;
    private int _quietSeconds;

    public bool IsFlat => _retained.Count == 3 && Peak(second: true) <= Peak(second: false) * GrowthMax
        && _retained[2].Managed <= _retained[0].Managed * GrowthMax;

    public bool IsFree => _frames > 0 && _feedBytes == 0 && _readBytes == 0;

    /// <summary>Collects everything and looks: after the warm-up, in the middle, at the end.</summary>
    public void LookAtRetained()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        _retained.Add((SoakSample.ReadRssMebibytes(), GC.GetTotalMemory(false) / 1048576.0));
    }

    /// <summary>A second that has passed.</summary>
    public void Add(in SoakSample before, in SoakSample now)
    {
        _rss.Add(now.RssMebibytes);
        bool isQuiet = before.Opens == now.Opens && before.Losses == now.Losses && before.Doubtful + now.Doubtful == 0;
        if (isQuiet && _wasQuiet)
        {
            _quietSeconds++;
            _frames += now.Frames - before.Frames;
            _feedBytes += now.FeedBytes - before.FeedBytes;
            _readBytes += now.ReadBytes - before.ReadBytes;
        }

        _wasQuiet = isQuiet;
    }

    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"After a full collection (after warm-up, middle, end), RSS and managed MiB: {string.Join(", ", Retained())}\n"
        + $"RSS peaks of the halves: {Peak(second: false):F1} MiB, then {Peak(second: true):F1} MiB; slope of the "
        + $"second half {Slope():F2} MiB/min. Quiet seconds {_quietSeconds} of {_rss.Count}, {_frames} frames: "
        + $"{_feedBytes} B on the feed thread, {_readBytes} B on the reading threads");

    private IEnumerable<string> Retained()
    {
        foreach ((double rss, double managed) in _retained)
            yield return string.Create(CultureInfo.InvariantCulture, $"{rss:F1} and {managed:F1}");
    }

    private double Peak(bool second)
    {
        double peak = 0;
        int middle = _rss.Count / 2;
        for (int i = second ? middle : 0; i < (second ? _rss.Count : middle); i++) peak = Math.Max(peak, _rss[i]);
        return peak;
    }

    /// <summary>Least squares over the second half, a sample a second.</summary>
    private double Slope()
    {
        int first = _rss.Count / 2;
        int n = _rss.Count - first;
        double meanX = (n - 1) / 2.0;
        double meanY = 0;
        for (int i = 0; i < n; i++) meanY += _rss[first + i] / n;
        double over = 0;
        double under = 0;
        for (int i = 0; i < n; i++)
        {
            over += (i - meanX) * (_rss[first + i] - meanY);
            under += (i - meanX) * (i - meanX);
        }

        return under == 0 ? 0 : over / under * 60;
    }
}
