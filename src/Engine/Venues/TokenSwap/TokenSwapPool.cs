using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.TokenSwap;

/// <summary>
/// A pool of the SPL token-swap program (Orca version 2): constant product or stable curve on the vault balances, fees
/// on input rounded down but at least one. The program takes less than the input where less yields the same output.
/// Not modelled: the LP tokens minted for the owner fee (pool mint, fee account); a quote only knows if that fails.
/// Source: solana-program-library token-swap/program/src/processor.rs process_swap.
/// </summary>
public sealed partial class TokenSwapPool : VaultPool
{
    private ulong _tradeFeeNumerator;
    private ulong _tradeFeeDenominator;
    private ulong _ownerFeeNumerator;
    private ulong _ownerFeeDenominator;
    private ulong _leverage;
    private byte _curveType;

    private Pubkey _authority;
    private Pubkey _tokenProgram;
    private Pubkey _poolMint;
    private Pubkey _feeAccount;

    /// <summary>An empty pool at <paramref name="address"/>.</summary>
    public TokenSwapPool(in Pubkey address)
        : base(VenueId.TokenSwap, in address)
    {
    }

    private protected override ref readonly Pubkey ProgramId => ref TokenSwapLayout.ProgramId;

    /// <inheritdoc/>
    public override SwapWorkClass WorkClass =>
        WorkClassOf(false, false, isHeavy: _curveType == TokenSwapLayout.CurveStable);

    /// <summary>True if the account is a pool of this program.</summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        bool isPool = account.Owner == TokenSwapLayout.ProgramId
            && account.Data.Length == TokenSwapLayout.PoolSizeBytes
            && account.Data[TokenSwapLayout.Version] == 1;
        accountClass = isPool ? new AccountClass(VenueId.TokenSwap, AccountRole.Pool, account.Key) : default;
        return isPool;
    }

    private protected override DecodeStatus DecodePool(ReadOnlySpan<byte> data)
    {
        if (data.Length != TokenSwapLayout.PoolSizeBytes) return DecodeStatus.WrongSize;
        if (data[TokenSwapLayout.Version] != 1
            || data[TokenSwapLayout.IsInitialized] != 1) return DecodeStatus.InvalidValue;
        ulong amplifier = BinaryPrimitives.ReadUInt64LittleEndian(data[TokenSwapLayout.Amplifier..]);
        byte curveType = data[TokenSwapLayout.CurveType];
        if (curveType == TokenSwapLayout.CurveStable
            && amplifier > ulong.MaxValue / 2) return DecodeStatus.InvalidValue;
        ProgramAddressSeeds seeds = default;
        seeds.Add(Address);
        seeds.Add([data[TokenSwapLayout.Bump]]);
        if (seeds.Create(in TokenSwapLayout.ProgramId, out Pubkey authority) != ProgramAddressStatus.Ok)
            return DecodeStatus.InvalidValue;

        _authority = authority;
        _curveType = curveType;
        // Source: curve/stable.rs, leverage = amp * N_COINS.
        _leverage = curveType == TokenSwapLayout.CurveStable ? amplifier * 2 : 0;
        ReadFraction(data, TokenSwapLayout.TradeFee, out _tradeFeeNumerator, out _tradeFeeDenominator);
        ReadFraction(data, TokenSwapLayout.OwnerTradeFee, out _ownerFeeNumerator, out _ownerFeeDenominator);
        _tokenProgram = Pubkey.Read(data, TokenSwapLayout.TokenProgram);
        _poolMint = Pubkey.Read(data, TokenSwapLayout.PoolMint);
        _feeAccount = Pubkey.Read(data, TokenSwapLayout.FeeAccount);
        SetSide(0, Pubkey.Read(data, TokenSwapLayout.MintA), Pubkey.Read(data, TokenSwapLayout.VaultA), false);
        SetSide(1, Pubkey.Read(data, TokenSwapLayout.MintB), Pubkey.Read(data, TokenSwapLayout.VaultB), false);
        return DecodeStatus.Ok;
    }

    private protected override QuoteStatus CheckReadiness()
    {
        if (!IsDecoded) return QuoteStatus.Incomplete;
        if (_curveType is not (TokenSwapLayout.CurveConstantProduct or TokenSwapLayout.CurveStable))
            return QuoteStatus.UnsupportedPool;
        for (int i = 0; i < PoolSides.Count; i++) ReserveRaw[i] = Sides[i].VaultState.AmountRaw;
        return CheckSides(TokenSwapLayout.TokenErrorFrozen);
    }

    private static void ReadFraction(ReadOnlySpan<byte> data, int offset, out ulong numerator, out ulong denominator)
    {
        numerator = BinaryPrimitives.ReadUInt64LittleEndian(data[offset..]);
        denominator = BinaryPrimitives.ReadUInt64LittleEndian(data[(offset + sizeof(ulong))..]);
    }
}
