namespace LowLatency.Feeds.Rpc;

/// <summary>
/// How account data is asked for. Source: agave b64857b5 account-decoder-client-types UiAccountEncoding.
/// </summary>
internal static class AccountEncodingText
{
    /// <summary>The encoding's name.</summary>
    public static string Of(bool isCompressed) => isCompressed ? "base64+zstd" : "base64";
}
