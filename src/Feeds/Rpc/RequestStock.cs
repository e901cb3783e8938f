using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text.Json;

namespace LowLatency.Feeds.Rpc;

/// <summary>The text of one JSON-RPC request, written into a buffer that is used again. One call at a time.</summary>
internal sealed class RequestText
{
    /// <summary>Room for the largest request of 100 keys.</summary>
    private const int FirstBytes = 8192;

    private readonly ArrayBufferWriter<byte> _buffer = new(FirstBytes);
    private readonly Utf8JsonWriter _writer;

    public RequestText() => _writer = new Utf8JsonWriter(_buffer);

    /// <summary>The text; valid until the next is written.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.WrittenMemory;

    /// <summary>Writes a request over the last one.</summary>
    public void Write(string method, ulong id, Action<Utf8JsonWriter>? writeParameters)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString("jsonrpc", "2.0");
        _writer.WriteNumber("id", id);
        _writer.WriteString("method", method);
        if (writeParameters is not null)
        {
            _writer.WriteStartArray("params");
            writeParameters(_writer);
            _writer.WriteEndArray();
        }

        _writer.WriteEndObject();
        _writer.Flush();
    }
}

/// <summary>Requests that were answered, to be written again. Any thread. Bound: as many as calls at once.</summary>
internal sealed class RequestStock
{
    private readonly Stack<RequestText> _idle = new();

    public RequestText Take()
    {
        lock (_idle) return _idle.TryPop(out RequestText? one) ? one : new RequestText();
    }

    public void Return(RequestText one)
    {
        lock (_idle) _idle.Push(one);
    }
}
