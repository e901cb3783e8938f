using System;

namespace LowLatency.Feeds.Capture;

/// <summary>Where frames of a recording go: the binary format or JSON lines.</summary>
public interface ICaptureSink : IDisposable
{
    /// <summary>Frames written.</summary>
    long Frames { get; }

    /// <summary>Appends a frame.</summary>
    void Write(in CaptureFrame frame);

    /// <summary>
    /// Hands everything written so far to the operating system, and to the disk if <paramref name="toDisk"/>.
    /// </summary>
    void Flush(bool toDisk);
}
