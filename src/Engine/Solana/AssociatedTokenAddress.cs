namespace LowLatency.Engine.Solana;

/// <summary>
/// Addresses of associated token accounts: the one account of an owner for a mint that everybody can derive.
/// Works for Token and Token-2022, which differ only by the program id among the seeds.
/// Source: spl associated-token-account, seeds [owner, token program, mint] under ATokenGPvbd... (transactions.json,
/// "ata").
/// </summary>
public static class AssociatedTokenAddress
{
    /// <summary>
    /// Finds the account of <paramref name="owner"/> for <paramref name="mint"/>; false only if no bump exists.
    /// </summary>
    public static bool TryFind(
        in Pubkey owner, in Pubkey mint, in Pubkey tokenProgram, out Pubkey address, out byte bump)
    {
        ProgramAddressSeeds seeds = default;
        seeds.Add(owner);
        seeds.Add(tokenProgram);
        seeds.Add(mint);
        return seeds.Find(ProgramIds.AssociatedToken, out address, out bump) == ProgramAddressStatus.Ok;
    }
}
