using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LowLatency.Feeds.Capture;
using LowLatency.TestNode.Hosting;

namespace LowLatency.TestNode.Tests.Support;

/// <summary>The bundled capture as text: what a node really (and here: in the maker's simulation) sent.</summary>
internal static class Captured
{
    public sealed record Frame(CaptureFrameKind Kind, int Endpoint, string Text, string Request);

    public static string Folder => Path.GetDirectoryName(SolanaNode.BundledCapture())!;

    public static List<Frame> Frames(int endpoint)
    {
        List<Frame> frames = [];
        using CaptureReader reader =
            CaptureReader.Open(SolanaNode.BundledCapture(), new CaptureReaderOptions(), out CaptureFault? fault)
            ?? throw new InvalidDataException($"{fault}");
        while (reader.TryRead(out CaptureFrame frame))
        {
            if (frame.EndpointId != endpoint) continue;
            string request = Encoding.UTF8.GetString(frame.HttpRequest);
            frames.Add(new Frame(frame.Kind, frame.EndpointId, Encoding.UTF8.GetString(frame.Bytes), request));
        }

        return frames;
    }

    public static List<JsonElement> TruthSlots()
    {
        using FileStream file = File.OpenRead(Path.Combine(Folder, "truth-slots.jsonl.gz"));
        using GZipStream unpacked = new(file, CompressionMode.Decompress);
        using StreamReader lines = new(unpacked);
        List<JsonElement> slots = [];
        while (lines.ReadLine() is { } line) slots.Add(JsonDocument.Parse(line).RootElement.Clone());
        return slots;
    }
}
