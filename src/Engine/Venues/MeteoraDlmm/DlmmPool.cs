using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// A Meteora DLMM pair: constant-price bins, volatility fee, limit orders, fee on input or on Y only, Token-2022.
/// Mint A is X, mint B is Y. Bin arrays, bitmap and copies are allocated with the pool; nothing else allocates.
/// Owner thread: the market group's. Each part names its source.
/// Not modelled: host fee accounts (never passed), the pre-activation swapper, observations of the oracle account (no
/// quote reads them), fees of the transfer to a host, and the compute budget: the program spends 4,800 to 6,800 units a
/// bin (vectors), so a walk of some 200 bins may not fit 1.4 million.
/// </summary>
public sealed partial class DlmmPool : Pool
{
    /// <summary>
    /// Bin arrays held unless stated otherwise: 4,480 bins, many times what one swap can name.
    /// </summary>
    public const int DefaultArrayCapacity = 64;

    private readonly DlmmBinArrays _arrays;
    private readonly ArrayKeys _keys;
    private readonly DlmmBitmap _bitmap = new();
    private readonly DlmmPassedBins _passedDown = new();
    private readonly DlmmPassedBins _passedUp = new();
    private readonly Pubkey[] _pinned = new Pubkey[InstructionBuffer.MaxAccounts];
    private int _pinnedCount = -1;

    private DlmmFees _fees;
    private DlmmVolatility _volatility;
    private int _activeId;
    private int _minBinId;
    private int _maxBinId;
    private ulong _protocolFeeX;
    private ulong _protocolFeeY;
    private ulong _activationPoint;
    private ulong _latestPoint;
    private Pubkey _reserveX;
    private Pubkey _reserveY;
    private Pubkey _oracle;
    private Pubkey _extensionKey;
    private TokenAccountInfo _vaultX;
    private TokenAccountInfo _vaultY;
    private MintInfo _mintX;
    private MintInfo _mintY;
    private byte _status;
    private byte _activationType;
    private bool _needsActivation;
    private bool _supportsOrders;
    private bool _feeOnlyInY;
    private bool _isToken2022X;
    private bool _isToken2022Y;
    private bool _isDecoded;
    private bool _hasExtension;
    private bool _extensionKnown;
    private bool _isExtensionPinned;

    /// <summary>An empty pair with room for <see cref="DefaultArrayCapacity"/> bin arrays.</summary>
    public DlmmPool(in Pubkey address) : this(in address, DefaultArrayCapacity)
    {
    }

    /// <summary>An empty pair with room for <paramref name="arrayCapacity"/> bin arrays.</summary>
    public DlmmPool(in Pubkey address, int arrayCapacity)
        : base(VenueId.MeteoraDlmm, in address)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(arrayCapacity, 1);
        _arrays = new DlmmBinArrays(arrayCapacity);
        _keys = new ArrayKeys(DlmmProgram.Id, address, ArraySeedForm.BinLittleEndian);
    }

    /// <summary>Bin step in 1e-4.</summary>
    public int BinStep => _fees.BinStep;

    /// <inheritdoc/>
    public override SwapWorkClass WorkClass =>
        WorkClassOf(_isToken2022X, _isToken2022Y, isHeavy: false);

    /// <summary>
    /// True while the volatility fee can still decay, the opening lies ahead of the latest clock a quote was asked
    /// with, or a transfer fee changes with the epoch.
    /// </summary>
    public override bool IsTimeDependent => HasDecayingFee || (_needsActivation && _latestPoint < _activationPoint)
        || ChangesWithEpoch(in _mintX) || ChangesWithEpoch(in _mintY);

    /// <inheritdoc/>
    internal override bool IsSameAt(in ChainClock before, in ChainClock now)
    {
        if (before == now) return true;
        if (_needsActivation || before.Epoch != now.Epoch) return false;
        DlmmVolatility first = _volatility;
        DlmmVolatility second = _volatility;
        return _fees.TryUpdateReferences(ref first, _activeId, before.UnixTimestamp)
            && _fees.TryUpdateReferences(ref second, _activeId, now.UnixTimestamp)
            && first.Reference == second.Reference && first.IndexReference == second.IndexReference;
    }

    // The program sees the extension's bits only if the instruction names the account.
    private bool UsesExtension => _hasExtension && (_pinnedCount < 0 || _isExtensionPinned);

    private bool HasDecayingFee => _fees.VariableFeeControl != 0
        && ((_volatility.Accumulator | _volatility.Reference) != 0 || _volatility.IndexReference != _activeId);

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!_isDecoded) return 0;
        int count = 0;
        Add(destination, ref count, MintA, AccountRole.MintA, _isToken2022X);
        Add(destination, ref count, MintB, AccountRole.MintB, _isToken2022Y);
        Add(destination, ref count, _reserveX, AccountRole.VaultA, false);
        Add(destination, ref count, _reserveY, AccountRole.VaultB, false);
        Add(destination, ref count, _extensionKey, AccountRole.BitmapExtension, false);
        for (int side = 0; side < 2; side++)
        {
            bool down = side == 0;
            int index = ArrayIndexOf(_activeId) + (down ? 0 : 1);
            for (int i = 0; i < DlmmProgram.ArraysPerSwap; i++)
            {
                if (!_bitmap.TryNext(index, down, _hasExtension, out index)) break;
                Add(destination, ref count, ArrayKey(index), AccountRole.BinArray, false);
                index += down ? -1 : 1;
            }
        }

        return count;
    }

    /// <inheritdoc/>
    public override void MarkArraysComplete()
    {
        _extensionKnown = true;
        ForgetPassed();
    }

    /// <inheritdoc/>
    /// <remarks>The bitmap extension is given only if its key is among <paramref name="arrays"/>.</remarks>
    public override void PinArrays(ReadOnlySpan<Pubkey> arrays)
    {
        _pinnedCount = 0;
        _isExtensionPinned = false;
        ForgetPassed();
        foreach (Pubkey key in arrays)
        {
            if (key == _extensionKey) _isExtensionPinned = true;
            else if (_pinnedCount < _pinned.Length) _pinned[_pinnedCount++] = key;
        }
    }

    /// <inheritdoc/>
    public override void UnpinArrays()
    {
        _pinnedCount = -1;
        ForgetPassed();
    }

    /// <inheritdoc/>
    public override bool TryWriteState(in Pubkey key, Span<byte> data)
    {
        if (key == _reserveX && _vaultX.IsKnown) return _vaultX.TryWrite(data);
        if (key == _reserveY && _vaultY.IsKnown) return _vaultY.TryWrite(data);
        if (key != Address) return _arrays.TryWrite(in key, data);
        if (data.Length != DlmmLayout.PairSize) return false;
        BinaryPrimitives.WriteUInt32LittleEndian(data[DlmmLayout.VolatilityAccumulator..], _volatility.Accumulator);
        BinaryPrimitives.WriteUInt32LittleEndian(data[DlmmLayout.VolatilityReference..], _volatility.Reference);
        BinaryPrimitives.WriteInt32LittleEndian(data[DlmmLayout.IndexReference..], _volatility.IndexReference);
        BinaryPrimitives.WriteInt64LittleEndian(data[DlmmLayout.LastUpdate..], _volatility.LastUpdate);
        BinaryPrimitives.WriteInt32LittleEndian(data[DlmmLayout.ActiveId..], _activeId);
        BinaryPrimitives.WriteUInt64LittleEndian(data[DlmmLayout.ProtocolFeeX..], _protocolFeeX);
        BinaryPrimitives.WriteUInt64LittleEndian(data[DlmmLayout.ProtocolFeeY..], _protocolFeeY);
        WriteRewards(data);
        return true;
    }

    /// <inheritdoc/>
    public override bool IsModelled(AccountRole role, int offset)
    {
        switch (role)
        {
            case AccountRole.Pool:
                return offset is (>= DlmmLayout.VolatilityAccumulator and < DlmmLayout.IndexReference + 4)
                    or (>= DlmmLayout.LastUpdate and < DlmmLayout.LastUpdate + 8)
                    or (>= DlmmLayout.ActiveId and < DlmmLayout.ActiveId + 4)
                    or (>= DlmmLayout.ProtocolFeeX and < DlmmLayout.ProtocolFeeY + 8)
                    || IsRewardTime(offset);
            case AccountRole.BinArray:
                // All of a bin but its price, its shares and the orders' side, which no swap changes.
                return offset >= DlmmLayout.Bins && ((offset - DlmmLayout.Bins) % DlmmLayout.BinSize)
                    is < DlmmLayout.BinPrice or (>= DlmmLayout.BinFulfilledX and < DlmmLayout.BinAskSide);
            case AccountRole.VaultA:
                return _vaultX.IsTransferState(offset);
            case AccountRole.VaultB:
                return _vaultY.IsTransferState(offset);
            default:
                return false;
        }
    }

    /// <summary>Number of the array a bin lies in (floor division).</summary>
    internal static int ArrayIndexOf(int binId)
    {
        int quotient = binId / DlmmLayout.BinsPerArray;
        return binId < 0 && quotient * DlmmLayout.BinsPerArray != binId ? quotient - 1 : quotient;
    }

    private void ForgetPassed()
    {
        _passedDown.Forget();
        _passedUp.Forget();
    }

    private static bool ChangesWithEpoch(in MintInfo mint) => mint.HasTransferFee
        && (mint.OlderFee.FeeBps != mint.NewerFee.FeeBps || mint.OlderFee.MaximumRaw != mint.NewerFee.MaximumRaw);

    private Pubkey ArrayKey(int index)
    {
        int slot = _arrays.Find(index);
        return slot >= 0 ? _arrays.Slot(slot).Key : _keys.Get(index, 1);
    }
}
