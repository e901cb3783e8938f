using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>
/// Swap instructions. Variants: 0 = <c>swap_v2</c>; 1 = <c>swap</c> (SPL Token only); 2 = <c>swap_v2</c> with the two
/// tick arrays after the third as supplements, in case the price moves before the swap lands.
/// Tick arrays: the current one and the next two in the direction; where the price range ends before that, the last one
/// is repeated. Source: whirlpools@630c0e01 programs/whirlpool/src/instructions/{swap.rs,v2/swap.rs},
/// util/sparse_swap.rs,
/// util/v2/remaining_accounts_utils.rs (type 6).
/// </summary>
public sealed partial class WhirlpoolPool
{
    /// <summary>Variant of <c>swap_v2</c>.</summary>
    public const int VariantSwapV2 = 0;

    /// <summary>Variant of <c>swap</c>.</summary>
    public const int VariantSwap = 1;

    /// <summary>Variant of <c>swap_v2</c> with two supplemental tick arrays.</summary>
    public const int VariantSwapV2Supplemental = 2;

    private const int ArraysPerSwap = 3;
    private const int SupplementalArrays = 2;
    private const byte SupplementalType = 6;

    // sha256("global:swap")[..8] and sha256("global:swap_v2")[..8], little-endian.
    private const ulong SwapDiscriminator = 0xC887_75E1_919E_C6F8;
    private const ulong SwapV2Discriminator = 0x621E_C91A_0BED_042B;

    /// <inheritdoc/>
    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination)
    {
        if (!IsPoolKnown || !MintInfoA.IsKnown || !MintInfoB.IsKnown) return QuoteStatus.Incomplete;
        if (MintInfoA.IsRefused || MintInfoB.IsRefused) return QuoteStatus.UnsupportedMint;
        if (request.Mode == SwapMode.PartialFill || (uint)request.Variant > VariantSwapV2Supplemental)
            return QuoteStatus.UnsupportedMode;
        bool isSplOnly =
            MintInfoA.Program == TokenProgramKind.Token && MintInfoB.Program == TokenProgramKind.Token;
        if (request.Variant == VariantSwap && !isSplOnly) return QuoteStatus.UnsupportedMint;

        bool aToB = request.Direction == SwapDirection.AToB;
        Span<Pubkey> arrays = stackalloc Pubkey[MaxPinned];
        int count = SelectArrays(aToB, request.Variant == VariantSwapV2Supplemental, arrays);
        if (count == 0) return QuoteStatus.MissingTickArray;
        int supplements = count - ArraysPerSwap;

        destination.Reset(WhirlpoolLayout.ProgramId);
        bool isV2 = request.Variant != VariantSwap;
        WriteHead(request, aToB, isV2, destination);
        for (int i = 0; i < ArraysPerSwap; i++) destination.Add(arrays[i], AccountFlags.Writable);
        // swap reads the oracle of static pools only to see that there is none.
        destination.Add(_oracleKey, isV2 || _isAdaptive ? AccountFlags.Writable : AccountFlags.None);
        for (int i = ArraysPerSwap; i < count; i++) destination.Add(arrays[i], AccountFlags.Writable);

        destination.WriteUInt64(isV2 ? SwapV2Discriminator : SwapDiscriminator);
        destination.WriteUInt64(request.AmountRaw);
        destination.WriteUInt64(request.ThresholdRaw);
        destination.WriteUInt128(request.SqrtPriceLimitX64);
        destination.WriteByte(request.Mode == SwapMode.ExactIn ? (byte)1 : (byte)0);
        destination.WriteByte(aToB ? (byte)1 : (byte)0);
        if (!isV2) return QuoteStatus.Ok;
        if (supplements == 0)
        {
            destination.WriteByte(0);
            return QuoteStatus.Ok;
        }

        destination.WriteByte(1);
        destination.WriteUInt32(1);
        destination.WriteByte(SupplementalType);
        destination.WriteByte((byte)supplements);
        return QuoteStatus.Ok;
    }

    private void WriteHead(in SwapInstructionRequest request, bool aToB, bool isV2, InstructionBuffer destination)
    {
        if (isV2)
        {
            destination.Add(MintInfoA.ProgramId);
            destination.Add(MintInfoB.ProgramId);
            destination.Add(ProgramIds.Memo);
        }
        else
        {
            destination.Add(ProgramIds.Token);
        }

        destination.Add(request.User, AccountFlags.Signer);
        destination.Add(Address, AccountFlags.Writable);
        if (isV2)
        {
            destination.Add(MintA);
            destination.Add(MintB);
        }

        destination.Add(aToB ? request.UserInput : request.UserOutput, AccountFlags.Writable);
        destination.Add(VaultKeyA, AccountFlags.Writable);
        destination.Add(aToB ? request.UserOutput : request.UserInput, AccountFlags.Writable);
        destination.Add(VaultKeyB, AccountFlags.Writable);
    }

    // The three arrays, then supplements; 0 if the pool has no array in the direction.
    private int SelectArrays(bool aToB, bool withSupplements, Span<Pubkey> arrays)
    {
        if (PinnedCount >= 0)
        {
            if (PinnedCount < ArraysPerSwap) return 0;
            Pinned.AsSpan(0, PinnedCount).CopyTo(arrays);
            return withSupplements ? PinnedCount : ArraysPerSwap;
        }

        int span = Span;
        int start = FirstArray(aToB);
        if (!IsValidStart(start)) return 0;
        int count = 0;
        int most = withSupplements ? ArraysPerSwap + SupplementalArrays : ArraysPerSwap;
        for (; count < most && IsValidStart(start); start += aToB ? -span : span) arrays[count++] = ArrayKey(start);
        for (; count < ArraysPerSwap; count++) arrays[count] = arrays[count - 1];
        return count;
    }

    // Source: util/sparse_swap.rs get_start_tick_indexes: upward, a price in the last spacing starts in the next array.
    private int FirstArray(bool aToB)
    {
        int current = CurrentArray;
        return !aToB && CurrentTick + TickSpacing >= current + Span ? current + Span : current;
    }
}
