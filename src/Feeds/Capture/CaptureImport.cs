using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace LowLatency.Feeds.Capture;

/// <summary>Format that an import writes.</summary>
public enum CaptureTarget : byte
{
    /// <summary>The project's binary format.</summary>
    Binary = 0,

    /// <summary>JSON lines; gzipped if the name ends with .gz.</summary>
    JsonLines = 1,
}

/// <summary>What an import did.</summary>
/// <param name="Frames">Frames written.</param>
/// <param name="TargetBytes">Size of the file written.</param>
/// <param name="SourceFault">What ended the source early; the frames before it were written. Null if nothing.</param>
/// <param name="SubscriptionsPath">Copy of the file that names the source's subscription ids; null if none.</param>
public sealed record CaptureImportResult(
    long Frames, long TargetBytes, CaptureFault? SourceFault, string? SubscriptionsPath);

/// <summary>
/// Converts captures between JSON lines and the binary format; no content is lost either way. Order, times,
/// endpoints and texts stay, and so does the file beside a source that names its subscription ids; JSON lines have no
/// monotonic time and no config hash, so these are lost towards them.
/// </summary>
public static class CaptureImport
{
    /// <summary>
    /// Converts <paramref name="sourcePath"/>; null and a fault if nothing could be written. An existing target is
    /// never overwritten. If it is cancelled, the target holds the frames until then.
    /// </summary>
    public static CaptureImportResult? Run(
        string sourcePath,
        string targetPath,
        CaptureTarget target,
        CaptureReaderOptions options,
        out CaptureFault? fault,
        CancellationToken cancellation = default)
    {
        CaptureHeader? header = ScanHeader(sourcePath, options, out fault, cancellation);
        if (header is null) return null;
        using CaptureReader? reader = CaptureReader.Open(sourcePath, options, out fault);
        if (reader is null) return null;
        try
        {
            long frames;
            using (ICaptureSink sink = target == CaptureTarget.Binary
                ? CaptureWriter.Create(targetPath, header)
                : JsonLineCaptureWriter.Create(targetPath))
            {
                while (!cancellation.IsCancellationRequested && reader.TryRead(out CaptureFrame frame))
                    sink.Write(frame);
                frames = sink.Frames;
            }

            string? subscriptions = SubscriptionFile.CopyBeside(sourcePath, targetPath);
            return new CaptureImportResult(frames, new FileInfo(targetPath).Length, reader.Fault, subscriptions);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            fault = new CaptureFault(
                CaptureFaultKind.Unwritable, targetPath, 0, 0, error.Message.TrimEnd('.'),
                "Give a path that does not exist yet, in a folder that may be written");
            return null;
        }
    }

    /// <summary>The header for a target: the source's own, or one made of the addresses in its open frames.</summary>
    private static CaptureHeader? ScanHeader(
        string path, CaptureReaderOptions options, out CaptureFault? fault, CancellationToken cancellation)
    {
        using CaptureReader? reader = CaptureReader.Open(path, options, out fault);
        if (reader is null) return null;
        if (reader.Header is not null) return reader.Header;
        List<string> endpoints = [];
        long createdUtcNs = 0;
        while (!cancellation.IsCancellationRequested && reader.TryRead(out CaptureFrame frame))
        {
            if (reader.Frames == 1) createdUtcNs = frame.ReceiveUtcNs;
            while (endpoints.Count <= frame.EndpointId) endpoints.Add(string.Empty);
            if (frame.Kind != CaptureFrameKind.Open) continue;
            string address = CaptureDetails.ReadAddress(frame.Bytes);
            if (address.Length != 0) endpoints[frame.EndpointId] = address;
        }

        return new CaptureHeader { CreatedUtcNs = createdUtcNs, Endpoints = endpoints };
    }
}
