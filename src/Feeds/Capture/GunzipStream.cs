using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using LowLatency.Engine.Numerics;

namespace LowLatency.Feeds.Capture;

/// <summary>
/// Unpacks a gzip file of any number of members (<c>cat a.gz b.gz</c>, bgzip, pigz) and says if it is whole:
/// <see cref="GZipStream"/> takes a file that ends early for a complete one, and drops what stands behind a member
/// and is none. Reading throws <see cref="EndOfStreamException"/> if the file ends inside a member and
/// <see cref="InvalidDataException"/> if it is damaged, after what comes before was read. Owner: one reader.
/// Source: RFC 1952 section 2.3.
/// </summary>
public sealed class GunzipStream : ForwardStream
{
    private const int HeaderBytes = 10;
    private const int TrailerBytes = 8;
    private const byte HasHeaderCrc = 2;
    private const byte HasExtra = 4;
    private const byte HasName = 8;
    private const byte HasComment = 16;
    private const byte ReservedFlags = 0xE0;

    private readonly Window _window;
    private DeflateStream? _member;
    private uint _crc;
    private uint _size;
    private bool _hasMember;

    /// <summary>A stream over <paramref name="file"/>, which it closes.</summary>
    public GunzipStream(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _window = new Window(file);
    }

    /// <summary>True if the bytes begin as a gzip file does, whatever its name is.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);

    /// <summary>The content of <paramref name="file"/>, which can seek: unpacked if it is a gzip file.</summary>
    public static Stream OpenContent(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        Span<byte> head = stackalloc byte[2];
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return IsGzip(head[..length]) ? new GunzipStream(file) : file;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            if (_member is null && !TryBeginMember()) return 0;
            int length = _member!.Read(buffer);
            if (length == 0)
            {
                EndMember();
                continue;
            }

            _crc = Crc32.Append(_crc, buffer[..length]);
            _size += (uint)length;
            return length;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member?.Dispose();
            _window.Dispose();
        }

        base.Dispose(disposing);
    }

    private static EndOfStreamException EndsEarly() => new("the gzip stream ends early (its end mark is missing)");

    /// <summary>Reads a member's header; false at the end of the file, where zeros may fill it up.</summary>
    private bool TryBeginMember()
    {
        if (_hasMember) _window.SkipZeros();
        if (_hasMember && _window.Ahead(1).IsEmpty) return false;
        ReadOnlySpan<byte> head = _window.Ahead(HeaderBytes);
        // Method 8 is deflate, the only one there is.
        if (head.Length > 2 && (!IsGzip(head) || head[2] != 8))
            throw new InvalidDataException("behind the gzip stream stands what is none");
        if (head.Length < HeaderBytes) throw EndsEarly();
        byte flags = head[3];
        if ((flags & ReservedFlags) != 0) throw new InvalidDataException("the gzip header here is damaged");
        _window.Skip(HeaderBytes);
        if ((flags & HasExtra) != 0)
        {
            ReadOnlySpan<byte> length = _window.Ahead(sizeof(ushort));
            if (length.Length < sizeof(ushort)) throw EndsEarly();
            _window.Skip(sizeof(ushort) + BinaryPrimitives.ReadUInt16LittleEndian(length));
        }

        if ((flags & HasName) != 0) _window.SkipText();
        if ((flags & HasComment) != 0) _window.SkipText();
        if ((flags & HasHeaderCrc) != 0) _window.Skip(sizeof(ushort));
        _member = new DeflateStream(_window, CompressionMode.Decompress, leaveOpen: true);
        _crc = 0;
        _size = 0;
        _hasMember = true;
        return true;
    }

    /// <summary>Checks length and checksum, which stand behind the member.</summary>
    private void EndMember()
    {
        _member!.Dispose();
        _member = null;
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[sizeof(uint)..], _size);
        if (_window.TrySkipTo(trailer)) return;
        if (_window.IsUsedUp || !_window.IsWhole(trailer[sizeof(uint)..])) throw EndsEarly();
        throw new InvalidDataException("the checksum of the gzip stream is wrong");
    }

    /// <summary>
    /// The file as the inflater reads it. The inflater asks for more when it has used up what it got, so the end of a
    /// member is in the piece that it got last; where, tells the trailer, whose value is known by then.
    /// </summary>
    private sealed class Window(Stream file) : ForwardStream
    {
        private const int PieceBytes = 1 << 13;

        private readonly byte[] _bytes = new byte[4 * PieceBytes];
        private int _pieceStart;
        private int _next;
        private int _end;

        /// <summary>True if the inflater asked for more than the file has.</summary>
        public bool IsUsedUp { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            ReadOnlySpan<byte> piece = Ahead(1);
            piece = piece[..Math.Min(piece.Length, Math.Min(buffer.Length, PieceBytes))];
            piece.CopyTo(buffer);
            IsUsedUp = piece.IsEmpty;
            _pieceStart = _next;
            _next += piece.Length;
            return piece.Length;
        }

        /// <summary>What comes next: at least so many bytes (few), fewer only at the end of the file.</summary>
        public ReadOnlySpan<byte> Ahead(int count)
        {
            if (_end - _next < count)
            {
                // The piece given last stays, for the member's end may be in it.
                _bytes.AsSpan(_pieceStart, _end - _pieceStart).CopyTo(_bytes);
                _next -= _pieceStart;
                _end -= _pieceStart;
                _pieceStart = 0;
                _end += file.ReadAtLeast(_bytes.AsSpan(_end), count - (_end - _next), throwOnEndOfStream: false);
            }

            return _bytes.AsSpan(_next, _end - _next);
        }

        public void Skip(int count)
        {
            while (count > 0)
            {
                int length = Math.Min(count, Ahead(1).Length);
                if (length == 0) throw EndsEarly();
                SkipTo(_next + length);
                count -= length;
            }
        }

        /// <summary>Skips a text and the zero that ends it.</summary>
        public void SkipText()
        {
            int zero;
            while ((zero = Ahead(1).IndexOf((byte)0)) < 0) Skip(Math.Max(1, _end - _next));
            Skip(zero + 1);
        }

        public void SkipZeros()
        {
            int zeros;
            while ((zeros = Ahead(1).IndexOfAnyExcept((byte)0)) < 0 && _next < _end) SkipTo(_end);
            if (zeros > 0) SkipTo(_next + zeros);
        }

        /// <summary>Skips behind <paramref name="trailer"/>, which stands at or behind the end of the member.</summary>
        public bool TrySkipTo(ReadOnlySpan<byte> trailer)
        {
            int ahead = Math.Min(trailer.Length, Ahead(trailer.Length).Length);
            int end = _next + ahead;
            int found = _bytes.AsSpan(_pieceStart, end - _pieceStart).IndexOf(trailer);
            if (found >= 0) SkipTo(_pieceStart + found + trailer.Length);
            return found >= 0;
        }

        /// <summary>True if the file goes on behind the place of a trailer, or ends as the trailer does.</summary>
        public bool IsWhole(ReadOnlySpan<byte> size) =>
            Ahead(TrailerBytes + 1).Length > TrailerBytes || _bytes.AsSpan(0, _end).EndsWith(size);

        protected override void Dispose(bool disposing)
        {
            if (disposing) file.Dispose();
            base.Dispose(disposing);
        }

        private void SkipTo(int position)
        {
            _next = position;
            _pieceStart = position;
        }
    }
}
