using System;
using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost;

/// <summary>
/// Short names and decimals of a few well-known mints, for people only; any other mint is shown by its first and last
/// characters, and its amounts in tokens once its own account was seen (<see cref="NamedMint"/>).
/// </summary>
internal static class MintName
{
    // Source: the mints' own accounts on mainnet (decimals) and the token lists' symbols.
    private static readonly Dictionary<Pubkey, (string Name, int Decimals)> Known = new()
    {
        [ProgramIds.WrappedSolMint] = ("SOL", 9),
        [Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")] = ("USDC", 6),
        [Pubkey.Parse("Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB")] = ("USDT", 6),
        [Pubkey.Parse("mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So")] = ("mSOL", 9),
        [Pubkey.Parse("J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn")] = ("JitoSOL", 9),
        [Pubkey.Parse("DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263")] = ("BONK", 5),
        [Pubkey.Parse("JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN")] = ("JUP", 6),
        [Pubkey.Parse("orcaEKTdK7LKz57vaAYr9QeNsVEPfiu6QeMU1kektZE")] = ("ORCA", 6),
        [Pubkey.Parse("7vfCXTUXx5WJV5JADk17DUJ4ksgau7utNKj4b963voxs")] = ("ETH", 8),
        [Pubkey.Parse("3NZ9JMVBmGAqocybic2c7LQCKScmgYsZ6vQqTDzcqmJh")] = ("BTC", 8),
    };

    public static string Of(in Pubkey mint)
    {
        if (Known.TryGetValue(mint, out (string Name, int Decimals) known)) return known.Name;
        string text = mint.ToString();
        return $"{text[..4]}..{text[^4..]}";
    }

    /// <summary>Decimals of a mint; -1 if they are not known here.</summary>
    public static int DecimalsOf(in Pubkey mint) =>
        Known.TryGetValue(mint, out (string Name, int Decimals) known) ? known.Decimals : -1;

    /// <summary>Integer base units as a decimal number, exact, without trailing zeros.</summary>
    public static string Decimal(Int128 amountRaw, int decimals)
    {
        string digits = Int128.Abs(amountRaw).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        string fraction = digits[^decimals..].TrimEnd('0');
        Int128 units = Int128.Parse(digits[..^decimals], CultureInfo.InvariantCulture);
        string whole = units.ToString("N0", CultureInfo.InvariantCulture);
        string sign = amountRaw < 0 ? "-" : string.Empty;
        return fraction.Length == 0 ? sign + whole : $"{sign}{whole}.{fraction}";
    }
}
