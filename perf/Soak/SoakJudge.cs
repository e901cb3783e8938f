using System;
using System.Collections.Generic;
using System.Globalization;

namespace LowLatency.Soak;

/// <summary>Judges the seconds after the warm-up.</summary>
internal sealed class SoakJudge
{
    /// <summary>
    /// The highest value of a half, not its mean: collections make it a saw, and what leaks raises the saw's peaks.
    /// </summary>
    public const string FlatRule = "the highest of the second half of the run is at most 2 % above that of the first";

    public const string QuietRule =
        "0 B a frame on feed and reading threads in seconds without a connection's or a cover's end";

    private const double GrowthMax = 1.02;

    private readonly List<double> _rss = [];
    private bool _wasQuiet;
    private long _frames;
    private long _feedBytes;
    private long _readBytes;
    private int _quietSeconds;

    public bool IsFlat => _rss.Count >= 4 && Peak(second: true) <= Peak(second: false) * GrowthMax;

    public bool IsFree => _frames > 0 && _feedBytes == 0 && _readBytes == 0;

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
        $"RSS after warm-up, highest: {Peak(second: false):F1} MiB, then {Peak(second: true):F1} MiB; slope of the "
        + $"second half {Slope():F2} MiB/min. Quiet seconds {_quietSeconds} of {_rss.Count}, {_frames} frames: "
        + $"{_feedBytes} B on the feed thread, {_readBytes} B on the reading threads");

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
