using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumCpmm;

/// <content>
/// Swap instructions swap_base_input and swap_base_output, 13 accounts. One variant: 0.
/// Source: raydium-cp-swap@609780f programs/cp-swap/src/instructions/swap_base_input.rs, struct Swap.
/// </content>
public sealed partial class RaydiumCpmmPool
{
    // sha256("global:swap_base_input")[..8] and sha256("global:swap_base_output")[..8], read little-endian.
    private const ulong SwapBaseInput = 0xDE33_1EC4_DA5A_BE8F;
    private const ulong SwapBaseOutput = 0xADB4_4AA3_5662_D937;

    /// <inheritdoc/>
    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination)
    {
        if (!IsDecoded) return QuoteStatus.Incomplete;
        if (request.Mode is not (SwapMode.ExactIn or SwapMode.ExactOut) || request.Variant != 0)
            return QuoteStatus.UnsupportedMode;
        int input = (int)request.Direction;
        ref PoolSide sideIn = ref Sides[input];
        ref PoolSide sideOut = ref Sides[1 - input];
        bool isAToB = request.Direction == SwapDirection.AToB;

        destination.Reset(in RaydiumCpmmLayout.ProgramId);
        destination.Add(in request.User, AccountFlags.Signer);
        destination.Add(in RaydiumCpmmLayout.Authority);
        destination.Add(in _config);
        destination.Add(Address, AccountFlags.Writable);
        destination.Add(in request.UserInput, AccountFlags.Writable);
        destination.Add(in request.UserOutput, AccountFlags.Writable);
        destination.Add(in sideIn.Vault, AccountFlags.Writable);
        destination.Add(in sideOut.Vault, AccountFlags.Writable);
        destination.Add(isAToB ? _program0 : _program1);
        destination.Add(isAToB ? _program1 : _program0);
        destination.Add(isAToB ? MintA : MintB);
        destination.Add(isAToB ? MintB : MintA);
        destination.Add(in _observation, AccountFlags.Writable);

        bool isExactIn = request.Mode == SwapMode.ExactIn;
        destination.WriteUInt64(isExactIn ? SwapBaseInput : SwapBaseOutput);
        destination.WriteUInt64(isExactIn ? request.AmountRaw : request.ThresholdRaw);
        destination.WriteUInt64(isExactIn ? request.ThresholdRaw : request.AmountRaw);
        return QuoteStatus.Ok;
    }
}
