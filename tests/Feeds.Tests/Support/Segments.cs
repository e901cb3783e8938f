using System.Buffers;

namespace LowLatency.Feeds.Tests.Support;

/// <summary>Sequences of several segments.</summary>
internal static class Segments
{
    public static ReadOnlySequence<byte> Of(params byte[][] parts)
    {
        Segment first = new(parts[0], null);
        Segment last = first;
        for (int i = 1; i < parts.Length; i++) last = new Segment(parts[i], last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? previous)
        {
            Memory = bytes;
            if (previous is null) return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
