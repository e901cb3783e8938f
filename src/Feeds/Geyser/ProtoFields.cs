using System;

namespace LowLatency.Feeds.Geyser;

/// <summary>
/// Members of a small well-formed message by number, for answers off the hot path; of several the last one counts.
/// </summary>
internal readonly record struct ProtoFields(byte[] Message)
{
    /// <summary>A number; 0 if absent or not a number.</summary>
    public ulong Number(uint field)
    {
        ulong result = 0;
        ProtoReader reader = new(Message);
        while (!reader.IsAtEnd && reader.TryReadTag(out uint tag))
        {
            bool isWanted = tag == ProtoReader.Tag(field, WireType.Varint);
            if (!(isWanted ? reader.TryReadVarint(out result) : reader.TrySkip(tag))) break;
        }

        return result;
    }

    /// <summary>Bytes; empty if absent or not bytes.</summary>
    public ReadOnlySpan<byte> Bytes(uint field)
    {
        ReadOnlySpan<byte> result = default;
        ProtoReader reader = new(Message);
        while (!reader.IsAtEnd && reader.TryReadTag(out uint tag))
        {
            bool isWanted = tag == ProtoReader.Tag(field, WireType.Bytes);
            if (!(isWanted ? reader.TryReadBytes(out result) : reader.TrySkip(tag))) break;
        }

        return result;
    }
}
