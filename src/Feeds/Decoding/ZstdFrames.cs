using System;
using System.Runtime.InteropServices;
using ZstdSharp.Unsafe;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Account data that a node has compressed (<c>base64+zstd</c>): one Zstandard frame and nothing behind it, into
/// exactly as many bytes as the account is said to have. Nothing a frame says is believed: neither its size nor its
/// window reserves memory, and what would be longer than its place is refused where it would leave it.
/// Owner: one thread at a time. Bound: one context of 96 KB, outside the collector's heap, made at the first frame.
/// Source: RFC 8878 section 3.1.1; agave b64857b5 account-decoder lib.rs (UiAccountEncoding::Base64Zstd: a stream
/// encoder, so no content size and no checksum).
/// </summary>
internal sealed unsafe class ZstdFrames
{
    private const uint Magic = 0xFD2FB528;

    private ZSTD_DCtx_s* _context;

    /// <summary>Frees the context.</summary>
    ~ZstdFrames()
    {
        // SAFETY: null or a context of ours; nobody decodes any more.
        if (_context != null) _ = Methods.ZSTD_freeDCtx(_context);
    }

    /// <summary>Memory of the context; 0 before the first frame.</summary>
    // SAFETY: null or a context of ours; the library takes null.
    internal nuint ContextBytes => Methods.ZSTD_sizeof_DCtx(_context);

    /// <summary>Fills all of <paramref name="data"/>; any cause but none leaves it undefined.</summary>
    public DecodeCause Decode(ReadOnlySpan<byte> frame, Span<byte> data)
    {
        // A frame that is skipped has another mark, and so have those of old formats.
        if (frame.Length < sizeof(uint) || MemoryMarshal.Read<uint>(frame) != Magic) return DecodeCause.BadZstd;
        if (_context == null) _context = Methods.ZSTD_createDCtx();
        if (_context == null) return DecodeCause.BadZstd; // no memory for it
        // SAFETY: both are pinned for the call, lengths as the spans say; the library writes inside the target only.
        fixed (byte* source = frame)
        fixed (byte* target = data)
        {
            nuint length = (nuint)frame.Length;
            // An error is a number near the largest, so it is another length too.
            if (Methods.ZSTD_findFrameCompressedSize(source, length) != length) return DecodeCause.BadZstd;
            nuint written = Methods.ZSTD_decompressDCtx(_context, target, (nuint)data.Length, source, length);
            GC.KeepAlive(this); // or the finalizer might free the context in use
            if (written == (nuint)data.Length) return DecodeCause.None;
            bool isOtherSize = !Methods.ZSTD_isError(written)
                || Methods.ZSTD_getErrorCode(written) == ZSTD_ErrorCode.ZSTD_error_dstSize_tooSmall;
            return isOtherSize ? DecodeCause.SizeMismatch : DecodeCause.BadZstd;
        }
    }
}
