using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Bench.Floor;

/// <summary>A recorded account notification, with all that a floor may know of it beforehand.</summary>
/// <param name="Text">The message.</param>
/// <param name="DataAt">Where its base64 begins.</param>
/// <param name="DataLength">Characters of base64.</param>
/// <param name="Account">Number of its account, from 0.</param>
internal readonly record struct FloorMessage(byte[] Text, int DataAt, int DataLength, int Account)
{
    private static ReadOnlySpan<byte> Notification => "\"accountNotification\""u8;

    /// <summary>
    /// All account notifications of a JSON-RPC capture with base64 data, in their order. Copies from two connections
    /// have one account's number where their bytes say so. <paramref name="leftOut"/> counts those of which there is
    /// no base64 to decode: of another encoding, or damaged.
    /// </summary>
    /// <exception cref="CommandException">The capture cannot be read, or it has none.</exception>
    internal static List<FloorMessage> ReadAll(string path, out int leftOut)
    {
        using CaptureReader? reader = CaptureReader.Open(path, new CaptureReaderOptions(), out CaptureFault? fault);
        if (reader is null) throw CommandException.Of(fault!);
        List<FloorMessage> messages = [];
        Dictionary<(byte, ulong), int> bySubscription = [];
        Dictionary<string, int> byData = new(StringComparer.Ordinal);
        int accounts = 0;
        leftOut = 0;
        while (reader.TryRead(out CaptureFrame frame))
        {
            if (frame.Kind != CaptureFrameKind.Message || frame.Bytes.IndexOf(Notification) < 0) continue;
            byte[] text = frame.Bytes.ToArray();
            if (!TryFind(text, out ulong subscription, out string data, out int dataAt))
            {
                leftOut++;
                continue;
            }

            if (!bySubscription.TryGetValue((frame.EndpointId, subscription), out int account))
            {
                if (!byData.TryGetValue(data, out account)) account = accounts++;
                bySubscription.Add((frame.EndpointId, subscription), account);
            }

            byData.TryAdd(data, account);
            messages.Add(new FloorMessage(text, dataAt, data.Length, account));
        }

        if (reader.Fault is not null) throw CommandException.Of(reader.Fault);
        if (messages.Count != 0) return messages;
        throw new CommandException(
            $"--floor: {path} holds no accountNotification with base64 data: give a JSON-RPC capture",
            ExitCodes.BadData);
    }

    private static bool TryFind(byte[] text, out ulong subscription, out string data, out int dataAt)
    {
        (subscription, data, dataAt) = (0, string.Empty, 0);
        try
        {
            using JsonDocument message = JsonDocument.Parse(text);
            JsonElement parameters = message.RootElement.GetProperty("params");
            subscription = parameters.GetProperty("subscription").GetUInt64();
            JsonElement field = parameters.GetProperty("result").GetProperty("value").GetProperty("data");
            if (field[1].GetString() != "base64") return false;
            data = field[0].GetString()!;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException or IndexOutOfRangeException)
        {
            return false;
        }

        byte[] characters = Encoding.ASCII.GetBytes(data);
        dataAt = text.AsSpan().IndexOf(characters);
        return dataAt >= 0 && Base64.IsValid(characters);
    }
}
