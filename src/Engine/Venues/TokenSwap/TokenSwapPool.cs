using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.TokenSwap;

/// <summary>
/// A pool of the SPL token-swap program (Orca version 2): constant product or stable curve on the vault balances,
/// fees on
/// input rounded down but at least one. The program takes less than the input where less yields the same output.
/// Not modelled: the LP tokens minted for the owner fee (pool mint, fee account); they do not bear on a quote.
/// Source: solana-program-library token-swap/program/src/processor.rs process_swap.
/// </summary>
public sealed partial class TokenSwapPool : Pool
{
    private readonly PoolSide[] _sides = new PoolSide[2];

    private ulong _tradeFeeNumerator;
    private ulong _tradeFeeDenominator;
    private ulong _ownerFeeNumerator;
    private ulong _ownerFeeDenominator;
    private ulong _leverage;
    private byte _curveType;
    private bool _isDecoded;
    private bool _hasFrozenVault;

    private Pubkey _authority;
    private Pubkey _tokenProgram;
    private Pubkey _poolMint;
    private Pubkey _feeAccount;

    /// <summary>An empty pool at <paramref name="address"/>.</summary>
    public TokenSwapPool(in Pubkey address)
        : base(VenueId.TokenSwap, in address)
    {
    }

    /// <summary>True if the account is a pool of this program.</summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        bool isPool = account.Owner == TokenSwapLayout.ProgramId
            && account.Data.Length == TokenSwapLayout.PoolSizeBytes
            && account.Data[TokenSwapLayout.Version] == 1;
        accountClass = isPool ? new AccountClass(VenueId.TokenSwap, AccountRole.Pool, account.Key) : default;
        return isPool;
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!_isDecoded) return 0;
        ReadOnlySpan<AccountDependency> all =
        [
            new(_sides[0].Vault, AccountRole.VaultA, true),
            new(_sides[1].Vault, AccountRole.VaultB, true),
        ];
        int count = System.Math.Min(all.Length, destination.Length);
        all[..count].CopyTo(destination);
        return count;
    }

    /// <inheritdoc/>
    public override DecodeStatus Apply(AccountRole role, in AccountView account)
    {
        DecodeStatus status = role switch
        {
            AccountRole.Pool => ApplyPool(in account),
            AccountRole.VaultA => _sides[0].ApplyVault(in account),
            AccountRole.VaultB => _sides[1].ApplyVault(in account),
            AccountRole.MintA => _sides[0].ApplyMint(in account),
            AccountRole.MintB => _sides[1].ApplyMint(in account),
            _ => DecodeStatus.UnknownRole,
        };
        if (status == DecodeStatus.Ok) Readiness = CheckReadiness();
        return status;
    }

    /// <inheritdoc/>
    public override bool TryWriteState(in Pubkey key, Span<byte> data)
    {
        if (key == _sides[0].Vault) return _sides[0].VaultState.TryWrite(data);
        return key == _sides[1].Vault && _sides[1].VaultState.TryWrite(data);
    }

    /// <inheritdoc/>
    public override bool IsModelled(AccountRole role, int offset) => role switch
    {
        AccountRole.VaultA => _sides[0].VaultState.IsTransferState(offset),
        AccountRole.VaultB => _sides[1].VaultState.IsTransferState(offset),
        _ => false,
    };

    private DecodeStatus ApplyPool(in AccountView account)
    {
        if (account.Key != Address) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            _isDecoded = false;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != TokenSwapLayout.ProgramId) return DecodeStatus.WrongOwner;
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
        MintA = Pubkey.Read(data, TokenSwapLayout.MintA);
        MintB = Pubkey.Read(data, TokenSwapLayout.MintB);
        _sides[0].SetKeys(MintA, Pubkey.Read(data, TokenSwapLayout.VaultA), needsMint: false);
        _sides[1].SetKeys(MintB, Pubkey.Read(data, TokenSwapLayout.VaultB), needsMint: false);
        _isDecoded = true;
        return DecodeStatus.Ok;
    }

    private QuoteStatus CheckReadiness()
    {
        _hasFrozenVault = false;
        if (!_isDecoded) return QuoteStatus.Incomplete;
        if (_curveType is not (TokenSwapLayout.CurveConstantProduct or TokenSwapLayout.CurveStable))
            return QuoteStatus.UnsupportedPool;
        for (int i = 0; i < _sides.Length; i++)
        {
            QuoteStatus side = _sides[i].Readiness;
            if (side == QuoteStatus.Frozen) _hasFrozenVault = true;
            if (side != QuoteStatus.Ok) return side;
        }

        return QuoteStatus.Ok;
    }

    private static void ReadFraction(ReadOnlySpan<byte> data, int offset, out ulong numerator, out ulong denominator)
    {
        numerator = BinaryPrimitives.ReadUInt64LittleEndian(data[offset..]);
        denominator = BinaryPrimitives.ReadUInt64LittleEndian(data[(offset + sizeof(ulong))..]);
    }
}
