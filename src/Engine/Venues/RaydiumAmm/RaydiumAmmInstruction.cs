using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumAmm;

/// <content>
/// Swap instruction. Variants: 0 = V2 (tags 16 and 17, 8 accounts, no order book), 1 = legacy (tags 9 and 11) with
/// 17 accounts, 2 = legacy with 18 accounts (target orders named).
/// Source: raydium-amm@27f461d program/src/instruction.rs swap_base_in, swap_base_in_v2, swap_base_out,
/// swap_base_out_v2.
/// </content>
public sealed partial class RaydiumAmmPool
{
    private const byte TagSwapBaseIn = 9;
    private const byte TagSwapBaseOut = 11;
    private const byte TagSwapBaseInV2 = 16;
    private const byte TagSwapBaseOutV2 = 17;

    private const int VariantLegacy = 1;
    private const int VariantLegacyWithTargetOrders = 2;

    /// <inheritdoc/>
    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination)
    {
        if (!IsDecoded) return QuoteStatus.Incomplete;
        if (request.Mode is not (SwapMode.ExactIn or SwapMode.ExactOut)) return QuoteStatus.UnsupportedMode;
        bool isLegacy = request.Variant is VariantLegacy or VariantLegacyWithTargetOrders;
        if (!isLegacy && request.Variant != 0) return QuoteStatus.UnsupportedMode;
        if (isLegacy && !_hasMarketAccounts) return QuoteStatus.Incomplete;

        destination.Reset(in RaydiumAmmLayout.ProgramId);
        destination.Add(in ProgramIds.Token);
        destination.Add(Address, AccountFlags.Writable);
        destination.Add(in _authority);
        if (isLegacy)
        {
            destination.Add(in _openOrders, AccountFlags.Writable);
            if (request.Variant == VariantLegacyWithTargetOrders) destination.Add(in _targetOrders,
                AccountFlags.Writable);
        }

        destination.Add(in Sides[0].Vault, AccountFlags.Writable);
        destination.Add(in Sides[1].Vault, AccountFlags.Writable);
        if (isLegacy) AddMarket(destination);
        destination.Add(in request.UserInput, AccountFlags.Writable);
        destination.Add(in request.UserOutput, AccountFlags.Writable);
        destination.Add(in request.User, AccountFlags.Signer);

        if (request.Mode == SwapMode.ExactIn)
        {
            destination.WriteByte(isLegacy ? TagSwapBaseIn : TagSwapBaseInV2);
            destination.WriteUInt64(request.AmountRaw);
            destination.WriteUInt64(request.ThresholdRaw);
        }
        else
        {
            destination.WriteByte(isLegacy ? TagSwapBaseOut : TagSwapBaseOutV2);
            destination.WriteUInt64(request.ThresholdRaw);
            destination.WriteUInt64(request.AmountRaw);
        }

        return QuoteStatus.Ok;
    }

    private void AddMarket(InstructionBuffer destination)
    {
        destination.Add(in _marketProgram);
        destination.Add(in _market, AccountFlags.Writable);
        destination.Add(_marketAccounts[0].Bids, AccountFlags.Writable);
        destination.Add(_marketAccounts[0].Asks, AccountFlags.Writable);
        destination.Add(_marketAccounts[0].EventQueue, AccountFlags.Writable);
        destination.Add(_marketAccounts[0].CoinVault, AccountFlags.Writable);
        destination.Add(_marketAccounts[0].PcVault, AccountFlags.Writable);
        destination.Add(_marketAccounts[0].VaultSigner);
    }
}
