using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.MeteoraDamm;

/// <summary>
/// The swap instruction. Variants: 0 = swap2 (all modes), 1 = swap (exact in). Pools with a rate limiter also name
/// the instructions sysvar, by which the program checks that a transaction swaps in them only once.
/// Source: damm-v2@a3d3827 programs/cp-amm/src/instructions/swap/ix_swap.rs (SwapCtx, SwapParameters2).
/// </summary>
public sealed partial class DammPool
{
    /// <inheritdoc/>
    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination)
    {
        if (!_isDecoded) return QuoteStatus.Incomplete;
        if ((uint)request.Variant > 1) return QuoteStatus.UnsupportedMode;
        if (request.Variant == 1 && request.Mode != SwapMode.ExactIn) return QuoteStatus.UnsupportedMode;

        destination.Reset(DammProgram.Id);
        destination.Add(DammProgram.PoolAuthority);
        destination.Add(Address, AccountFlags.Writable);
        destination.Add(request.UserInput, AccountFlags.Writable);
        destination.Add(request.UserOutput, AccountFlags.Writable);
        destination.Add(_vaultAKey, AccountFlags.Writable);
        destination.Add(_vaultBKey, AccountFlags.Writable);
        destination.Add(MintA);
        destination.Add(MintB);
        destination.Add(request.User, AccountFlags.Signer);
        destination.Add(_isToken2022A ? ProgramIds.Token2022 : ProgramIds.Token);
        destination.Add(_isToken2022B ? ProgramIds.Token2022 : ProgramIds.Token);
        if (request.Referral.IsZero) destination.Add(DammProgram.Id);
        else destination.Add(request.Referral, AccountFlags.Writable);
        destination.Add(DammProgram.EventAuthority);
        destination.Add(DammProgram.Id);
        if (_baseFee.IsRateLimiter) destination.Add(ProgramIds.InstructionsSysvar);

        destination.WriteUInt64(request.Variant == 1 ? DammProgram.SwapDiscriminator : DammProgram.Swap2Discriminator);
        destination.WriteUInt64(request.AmountRaw);
        destination.WriteUInt64(request.ThresholdRaw);
        if (request.Variant == 0) destination.WriteByte(ModeByte(request.Mode));
        return destination.Overflowed ? QuoteStatus.TooManyArrays : QuoteStatus.Ok;
    }

    // The program's enum: ExactIn, PartialFill, ExactOut.
    private static byte ModeByte(SwapMode mode) => mode switch
    {
        SwapMode.PartialFill => 1,
        SwapMode.ExactOut => 2,
        _ => 0,
    };
}
