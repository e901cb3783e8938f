using System;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost;

/// <summary>
/// A mint as people are shown it: its decimals are those of its own account, where the run has seen it.
/// </summary>
/// <param name="Key">Mint.</param>
/// <param name="SeenDecimals">Decimals in its account; -1 if it was not seen.</param>
internal readonly record struct NamedMint(Pubkey Key, int SeenDecimals = -1)
{
    /// <summary>Lamports, as tokens of wrapped SOL.</summary>
    public static NamedMint Sol { get; } = new(ProgramIds.WrappedSolMint);

    /// <summary>Short name.</summary>
    public string Name => MintName.Of(Key);

    /// <summary>Decimals; -1 if nobody knows them.</summary>
    public int Decimals => SeenDecimals >= 0 ? SeenDecimals : MintName.DecimalsOf(Key);

    /// <summary>An amount in whole tokens, such as "1.5 SOL"; null for a mint of unknown decimals.</summary>
    public string? InTokens(Int128 amountRaw) =>
        Decimals is var decimals and >= 0 ? $"{MintName.Decimal(amountRaw, decimals)} {Name}" : null;
}
