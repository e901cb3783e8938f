namespace LowLatency.Feeds.Dispatch;

/// <summary>How far a feed has come.</summary>
/// <param name="FileBytesRead">Bytes of the file read.</param>
/// <param name="FileBytes">Size of the file.</param>
/// <param name="Frames">Frames (lines) replayed.</param>
/// <param name="Events">Events published.</param>
/// <param name="Slot">Highest slot of a frame so far; 0 if none.</param>
/// <param name="CaptureUtcNs">Receive time of the last frame, unix nanoseconds.</param>
/// <param name="IsEnd">True in the last report: a small file is read whole long before.</param>
public readonly record struct FeedProgress(
    long FileBytesRead, long FileBytes, long Frames, long Events, ulong Slot, long CaptureUtcNs, bool IsEnd = false);
