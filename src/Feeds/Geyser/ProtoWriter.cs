using System;
using System.Buffers;
using System.Text;

namespace LowLatency.Feeds.Geyser;

/// <summary>Writes protobuf fields in the order of its calls. For requests: it allocates as it grows.</summary>
internal sealed class ProtoWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>A number; written even if it is 0, for optional members.</summary>
    public ProtoWriter Number(uint field, ulong value)
    {
        Varint(ProtoReader.Tag(field, WireType.Varint));
        Varint(value);
        return this;
    }

    /// <summary>Bytes, or a message of its own.</summary>
    public ProtoWriter Bytes(uint field, ReadOnlySpan<byte> value)
    {
        Varint(ProtoReader.Tag(field, WireType.Bytes));
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>Text in UTF-8.</summary>
    public ProtoWriter Text(uint field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message of its own.</summary>
    public ProtoWriter Message(uint field, ProtoWriter value) => Bytes(field, value._bytes.WrittenSpan);

    /// <summary>An entry of a map with text keys: a message with key 1 and value 2.</summary>
    public ProtoWriter MapEntry(uint field, string key, ProtoWriter value) =>
        Message(field, new ProtoWriter().Text(1, key).Message(2, value));

    private void Varint(ulong value)
    {
        Span<byte> digits = _bytes.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7) digits[length++] = (byte)(value | 0x80);
        digits[length++] = (byte)value;
        _bytes.Advance(length);
    }
}
