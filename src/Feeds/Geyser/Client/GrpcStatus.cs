using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace LowLatency.Feeds.Geyser.Client;

/// <summary>How a gRPC call ended, as the server says.</summary>
/// <remarks>Source: github.com/grpc/grpc doc/statuscodes.md.</remarks>
public enum GrpcCode
{
    /// <summary>Success.</summary>
    Ok = 0,

    /// <summary>Cancelled, usually by the caller.</summary>
    Cancelled = 1,

    /// <summary>No other code fits.</summary>
    Unknown = 2,

    /// <summary>The request is wrong whatever the server's state.</summary>
    InvalidArgument = 3,

    /// <summary>Too late.</summary>
    DeadlineExceeded = 4,

    /// <summary>Not there.</summary>
    NotFound = 5,

    /// <summary>There already.</summary>
    AlreadyExists = 6,

    /// <summary>The token may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>Not in this state of the server.</summary>
    FailedPrecondition = 9,

    /// <summary>Aborted.</summary>
    Aborted = 10,

    /// <summary>Beyond a range, as a slot that is not kept any more.</summary>
    OutOfRange = 11,

    /// <summary>The server has no such method.</summary>
    Unimplemented = 12,

    /// <summary>The server failed; Yellowstone also says so to a client that reads too slowly.</summary>
    Internal = 13,

    /// <summary>Not now; try again.</summary>
    Unavailable = 14,

    /// <summary>Data was lost.</summary>
    DataLoss = 15,

    /// <summary>No token, or a wrong one.</summary>
    Unauthenticated = 16,
}

/// <summary>A gRPC status.</summary>
/// <param name="Code">Code.</param>
/// <param name="Message">The server's words, percent-decoded; empty if none.</param>
public readonly record struct GrpcStatus(GrpcCode Code, string Message)
{
    private const int MaxMessageChars = 500;

    /// <summary>
    /// The status in trailers, or in the headers of an answer without body; null if there is none. A code that is not
    /// known counts as <see cref="GrpcCode.Unknown"/>.
    /// Source: github.com/grpc/grpc doc/PROTOCOL-HTTP2.md, Trailers.
    /// </summary>
    public static GrpcStatus? Read(HttpHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        string? code = First(headers, "grpc-status");
        if (code is null) return null;
        bool isKnown = int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            && value <= (int)GrpcCode.Unauthenticated;
        return new GrpcStatus(
            isKnown ? (GrpcCode)value : GrpcCode.Unknown, Decode(First(headers, "grpc-message") ?? string.Empty));
    }

    /// <summary>Resolves %XX; anything else stays as it is, and control characters become spaces.</summary>
    internal static string Decode(string text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1])
                && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes[count++] = byte.Parse(
                    text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else
            {
                count += Encoding.UTF8.GetBytes(text.AsSpan(i, 1), bytes.AsSpan(count));
            }
        }

        StringBuilder result = new(Encoding.UTF8.GetString(bytes, 0, count));
        for (int i = 0; i < result.Length; i++)
        {
            if (char.IsControl(result[i])) result[i] = ' ';
        }

        return result.Length <= MaxMessageChars ? result.ToString() : result.ToString(0, MaxMessageChars);
    }

    private static string? First(HttpHeaders headers, string name)
    {
        if (!headers.TryGetValues(name, out IEnumerable<string>? values)) return null;
        foreach (string value in values) return value;
        return null;
    }
}
