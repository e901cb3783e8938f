using System.Globalization;
using System.IO;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>One line of progress on stderr.</summary>
internal static class ReplayProgressLine
{
    public static void Write(ReplayProgress progress, TextWriter errors)
    {
        double share = progress.FileBytes == 0 ? 0 : 100.0 * progress.FileBytesRead / progress.FileBytes;
        errors.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"replay {share,3:F0} %  slot {progress.Slot}  {progress.Events:N0} events"));
    }
}
