using System;
using System.Buffers;
using System.Text.Json;

namespace LowLatency.Feeds.Rpc;

/// <summary>
/// The details of open and close frames as a capture keeps them. Source: docs/capture-format.md, kinds 4 and 5.
/// </summary>
public static class ConnectionDetails
{
    private const int DetailCharsMax = 150;

    /// <summary>Details of an open: the connection's name, which has no secrets.</summary>
    public static byte[] Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Write(writer => writer.WriteString("url", name));
    }

    /// <summary>Details of a close: code, cause and reason.</summary>
    public static byte[] Close(ConnectionEnd end)
    {
        string reason = end.Detail.Length <= DetailCharsMax ? end.Detail : end.Detail[..DetailCharsMax];
        return Write(writer =>
        {
            writer.WriteNumber("code", end.Code);
            writer.WriteString("cause", end.Cause.ToString());
            writer.WriteString("reason", reason);
        });
    }

    private static byte[] Write(Action<Utf8JsonWriter> fill)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        fill(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
