using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// The swap instruction. Variants: 0 = swap2 / swap_exact_out2 (SPL Token and Token-2022), 1 = swap / swap_exact_out
/// (SPL Token only), 2 = swap_with_price_impact2, 3 = swap_with_price_impact (exact in; the threshold is not part of
/// them, the active id is left to the program). Optional accounts not given are the program's own id.
/// Source: dlmm-sdk@fb02e51 idls/dlmm.json; bin arrays: ts-client getBinArrayForSwap, the next four by the bitmaps.
/// </summary>
public sealed partial class DlmmPool
{
    /// <inheritdoc/>
    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination)
    {
        if (!_isDecoded) return QuoteStatus.Incomplete;
        bool isExactOut = request.Mode == SwapMode.ExactOut;
        if (request.Mode == SwapMode.PartialFill || (uint)request.Variant > 3) return QuoteStatus.UnsupportedMode;
        if (isExactOut && request.Variant > 1) return QuoteStatus.UnsupportedMode;
        bool isSecond = (request.Variant & 1) == 0;
        if (!isSecond && (_isToken2022X || _isToken2022Y)) return QuoteStatus.UnsupportedMode;

        destination.Reset(DlmmProgram.Id);
        WriteAccounts(in request, isSecond, destination);
        QuoteStatus status = WriteArrays(request.Direction == SwapDirection.AToB, destination);
        if (status != QuoteStatus.Ok) return status;
        WriteData(in request, isExactOut, isSecond, destination);
        return destination.Overflowed ? QuoteStatus.TooManyArrays : QuoteStatus.Ok;
    }

    private void WriteAccounts(in SwapInstructionRequest request, bool isSecond, InstructionBuffer destination)
    {
        destination.Add(Address, AccountFlags.Writable);
        if (UsesExtension) destination.Add(_extensionKey, AccountFlags.Writable);
        else destination.Add(DlmmProgram.Id);
        destination.Add(_reserveX, AccountFlags.Writable);
        destination.Add(_reserveY, AccountFlags.Writable);
        destination.Add(request.UserInput, AccountFlags.Writable);
        destination.Add(request.UserOutput, AccountFlags.Writable);
        destination.Add(MintA);
        destination.Add(MintB);
        destination.Add(_oracle, AccountFlags.Writable);
        destination.Add(DlmmProgram.Id);
        destination.Add(request.User, AccountFlags.Signer);
        destination.Add(_isToken2022X ? ProgramIds.Token2022 : ProgramIds.Token);
        destination.Add(_isToken2022Y ? ProgramIds.Token2022 : ProgramIds.Token);
        if (isSecond) destination.Add(ProgramIds.Memo);
        destination.Add(DlmmProgram.EventAuthority);
        destination.Add(DlmmProgram.Id);
    }

    private QuoteStatus WriteArrays(bool xToY, InstructionBuffer destination)
    {
        if (_pinnedCount >= 0)
        {
            for (int i = 0; i < _pinnedCount; i++) destination.Add(_pinned[i], AccountFlags.Writable);
            return QuoteStatus.Ok;
        }

        int index = ArrayIndexOf(_activeId);
        int count = 0;
        while (count < DlmmProgram.ArraysPerSwap && _bitmap.TryNext(index, xToY, UsesExtension, out index))
        {
            destination.Add(ArrayKey(index), AccountFlags.Writable);
            index += xToY ? -1 : 1;
            count++;
        }

        return count == 0 ? QuoteStatus.InsufficientLiquidity : QuoteStatus.Ok;
    }

    private static void WriteData(
        in SwapInstructionRequest request, bool isExactOut, bool isSecond, InstructionBuffer destination)
    {
        destination.WriteUInt64(Discriminator(request.Variant, isExactOut));
        if (request.Variant >= 2)
        {
            destination.WriteUInt64(request.AmountRaw);
            destination.WriteByte(0);
            destination.WriteByte((byte)request.MaxPriceImpactBps);
            destination.WriteByte((byte)(request.MaxPriceImpactBps >> 8));
        }
        else
        {
            destination.WriteUInt64(isExactOut ? request.ThresholdRaw : request.AmountRaw);
            destination.WriteUInt64(isExactOut ? request.AmountRaw : request.ThresholdRaw);
        }

        // RemainingAccountsInfo: two slices, transfer hook of X (0) and of Y (1), no accounts each.
        if (isSecond) destination.Write([2, 0, 0, 0, 0, 0, 1, 0]);
    }

    private static ulong Discriminator(int variant, bool isExactOut) => variant switch
    {
        0 => isExactOut ? DlmmProgram.SwapExactOut2Discriminator : DlmmProgram.Swap2Discriminator,
        1 => isExactOut ? DlmmProgram.SwapExactOutDiscriminator : DlmmProgram.SwapDiscriminator,
        2 => DlmmProgram.SwapPriceImpact2Discriminator,
        _ => DlmmProgram.SwapPriceImpactDiscriminator,
    };
}
