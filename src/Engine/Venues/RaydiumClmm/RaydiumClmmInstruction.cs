using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumClmm;

/// <summary>
/// Swap instructions. Variants: 0 = <c>swap_v2</c>; 1 = <c>swap</c> (SPL Token only); 2 and 3 = the same with only the
/// tick
/// arrays that the quoted amount passes, and one more (shorter transactions). 0 and 1 name every initialized array in
/// the
/// direction, nearest first, up to ten: as many as a legacy transaction has room for beside the other accounts.
/// Source: raydium-clmm@03b44b7 programs/amm/src/instructions/{swap.rs,swap_v2.rs}.
/// </summary>
public sealed partial class RaydiumClmmPool
{
    /// <summary>Variant of <c>swap_v2</c> with all arrays.</summary>
    public const int VariantSwapV2 = 0;

    /// <summary>Variant of <c>swap</c> with all arrays.</summary>
    public const int VariantSwap = 1;

    /// <summary>Variant of <c>swap_v2</c> with the arrays of the amount.</summary>
    public const int VariantSwapV2Short = 2;

    /// <summary>Variant of <c>swap</c> with the arrays of the amount.</summary>
    public const int VariantSwapShort = 3;

    private const int MaxArraysPerSwap = 10;

    // sha256("global:swap")[..8] and sha256("global:swap_v2")[..8], little-endian.
    private const ulong SwapDiscriminator = 0xC887_75E1_919E_C6F8;
    private const ulong SwapV2Discriminator = 0x621E_C91A_0BED_042B;

    /// <inheritdoc/>
    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination)
    {
        if (!IsPoolKnown || !MintInfoA.IsKnown || !MintInfoB.IsKnown) return QuoteStatus.Incomplete;
        if (MintInfoA.IsRefused || MintInfoB.IsRefused) return QuoteStatus.UnsupportedMint;
        if (request.Mode == SwapMode.PartialFill || (uint)request.Variant > VariantSwapShort)
            return QuoteStatus.UnsupportedMode;
        bool isV2 = request.Variant is VariantSwapV2 or VariantSwapV2Short;
        if (!isV2 && (MintInfoA.Program != TokenProgramKind.Token || MintInfoB.Program != TokenProgramKind.Token))
            return QuoteStatus.UnsupportedMint;

        bool zeroForOne = request.Direction == SwapDirection.AToB;
        Span<Pubkey> arrays = stackalloc Pubkey[MaxArraysPerSwap];
        RaydiumClmmFault fault = SelectArrays(request, zeroForOne, arrays, out int count);
        if (fault != RaydiumClmmFault.None) return RaydiumClmmFaults.Status(fault);
        if (count == 0 && !isV2) return QuoteStatus.MissingTickArray;

        destination.Reset(RaydiumClmmLayout.ProgramId);
        WriteHead(request, zeroForOne, isV2, destination);
        if (!isV2) destination.Add(arrays[0], AccountFlags.Writable);
        if (NamesExtension) destination.Add(_extensionKey, AccountFlags.Writable);
        for (int i = isV2 ? 0 : 1; i < count; i++) destination.Add(arrays[i], AccountFlags.Writable);

        destination.WriteUInt64(isV2 ? SwapV2Discriminator : SwapDiscriminator);
        destination.WriteUInt64(request.AmountRaw);
        destination.WriteUInt64(request.ThresholdRaw);
        destination.WriteUInt128(request.SqrtPriceLimitX64);
        destination.WriteByte(request.Mode == SwapMode.ExactIn ? (byte)1 : (byte)0);
        return QuoteStatus.Ok;
    }

    private bool NamesExtension => PinnedCount >= 0
        ? _isExtensionPinned
        : _extension == ArrayKnowledge.Present
            || (_extension == ArrayKnowledge.Unknown && TickSpacing < SpacingWithoutExtension);

    private void WriteHead(in SwapInstructionRequest request, bool zeroForOne, bool isV2, InstructionBuffer destination)
    {
        destination.Add(request.User, AccountFlags.Signer);
        destination.Add(_configKey);
        destination.Add(Address, AccountFlags.Writable);
        destination.Add(request.UserInput, AccountFlags.Writable);
        destination.Add(request.UserOutput, AccountFlags.Writable);
        destination.Add(zeroForOne ? VaultKeyA : VaultKeyB, AccountFlags.Writable);
        destination.Add(zeroForOne ? VaultKeyB : VaultKeyA, AccountFlags.Writable);
        destination.Add(_observationKey, AccountFlags.Writable);
        destination.Add(ProgramIds.Token);
        if (!isV2) return;
        destination.Add(ProgramIds.Token2022);
        destination.Add(ProgramIds.Memo);
        destination.Add(zeroForOne ? MintA : MintB);
        destination.Add(zeroForOne ? MintB : MintA);
    }

    private RaydiumClmmFault SelectArrays(
        in SwapInstructionRequest request, bool zeroForOne, Span<Pubkey> arrays, out int count)
    {
        count = 0;
        if (PinnedCount >= 0)
        {
            count = PinnedCount;
            Pinned.AsSpan(0, count).CopyTo(arrays);
            return RaydiumClmmFault.None;
        }

        int most = MaxArraysPerSwap;
        int lastTick = zeroForOne ? TickMath.MinTick : TickMath.MaxTick;
        if (request.Variant >= VariantSwapV2Short) lastTick = TickAfter(request, lastTick);
        RaydiumClmmFault fault = FindFirstArray(zeroForOne, out int number, out _);
        int last = NumberOf(lastTick);
        bool isPast = false;
        while (fault == RaydiumClmmFault.None && count < most)
        {
            arrays[count++] = ArrayKey(number * Span);
            if (isPast) break;
            isPast = zeroForOne ? number <= last : number >= last;
            fault = FindNextArray(ref number, zeroForOne);
        }

        // The list ends where the bitmaps end, or where they are not known any further.
        return count > 0 ? RaydiumClmmFault.None : fault;
    }

    private int TickAfter(in SwapInstructionRequest request, int otherwise)
    {
        SwapRequest swap = default;
        swap.Direction = request.Direction;
        swap.Mode = request.Mode;
        swap.AmountRaw = request.AmountRaw;
        swap.ThresholdRaw = request.Mode == SwapMode.ExactIn ? 0 : ulong.MaxValue;
        swap.SqrtPriceLimitX64 = request.SqrtPriceLimitX64;
        swap.Clock = request.Clock;
        return Quote(swap, out SwapQuote quote) == QuoteStatus.Ok ? quote.TickAfter : otherwise;
    }
}
