using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>Decoding: accounts into the pair's state, and what the pair can do with them.</summary>
public sealed partial class DlmmPool
{
    /// <summary>Recognises accounts of this program: owner first, then size and discriminator.</summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        accountClass = default;
        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != DlmmProgram.Id || data.Length < sizeof(ulong)) return false;
        accountClass = (BinaryPrimitives.ReadUInt64LittleEndian(data), data.Length) switch
        {
            (DlmmLayout.PairDiscriminator, DlmmLayout.PairSize) =>
                new AccountClass(VenueId.MeteoraDlmm, AccountRole.Pool, account.Key),
            (DlmmLayout.BinArrayDiscriminator, DlmmLayout.BinArraySize) => new AccountClass(
                VenueId.MeteoraDlmm, AccountRole.BinArray, Pubkey.Read(data, DlmmLayout.BinArrayPair)),
            (DlmmLayout.BitmapExtensionDiscriminator, DlmmLayout.BitmapExtensionSize) => new AccountClass(
                VenueId.MeteoraDlmm, AccountRole.BitmapExtension, Pubkey.Read(data, DlmmLayout.ExtensionPair)),
            _ => default,
        };
        return accountClass.Venue != VenueId.None;
    }

    /// <inheritdoc/>
    public override DecodeStatus ApplyChange(AccountRole role, in AccountView account, int from, int to)
    {
        ForgetPassed();
        bool isArray = role == AccountRole.BinArray && account.Exists;
        if (!isArray || from < DlmmLayout.Bins) return Apply(role, in account);
        return _arrays.TryApplyBins(in account, _fees.BinStep, _supportsOrders, from, to)
            ? DecodeStatus.Ok
            : Apply(role, in account);
    }

    /// <inheritdoc/>
    public override DecodeStatus Apply(AccountRole role, in AccountView account)
    {
        ForgetPassed();
        DecodeStatus status = role switch
        {
            AccountRole.Pool => ApplyPair(in account),
            AccountRole.BinArray => ApplyBinArray(in account),
            AccountRole.BitmapExtension => ApplyExtension(in account),
            AccountRole.MintA => TakeMint(in account, MintA, ref _mintX),
            AccountRole.MintB => TakeMint(in account, MintB, ref _mintY),
            AccountRole.VaultA => TakeVault(in account, _reserveX, ref _vaultX),
            AccountRole.VaultB => TakeVault(in account, _reserveY, ref _vaultY),
            AccountRole.Oracle => DecodeStatus.Ok,
            _ => DecodeStatus.UnknownRole,
        };
        if (status == DecodeStatus.Ok) Readiness = ComputeReadiness();
        return status;
    }

    private DecodeStatus ApplyPair(in AccountView account)
    {
        DecodeStatus status = Check(in account, DlmmLayout.PairSize, DlmmLayout.PairDiscriminator);
        if (status != DecodeStatus.Ok) return status;
        if (account.Key != Address) return DecodeStatus.WrongPool;
        ReadOnlySpan<byte> data = account.Data[..DlmmLayout.PairSize]; // PERF: one check, no offset needs its own
        int activeId = BinaryPrimitives.ReadInt32LittleEndian(data[DlmmLayout.ActiveId..]);
        if (activeId is < BinMath.MinBinId or > BinMath.MaxBinId) return DecodeStatus.InvalidValue;

        bool supportedOrders = _supportsOrders;
        _activeId = activeId;
        _minBinId = BinaryPrimitives.ReadInt32LittleEndian(data[DlmmLayout.MinBinId..]);
        _maxBinId = BinaryPrimitives.ReadInt32LittleEndian(data[DlmmLayout.MaxBinId..]);
        _fees = DlmmFees.Read(data);
        _volatility.Accumulator = BinaryPrimitives.ReadUInt32LittleEndian(data[DlmmLayout.VolatilityAccumulator..]);
        _volatility.Reference = BinaryPrimitives.ReadUInt32LittleEndian(data[DlmmLayout.VolatilityReference..]);
        _volatility.IndexReference = BinaryPrimitives.ReadInt32LittleEndian(data[DlmmLayout.IndexReference..]);
        _volatility.LastUpdate = BinaryPrimitives.ReadInt64LittleEndian(data[DlmmLayout.LastUpdate..]);
        _protocolFeeX = BinaryPrimitives.ReadUInt64LittleEndian(data[DlmmLayout.ProtocolFeeX..]);
        _protocolFeeY = BinaryPrimitives.ReadUInt64LittleEndian(data[DlmmLayout.ProtocolFeeY..]);
        _activationPoint = BinaryPrimitives.ReadUInt64LittleEndian(data[DlmmLayout.ActivationPoint..]);
        _status = data[DlmmLayout.Status];
        _activationType = data[DlmmLayout.ActivationType];
        // Source: dlmm-sdk@fb02e51 commons/src/quote.rs, validate_swap_activation: types 1 (permission) and 2
        // (customizable).
        _needsActivation = data[DlmmLayout.PairType] is 1 or 2;
        _feeOnlyInY = data[DlmmLayout.CollectFeeMode] == 1;
        _supportsOrders = SupportsOrders(data);
        ReadRewards(data);
        _isToken2022X = data[DlmmLayout.MintXFlag] == 1;
        _isToken2022Y = data[DlmmLayout.MintYFlag] == 1;
        _reserveX = Pubkey.Read(data, DlmmLayout.ReserveX);
        _reserveY = Pubkey.Read(data, DlmmLayout.ReserveY);
        _oracle = Pubkey.Read(data, DlmmLayout.Oracle);
        MintA = Pubkey.Read(data, DlmmLayout.MintX);
        MintB = Pubkey.Read(data, DlmmLayout.MintY);
        _bitmap.SetInternal(data.Slice(DlmmLayout.Bitmap, 128));
        if (!_isDecoded)
            _ = ProgramAddress.TryFind(DlmmProgram.Id, "bitmap"u8, Address, out _extensionKey, out _);
        _isDecoded = true;
        if (supportedOrders != _supportsOrders) _arrays.UpdateAllMasks(_supportsOrders);
        return DecodeStatus.Ok;
    }

    // Source: dlmm-sdk@fb02e51 commons/src/extensions/lb_pair.rs, is_support_limit_order;
    // conversions/function_type.rs: 0 undetermined (orders unless a reward was set up), 1 liquidity mining (no
    // orders), 2 limit orders.
    private static bool SupportsOrders(ReadOnlySpan<byte> data) => data[DlmmLayout.FunctionType] switch
    {
        0 => Pubkey.Read(data, DlmmLayout.RewardMint0).IsZero
            && Pubkey.Read(data, DlmmLayout.RewardMint0 + DlmmLayout.RewardSize).IsZero,
        2 => true,
        _ => false,
    };

    private DecodeStatus ApplyBinArray(in AccountView account)
    {
        if (!account.Exists)
        {
            _arrays.Remove(account.Key);
            return DecodeStatus.Ok;
        }

        DecodeStatus status = Check(in account, DlmmLayout.BinArraySize, DlmmLayout.BinArrayDiscriminator);
        if (status != DecodeStatus.Ok) return status;
        if (Pubkey.Read(account.Data, DlmmLayout.BinArrayPair) != Address) return DecodeStatus.WrongPool;
        long index = BinaryPrimitives.ReadInt64LittleEndian(account.Data[DlmmLayout.BinArrayIndex..]);
        if (index < ArrayIndexOf(BinMath.MinBinId) || index > ArrayIndexOf(BinMath.MaxBinId))
            return DecodeStatus.InvalidValue;
        if (!_isDecoded) return DecodeStatus.WrongPool;
        return _arrays.Apply(in account, (int)index, ArrayIndexOf(_activeId), _fees.BinStep, _supportsOrders);
    }

    private DecodeStatus ApplyExtension(in AccountView account)
    {
        if (!account.Exists)
        {
            _bitmap.SetExtension(default, default);
            _hasExtension = false;
            _extensionKnown = true;
            return DecodeStatus.Ok;
        }

        DecodeStatus status = Check(
            in account, DlmmLayout.BitmapExtensionSize, DlmmLayout.BitmapExtensionDiscriminator);
        if (status != DecodeStatus.Ok) return status;
        if (Pubkey.Read(account.Data, DlmmLayout.ExtensionPair) != Address) return DecodeStatus.WrongPool;
        int half = DlmmLayout.ExtensionNegative - DlmmLayout.ExtensionPositive;
        _bitmap.SetExtension(
            account.Data.Slice(DlmmLayout.ExtensionPositive, half),
            account.Data.Slice(DlmmLayout.ExtensionNegative, half));
        _extensionKey = account.Key;
        _hasExtension = true;
        _extensionKnown = true;
        return DecodeStatus.Ok;
    }

    private static DecodeStatus Check(in AccountView account, int size, ulong discriminator)
    {
        if (!Pubkey.AreSame(in account.Owner, in DlmmProgram.Id)) return DecodeStatus.WrongOwner;
        if (account.Data.Length != size) return DecodeStatus.WrongSize;
        return BinaryPrimitives.ReadUInt64LittleEndian(account.Data) == discriminator
            ? DecodeStatus.Ok
            : DecodeStatus.WrongDiscriminator;
    }

    private QuoteStatus ComputeReadiness()
    {
        if (!_isDecoded) return QuoteStatus.Incomplete;
        if (_mintX.IsRefused || _mintY.IsRefused) return QuoteStatus.UnsupportedMint;
        if ((_isToken2022X && !_mintX.IsKnown) || (_isToken2022Y && !_mintY.IsKnown)) return QuoteStatus.Incomplete;
        if (_vaultX.IsFrozen || _vaultY.IsFrozen) return QuoteStatus.Frozen;
        return _status == 0 ? QuoteStatus.Ok : QuoteStatus.SwapDisabled;
    }
}
