namespace LowLatency.Engine.Solana;

/// <summary>Addresses of programs and sysvars that never change. DEX program ids live in each venue's folder.</summary>
public static class ProgramIds
{
    /// <summary>System program.</summary>
    public static readonly Pubkey System = default;

    /// <summary>SPL Token program.</summary>
    public static readonly Pubkey Token = Pubkey.Parse("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");

    /// <summary>Token-2022 program.</summary>
    public static readonly Pubkey Token2022 = Pubkey.Parse("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");

    /// <summary>Associated Token Account program.</summary>
    public static readonly Pubkey AssociatedToken = Pubkey.Parse("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

    /// <summary>Compute Budget program.</summary>
    public static readonly Pubkey ComputeBudget = Pubkey.Parse("ComputeBudget111111111111111111111111111111");

    /// <summary>Memo program, version 2.</summary>
    public static readonly Pubkey Memo = Pubkey.Parse("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");

    /// <summary>Address Lookup Table program.</summary>
    public static readonly Pubkey AddressLookupTable = Pubkey.Parse("AddressLookupTab1e1111111111111111111111111");

    /// <summary>Clock sysvar account.</summary>
    public static readonly Pubkey ClockSysvar = Pubkey.Parse("SysvarC1ock11111111111111111111111111111111");

    /// <summary>Instructions sysvar account.</summary>
    public static readonly Pubkey InstructionsSysvar = Pubkey.Parse("Sysvar1nstructions1111111111111111111111111");

    /// <summary>Mint of wrapped SOL.</summary>
    public static readonly Pubkey WrappedSolMint = Pubkey.Parse("So11111111111111111111111111111111111111112");
}
