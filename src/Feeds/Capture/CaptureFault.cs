using System.Globalization;

namespace LowLatency.Feeds.Capture;

/// <summary>What is wrong with a capture.</summary>
public enum CaptureFaultKind : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There is no such file.</summary>
    FileMissing = 1,

    /// <summary>The file cannot be opened or read.</summary>
    Unreadable = 2,

    /// <summary>The file is empty.</summary>
    Empty = 3,

    /// <summary>The file is no capture of a known kind.</summary>
    WrongMagic = 4,

    /// <summary>A binary capture of another version.</summary>
    UnknownVersion = 5,

    /// <summary>The header of a binary capture is damaged.</summary>
    CorruptHeader = 6,

    /// <summary>The gzip stream ends early.</summary>
    TruncatedGzip = 7,

    /// <summary>The gzip stream is damaged.</summary>
    CorruptGzip = 8,

    /// <summary>A line is no JSON or lacks a member.</summary>
    BadLine = 9,

    /// <summary>A line or frame is longer than allowed.</summary>
    TooLong = 10,

    /// <summary>A frame's checksum or kind is wrong.</summary>
    CorruptFrame = 11,

    /// <summary>The file ends inside a frame, as after a crash of the recorder.</summary>
    TruncatedFrame = 12,

    /// <summary>The file that maps subscription ids to accounts is missing or wrong.</summary>
    BadSubscriptions = 13,

    /// <summary>The file to write exists or cannot be written.</summary>
    Unwritable = 14,
}

/// <summary>
/// Why a capture could not be opened or read on. Everything before <see cref="OffsetBytes"/> was delivered.
/// </summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Path">File.</param>
/// <param name="Line">Line, from 1; 0 if the file has no lines.</param>
/// <param name="OffsetBytes">Where in the (uncompressed) file the first bytes that could not be used begin.</param>
/// <param name="Message">What is wrong, in words.</param>
/// <param name="Fix">What to do about it.</param>
public sealed record CaptureFault(
    CaptureFaultKind Kind, string Path, long Line, long OffsetBytes, string Message, string Fix)
{
    /// <summary>One line: where, what, fix.</summary>
    public override string ToString()
    {
        bool isOfFile = Kind is CaptureFaultKind.FileMissing or CaptureFaultKind.Unreadable or CaptureFaultKind.Empty
            or CaptureFaultKind.Unwritable or CaptureFaultKind.BadSubscriptions;
        string place = isOfFile || (Kind == CaptureFaultKind.TooLong && Line == 0 && OffsetBytes == 0)
            ? string.Empty
            : Line > 0
                ? string.Create(CultureInfo.InvariantCulture, $", line {Line} (byte {OffsetBytes})")
                : string.Create(CultureInfo.InvariantCulture, $", byte {OffsetBytes}");
        return $"{Path}{place}: {Message}. {Fix}.";
    }
}
