using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Which endpoint an HTTP exchange was with, where several endpoints' word is asked for: the id of a request holds the
/// number above its count, so that every recording of the exchange says it. A node gives the id back as it is; numbers
/// stay below 2^53, which any JSON library keeps exactly. Source: JSON-RPC 2.0 specification, section 4.
/// </summary>
internal static class ExchangeSource
{
    private const int Shift = 48;

    /// <summary>The id before an endpoint's first request.</summary>
    public static long FirstId(int source) => (long)source << Shift;

    /// <summary>The endpoint's number; 0 if the request names none.</summary>
    public static int Of(ulong requestId) =>
        requestId >> Shift <= BlockhashVoices.SourceMax ? (int)(requestId >> Shift) : 0;
}
