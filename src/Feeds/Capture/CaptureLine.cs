using System;
using System.Buffers;
using System.Buffers.Text;
using System.Numerics;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Capture;

/// <summary>Outcome of reading a line.</summary>
internal enum CaptureLineStatus : byte
{
    /// <summary>A frame with receive time.</summary>
    Frame = 0,

    /// <summary>A bare JSON-RPC message.</summary>
    BareMessage = 1,

    /// <summary>Not a line of a capture.</summary>
    Bad = 2,
}

/// <summary>
/// One line of a JSONL capture taken apart; the texts are resolved into buffers that grow to the longest line.
/// </summary>
internal sealed class CaptureLine
{
    [Flags]
    private enum Seen
    {
        None = 0,
        Time = 1,
        Endpoint = 2,
        Kind = 4,
        Message = 8,
        HttpRequest = 16,
        Asked = 32,
        Binary = 64,
    }

    private byte[] _message = new byte[1 << 14];
    private byte[] _request = new byte[1 << 12];
    private byte[] _details = new byte[1 << 10];
    private int _detailsLength;
    private int _messageLength;
    private int _requestLength;

    /// <summary>What the frame holds.</summary>
    public CaptureFrameKind Kind { get; private set; }

    /// <summary>Endpoint.</summary>
    public byte EndpointId { get; private set; }

    /// <summary>Receive time, unix nanoseconds.</summary>
    public long ReceiveUtcNs { get; private set; }

    /// <summary>HTTP: time asked, unix nanoseconds.</summary>
    public long AskedUtcNs { get; private set; }

    /// <summary>What is wrong with a bad line.</summary>
    public string Problem { get; private set; } = string.Empty;

    /// <summary>The message, or the details of an open or close.</summary>
    public ReadOnlySpan<byte> Message => Kind is CaptureFrameKind.Open or CaptureFrameKind.Close
        ? _details.AsSpan(0, _detailsLength)
        : _message.AsSpan(0, _messageLength);

    /// <summary>HTTP: the request.</summary>
    public ReadOnlySpan<byte> HttpRequest => _request.AsSpan(0, _requestLength);

    /// <summary>Reads a line.</summary>
    public CaptureLineStatus Parse(ReadOnlySpan<byte> line)
    {
        Kind = CaptureFrameKind.Message;
        AskedUtcNs = 0;
        _messageLength = 0;
        _requestLength = 0;
        _detailsLength = 0;
        Seen seen = Seen.None;
        JsonCursor cursor = new(line);
        if (!cursor.TryEnterObject()) return Bad("the line is no JSON object");
        bool isFirst = true;
        while (true)
        {
            bool hasMember = cursor.NextMember(ref isFirst, out JsonText name);
            if (!hasMember) break;
            if (name.Is("jsonrpc"u8)) return CaptureLineStatus.BareMessage;
            Seen member = Recognise(name);
            if ((seen & member) != 0) return Bad("a member stands twice");
            seen |= member;
            int valueStart = cursor.Position;
            if (!ReadMember(ref cursor, member))
            {
                return Bad(cursor.Failed ? "the line is not JSON" : "a member has the wrong type");
            }

            if (member == Seen.None)
            {
                AppendDetail(name.Raw, line[valueStart..cursor.Position]);
            }
        }

        if (!cursor.IsAtEnd()) return Bad("the line is not JSON");
        return Check(seen);
    }

    private static Seen Recognise(in JsonText name)
    {
        if (name.Is("t"u8)) return Seen.Time;
        if (name.Is("ep"u8)) return Seen.Endpoint;
        if (name.Is("m"u8)) return Seen.Message;
        if (name.Is("k"u8)) return Seen.Kind;
        if (name.Is("b"u8)) return Seen.Binary;
        if (name.Is("req"u8)) return Seen.HttpRequest;
        return name.Is("t0"u8) ? Seen.Asked : Seen.None;
    }

    private static bool Resolve(in JsonText text, ref byte[] buffer, out int length)
    {
        if (buffer.Length < text.Raw.Length)
        {
            buffer = new byte[BitOperations.RoundUpToPowerOf2((uint)text.Raw.Length)];
        }

        return text.TryUnescape(buffer, out length);
    }

    private bool ReadMember(ref JsonCursor cursor, Seen member)
    {
        ulong number;
        JsonText text;
        switch (member)
        {
            case Seen.Time:
                if (!cursor.TryReadUInt64(out number) || number > long.MaxValue) return false;
                ReceiveUtcNs = (long)number;
                return true;
            case Seen.Asked:
                if (!cursor.TryReadUInt64(out number) || number > long.MaxValue) return false;
                AskedUtcNs = (long)number;
                return true;
            case Seen.Endpoint:
                if (!cursor.TryReadUInt64(out number) || number > byte.MaxValue) return false;
                EndpointId = (byte)number;
                return true;
            case Seen.Message:
                return cursor.TryReadString(out text) && Resolve(text, ref _message, out _messageLength);
            case Seen.Binary:
                return cursor.TryReadString(out text) && Resolve(text, ref _message, out _messageLength)
                    && Base64.DecodeFromUtf8InPlace(_message.AsSpan(0, _messageLength), out _messageLength)
                        == OperationStatus.Done;
            case Seen.HttpRequest:
                return cursor.TryReadString(out text) && Resolve(text, ref _request, out _requestLength);
            case Seen.Kind:
                if (!cursor.TryReadString(out text)) return false;
                Kind = text.Is("open"u8) ? CaptureFrameKind.Open
                    : text.Is("close"u8) ? CaptureFrameKind.Close
                    : text.Is("req"u8) ? CaptureFrameKind.Request
                    : text.Is("http"u8) ? CaptureFrameKind.Http
                    : text.Is("settings"u8) ? CaptureFrameKind.Settings : CaptureFrameKind.None;
                return true;
            default:
                return cursor.SkipValue();
        }
    }

    private CaptureLineStatus Check(Seen seen)
    {
        if ((seen & Seen.Time) == 0) return Bad("the line has no receive time `t`");
        if ((seen & Seen.Endpoint) == 0) return Bad("the line has no endpoint `ep`");
        Seen message = seen & (Seen.Message | Seen.Binary);
        if (message == (Seen.Message | Seen.Binary)) return Bad("the line has a message `m` and bytes `b`");
        switch (Kind)
        {
            case CaptureFrameKind.None:
                return Bad("the line's kind `k` is none of open, close, req, http, settings");
            case CaptureFrameKind.Open or CaptureFrameKind.Close:
                if (_detailsLength == 0) _details[_detailsLength++] = (byte)'{';
                _details[_detailsLength++] = (byte)'}';
                return CaptureLineStatus.Frame;
            case CaptureFrameKind.Http when (seen & Seen.HttpRequest) == 0:
                return Bad("an http line has no request `req`");
            default:
                return message == Seen.None ? Bad("the line has no message `m`") : CaptureLineStatus.Frame;
        }
    }

    /// <summary>Members that are not the frame's own (url, code, reason) are kept as a JSON object.</summary>
    private void AppendDetail(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        value = value.Trim(" \t"u8);
        int needed = _detailsLength + name.Length + value.Length + 5;
        if (needed > _details.Length) Array.Resize(ref _details, (int)BitOperations.RoundUpToPowerOf2((uint)needed));
        Append(_detailsLength == 0 ? "{\""u8 : ",\""u8);
        Append(name);
        Append("\":"u8);
        Append(value);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_details.AsSpan(_detailsLength));
        _detailsLength += bytes.Length;
    }

    private CaptureLineStatus Bad(string problem)
    {
        Problem = problem;
        return CaptureLineStatus.Bad;
    }
}
