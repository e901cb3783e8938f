using System.Collections.Generic;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>Short names of a few well-known mints, for people; any other mint is shown by its first and last characters.</summary>
internal static class MintName
{
    private static readonly Dictionary<Pubkey, string> Known = new()
    {
        [ProgramIds.WrappedSolMint] = "SOL",
        [Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")] = "USDC",
        [Pubkey.Parse("Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB")] = "USDT",
        [Pubkey.Parse("mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So")] = "mSOL",
        [Pubkey.Parse("J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn")] = "JitoSOL",
        [Pubkey.Parse("DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")] = "BONK",
        [Pubkey.Parse("JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN")] = "JUP",
        [Pubkey.Parse("orcaEKTdK7LKz57vaAYr9QeNsVEPfiu6QeMU1kektZE")] = "ORCA",
    };

    public static string Of(in Pubkey mint)
    {
        if (Known.TryGetValue(mint, out string? name)) return name;
        string text = mint.ToString();
        return $"{text[..4]}..{text[^4..]}";
    }
}
