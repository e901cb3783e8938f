using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.PumpSwap;

/// <content>
/// Swap instructions with the account lists of 28 April 2026. Variant 0: the instruction the mode means (sell,
/// buy_exact_quote_in, buy). Variant 1: an exact-in buy sent as "buy" of the threshold's base amount with the input as
/// the most to pay. Exact-out sells are not instructions of the program: sell the quoted base amount instead.
/// The 17-account v2 trades are not written.
/// Source: pump-public-docs@1b82215 idl/pump_amm.json, docs/BREAKING_FEE_RECIPIENT.md, docs/PUMP_CASHBACK_README.md;
/// pump-swap-sdk 1.20 buyInstructionsNoPool and sellInstructionsNoPool.
/// </content>
public sealed partial class PumpSwapPool
{
    // sha256("global:buy")[..8], "global:buy_exact_quote_in", "global:sell", read little-endian.
    private const ulong BuyDiscriminator = 0xEAEB_DA01_123D_0666;
    private const ulong BuyExactQuoteInDiscriminator = 0x70E8_D9B4_5215_2EC6;
    private const ulong SellDiscriminator = 0xAD83_7F01_A485_E633;

    private const int VariantBuyThreshold = 1;

    /// <inheritdoc/>
    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination)
    {
        if (!IsDecoded || !_hasConfig || !Sides[0].MintState.IsKnown) return QuoteStatus.Incomplete;
        if (Sides[1].NeedsMint && !Sides[1].MintState.IsKnown) return QuoteStatus.Incomplete;
        bool isSell = request.Direction == SwapDirection.AToB;
        bool isExactIn = request.Mode == SwapMode.ExactIn;
        bool isThresholdBuy = !isSell && isExactIn && request.Variant == VariantBuyThreshold;
        if (request.Mode > SwapMode.ExactOut || (isSell && !isExactIn)) return QuoteStatus.UnsupportedMode;
        if (request.Variant != 0 && !isThresholdBuy) return QuoteStatus.UnsupportedMode;

        Pubkey quoteProgram = Sides[1].NeedsMint ? Sides[1].MintState.ProgramId : ProgramIds.Token;
        _addresses.Prepare(MintB, in quoteProgram, in request.User);
        destination.Reset(in PumpSwapLayout.ProgramId);
        AddCommon(in request, isSell, in quoteProgram, destination);
        if (!isSell)
        {
            destination.Add(in PumpSwapLayout.GlobalVolumeAccumulator);
            destination.Add(_addresses.UserVolumeAccumulator, AccountFlags.Writable);
        }

        destination.Add(in PumpSwapLayout.FeeConfig);
        destination.Add(in PumpSwapLayout.FeeProgramId);
        AddRemaining(isSell, destination);

        if (isSell) WriteData(destination, SellDiscriminator, request.AmountRaw, request.ThresholdRaw);
        else if (!isExactIn) WriteData(destination, BuyDiscriminator, request.AmountRaw, request.ThresholdRaw);
        else if (isThresholdBuy) WriteData(destination, BuyDiscriminator, request.ThresholdRaw, request.AmountRaw);
        else WriteData(destination, BuyExactQuoteInDiscriminator, request.AmountRaw, request.ThresholdRaw);
        // track_volume: an OptionBool that is true.
        if (!isSell) destination.WriteByte(1);
        return QuoteStatus.Ok;
    }

    private void AddCommon(
        in SwapInstructionRequest request, bool isSell, in Pubkey quoteProgram, InstructionBuffer destination)
    {
        destination.Add(Address, AccountFlags.Writable);
        destination.Add(in request.User, AccountFlags.Signer | AccountFlags.Writable);
        destination.Add(in PumpSwapLayout.GlobalConfig);
        destination.Add(MintA);
        destination.Add(MintB);
        destination.Add(isSell ? request.UserInput : request.UserOutput, AccountFlags.Writable);
        destination.Add(isSell ? request.UserOutput : request.UserInput, AccountFlags.Writable);
        destination.Add(in Sides[0].Vault, AccountFlags.Writable);
        destination.Add(in Sides[1].Vault, AccountFlags.Writable);
        destination.Add(_isMayhemMode ? _addresses.ReservedRecipient : _addresses.ProtocolRecipient);
        destination.Add(
            _isMayhemMode ? _addresses.ReservedRecipientAccount : _addresses.ProtocolRecipientAccount,
            AccountFlags.Writable);
        destination.Add(Sides[0].MintState.ProgramId);
        destination.Add(in quoteProgram);
        destination.Add(in ProgramIds.System);
        destination.Add(in ProgramIds.AssociatedToken);
        destination.Add(in PumpSwapLayout.EventAuthority);
        destination.Add(in PumpSwapLayout.ProgramId);
        destination.Add(_addresses.CreatorVault, AccountFlags.Writable);
        destination.Add(_addresses.CreatorVaultAuthority);
    }

    private void AddRemaining(bool isSell, InstructionBuffer destination)
    {
        if (_isCashbackCoin)
        {
            destination.Add(_addresses.UserCashbackAccount, AccountFlags.Writable);
            if (isSell) destination.Add(_addresses.UserVolumeAccumulator, AccountFlags.Writable);
        }

        if (!_coinCreator.IsZero) destination.Add(_addresses.PoolV2);
        destination.Add(_addresses.BuybackRecipient);
        destination.Add(_addresses.BuybackRecipientAccount, AccountFlags.Writable);
    }

    private static void WriteData(InstructionBuffer destination, ulong discriminator, ulong first, ulong second)
    {
        destination.WriteUInt64(discriminator);
        destination.WriteUInt64(first);
        destination.WriteUInt64(second);
    }
}
