using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.RaydiumAmm;

/// <summary>
/// A Raydium AMM v4 pool: constant product on vault balances less the profit the protocol has yet to take; order-book
/// funds no longer count. Side A is coin, side B is pc. Fees round up.
/// Source: raydium-amm@27f461d program/src/processor.rs process_swap_base_in_v2 and process_swap_base_out_v2.
/// </summary>
public sealed partial class RaydiumAmmPool : VaultPool
{
    private SidePair _needTakePnlRaw;

    private ulong _status;
    private ulong _nonce;
    private ulong _openTime;
    private ulong _recentEpoch;
    private ulong _feeNumerator;
    private ulong _feeDenominator;
    private ulong _keptNumerator;
    private FixedShare _kept;
    private SidePair _plainInputs; // by input side: inputs from 1 to this take the plain way (Quote)
    private uint _feeRateE9;

    private Pubkey _authority;
    private Pubkey _openOrders;
    private Pubkey _targetOrders;
    private Pubkey _marketProgram;
    private Pubkey _market;
    private RaydiumAmmMarket[] _marketAccounts = []; // one, once the market is known: most are never asked for
    private bool _hasMarketAccounts;

    /// <summary>An empty pool at <paramref name="address"/>.</summary>
    public RaydiumAmmPool(in Pubkey address)
        : base(VenueId.RaydiumAmm, in address)
    {
    }

    private protected override ref readonly Pubkey ProgramId => ref RaydiumAmmLayout.ProgramId;

    /// <summary>One hyperbola: no mint of SPL Token has a transfer fee.</summary>
    public override int SegmentsMax => 1;

    /// <inheritdoc/>
    public override bool IsTimeDependent => _status == RaydiumAmmLayout.StatusWaitingTrade;

    /// <summary>True if the account is of this program and a pool.</summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        bool isPool = account.Owner == RaydiumAmmLayout.ProgramId
            && account.Data.Length == RaydiumAmmLayout.PoolSizeBytes;
        accountClass = isPool ? new AccountClass(VenueId.RaydiumAmm, AccountRole.Pool, account.Key) : default;
        return isPool;
    }

    /// <summary>
    /// Gives the accounts that only the legacy instruction needs, when the market's own bytes are not at hand.
    /// </summary>
    public void SetMarketAccounts(in RaydiumAmmMarket market)
    {
        if (_marketAccounts.Length == 0) _marketAccounts = new RaydiumAmmMarket[1];
        _marketAccounts[0] = market;
        _hasMarketAccounts = true;
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination) =>
        CopyDependencies(destination, [new(_market, AccountRole.Market, false)]);

    private protected override DecodeStatus ApplyOther(AccountRole role, in AccountView account) =>
        role != AccountRole.Market || !IsDecoded ? DecodeStatus.UnknownRole
            : account.Key == _openOrders ? ApplyOpenOrders(in account) : ApplyMarket(in account);

    private protected override bool TryWritePool(Span<byte> data)
    {
        if (data.Length != RaydiumAmmLayout.PoolSizeBytes) return false;
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumAmmLayout.Status..], _status);
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumAmmLayout.RecentEpoch..], _recentEpoch);
        return true;
    }

    private protected override bool IsPoolModelled(int offset) =>
        (uint)(offset - RaydiumAmmLayout.Status) < sizeof(ulong)
        || (uint)(offset - RaydiumAmmLayout.RecentEpoch) < sizeof(ulong);

    private protected override DecodeStatus DecodePool(ReadOnlySpan<byte> data)
    {
        if (data.Length != RaydiumAmmLayout.PoolSizeBytes) return DecodeStatus.WrongSize;

        ulong nonce = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.Nonce..]);
        if (nonce != _nonce || _authority.IsZero)
        {
            if (!TryFindAuthority((byte)nonce, out Pubkey authority)) return DecodeStatus.InvalidValue;
            _authority = authority;
            _nonce = nonce;
        }

        _status = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.Status..]);
        _feeNumerator = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.SwapFeeNumerator..]);
        _feeDenominator = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.SwapFeeDenominator..]);
        _keptNumerator = unchecked(_feeDenominator - _feeNumerator);
        _kept = new FixedShare(_keptNumerator, _feeDenominator);
        _feeRateE9 = _feeDenominator == 0
            ? 0 : (uint)ConstantProduct.MultiplyDivideDown(OneE9, _feeNumerator, _feeDenominator);
        _needTakePnlRaw[0] = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.NeedTakePnlCoin..]);
        _needTakePnlRaw[1] = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.NeedTakePnlPc..]);
        _openTime = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.PoolOpenTime..]);
        _recentEpoch = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.RecentEpoch..]);
        SetSide(0, Pubkey.Read(data, RaydiumAmmLayout.CoinMint), Pubkey.Read(data, RaydiumAmmLayout.CoinVault), false);
        SetSide(1, Pubkey.Read(data, RaydiumAmmLayout.PcMint), Pubkey.Read(data, RaydiumAmmLayout.PcVault), false);
        _openOrders = Pubkey.Read(data, RaydiumAmmLayout.OpenOrders);
        _targetOrders = Pubkey.Read(data, RaydiumAmmLayout.TargetOrders);
        _marketProgram = Pubkey.Read(data, RaydiumAmmLayout.MarketProgram);
        Pubkey market = Pubkey.Read(data, RaydiumAmmLayout.Market);
        if (market != _market && !_market.IsZero) _hasMarketAccounts = false;
        _market = market;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyMarket(in AccountView account)
    {
        if (!TryOpen(in account, in _market, in _marketProgram, ref _hasMarketAccounts, out DecodeStatus status))
            return status;
        ReadOnlySpan<byte> data = account.Data;
        if (data.Length != RaydiumAmmLayout.MarketSizeBytes) return DecodeStatus.WrongSize;
        ProgramAddressSeeds seeds = default;
        seeds.Add(in _market);
        seeds.Add(data.Slice(RaydiumAmmLayout.MarketVaultSignerNonce, sizeof(ulong)));
        if (seeds.Create(in _marketProgram, out Pubkey vaultSigner) != ProgramAddressStatus.Ok)
            return DecodeStatus.InvalidValue;
        SetMarketAccounts(new RaydiumAmmMarket(
            Pubkey.Read(data, RaydiumAmmLayout.MarketBids),
            Pubkey.Read(data, RaydiumAmmLayout.MarketAsks),
            Pubkey.Read(data, RaydiumAmmLayout.MarketEventQueue),
            Pubkey.Read(data, RaydiumAmmLayout.MarketCoinVault),
            Pubkey.Read(data, RaydiumAmmLayout.MarketPcVault),
            vaultSigner));
        return DecodeStatus.Ok;
    }

    // Source: raydium-amm@27f461d program/src/processor.rs, AUTHORITY_AMM and authority_id.
    private static bool TryFindAuthority(byte nonce, out Pubkey authority)
    {
        ProgramAddressSeeds seeds = default;
        seeds.Add("amm authority"u8);
        seeds.Add([nonce]);
        return seeds.Create(in RaydiumAmmLayout.ProgramId, out authority) == ProgramAddressStatus.Ok;
    }

    private protected override QuoteStatus CheckReadiness()
    {
        _plainInputs = default;
        if (!IsDecoded) return QuoteStatus.Incomplete;
        QuoteStatus sides = CheckSides(RaydiumAmmLayout.TokenErrorFrozen);
        if (sides is not (QuoteStatus.Ok or QuoteStatus.Frozen)) return sides;
        if (_status > RaydiumAmmLayout.StatusWaitingTrade) return NotReady(QuoteStatus.InvalidState, 0);
        if (_status is not (RaydiumAmmLayout.StatusInitialized
            or RaydiumAmmLayout.StatusSwapOnly or RaydiumAmmLayout.StatusWaitingTrade))
            return NotReady(QuoteStatus.SwapDisabled, RaydiumAmmLayout.ErrorInvalidStatus);
        for (int i = 0; i < PoolSides.Count; i++)
        {
            ulong totalRaw = unchecked(Sides[i].VaultState.AmountRaw + CountedInOrderBook(i));
            if (totalRaw < _needTakePnlRaw[i] || totalRaw < CountedInOrderBook(i))
                return NotReady(QuoteStatus.InvalidState, RaydiumAmmLayout.ErrorCheckedSubOverflow);
            ReserveRaw[i] = totalRaw - _needTakePnlRaw[i];
        }

        if (_feeDenominator == 0 || _feeNumerator > _feeDenominator) return NotReady(QuoteStatus.InvalidState, 0);
        if (sides == QuoteStatus.Ok && _status != RaydiumAmmLayout.StatusWaitingTrade
            && ReserveRaw[0] != 0 && ReserveRaw[1] != 0 && (CountedInOrderBook(0) | CountedInOrderBook(1)) == 0)
        {
            for (int i = 0; i < PoolSides.Count; i++)
                _plainInputs[i] = System.Math.Min(_kept.AmountMax, Sides[i].ReceivableRaw);
        }

        return sides;
    }
}
