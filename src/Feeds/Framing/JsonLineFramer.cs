using System.Buffers;

namespace LowLatency.Feeds.Framing;

/// <summary>
/// Cuts lines off a sequence of bytes (JSONL). Contract: on <see cref="FrameStatus.Frame"/> the sequence begins behind
/// the line and its end mark; else it is untouched and was examined to its end. Owner: one reader.
/// Bound: <see cref="MaxLineBytes"/>; a longer line is refused, not buffered.
/// </summary>
public struct JsonLineFramer
{
    /// <summary>Longest line: an answer of a node to getProgramAccounts may be tens of megabytes.</summary>
    public const int MaxLineBytes = 256 << 20;

    /// <summary>Bytes at the front that are known to hold no end mark, so that a long line is searched once.</summary>
    private long _searchedBytes;

    /// <summary>
    /// Cuts the next line off, without LF or CR LF. At the end of the input (<paramref name="isCompleted"/>) a last
    /// line may lack its end mark.
    /// </summary>
    public FrameStatus TryRead(ref ReadOnlySequence<byte> buffer, bool isCompleted, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (_searchedBytes > buffer.Length) _searchedBytes = 0;
        ReadOnlySequence<byte> unsearched = buffer.Slice(_searchedBytes);
        System.SequencePosition? mark = unsearched.PositionOf((byte)'\n');
        if (mark is null)
        {
            _searchedBytes = buffer.Length;
            if (buffer.Length > MaxLineBytes) return FrameStatus.TooLong;
            if (!isCompleted || buffer.IsEmpty) return FrameStatus.NeedMore;
            line = buffer;
            buffer = buffer.Slice(buffer.End);
        }
        else
        {
            line = buffer.Slice(0, mark.Value);
            if (line.Length > MaxLineBytes) return FrameStatus.TooLong;
            buffer = buffer.Slice(buffer.GetPosition(1, mark.Value));
        }

        _searchedBytes = 0;
        line = TrimCarriageReturn(line);
        return FrameStatus.Frame;
    }

    private static ReadOnlySequence<byte> TrimCarriageReturn(in ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty) return line;
        ReadOnlySequence<byte> last = line.Slice(line.Length - 1);
        return last.FirstSpan[0] == (byte)'\r' ? line.Slice(0, line.Length - 1) : line;
    }
}
