using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// Addresses, discriminators and error codes of the Meteora DAMM v2 (cp-amm) program.
/// Source: damm-v2@a3d3827 programs/cp-amm/src/{lib,error,const_pda}.rs.
/// </summary>
public static class DammProgram
{
    /// <summary>Program id.</summary>
    public static readonly Pubkey Id = Pubkey.Parse("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG");

    /// <summary>Pool authority, PDA of "pool_authority".</summary>
    public static readonly Pubkey PoolAuthority = Pubkey.Parse("HLnpSz9h2S4hiLQ43rnSD9XkcUThA7B8hQMKmDaiTLcC");

    /// <summary>Event authority, PDA of "__event_authority".</summary>
    public static readonly Pubkey EventAuthority = Pubkey.Parse("3rmHSu74h1ZcmAisVcWerTCiRDQbUrBKmcwptYGjHfet");

    internal const ulong SwapDiscriminator = 0xC887_75E1_919E_C6F8;
    internal const ulong Swap2Discriminator = 0x885B_5BEB_4C3F_4B41;

    internal const uint MathOverflow = 6000;
    internal const uint ExceededSlippage = 6002;
    internal const uint PoolDisabled = 6003;
    internal const uint AmountIsZero = 6006;
    internal const uint TypeCastFailed = 6007;
    internal const uint PriceRangeViolation = 6015;
    internal const uint UndeterminedError = 6051;

    // The program aborts (panic): no code of its own.
    internal const uint Aborted = uint.MaxValue;
}
