using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumAmm;

/// <summary>
/// A Raydium AMM v4 pool: constant product on vault balances less the profit the protocol has yet to take; order-book
/// funds no longer count. Side A is coin, side B is pc. Fees round up.
/// Source: raydium-amm@27f461d program/src/processor.rs process_swap_base_in_v2 and process_swap_base_out_v2.
/// </summary>
public sealed partial class RaydiumAmmPool : Pool
{
    private readonly PoolSide[] _sides = new PoolSide[2];
    private readonly ulong[] _needTakePnlRaw = new ulong[2];
    private readonly ulong[] _reserveRaw = new ulong[2];

    private ulong _status;
    private ulong _nonce;
    private ulong _openTime;
    private ulong _recentEpoch;
    private ulong _feeNumerator;
    private ulong _feeDenominator;
    private bool _isDecoded;
    private uint _notReadyErrorCode;

    private Pubkey _authority;
    private Pubkey _openOrders;
    private Pubkey _targetOrders;
    private Pubkey _marketProgram;
    private Pubkey _market;
    private RaydiumAmmMarket _marketAccounts;
    private bool _hasMarketAccounts;

    /// <summary>An empty pool at <paramref name="address"/>.</summary>
    public RaydiumAmmPool(in Pubkey address)
        : base(VenueId.RaydiumAmm, in address)
    {
    }

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
        _marketAccounts = market;
        _hasMarketAccounts = true;
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!_isDecoded) return 0;
        ReadOnlySpan<AccountDependency> all =
        [
            new(_sides[0].Vault, AccountRole.VaultA, true),
            new(_sides[1].Vault, AccountRole.VaultB, true),
            new(_market, AccountRole.Market, false),
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
            AccountRole.Market => ApplyMarket(in account),
            _ => DecodeStatus.UnknownRole,
        };
        if (status == DecodeStatus.Ok) Refresh();
        return status;
    }

    /// <inheritdoc/>
    public override bool TryWriteState(in Pubkey key, Span<byte> data)
    {
        if (key == _sides[0].Vault) return _sides[0].VaultState.TryWrite(data);
        if (key == _sides[1].Vault) return _sides[1].VaultState.TryWrite(data);
        if (key != Address || data.Length != RaydiumAmmLayout.PoolSizeBytes) return false;
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumAmmLayout.Status..], _status);
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumAmmLayout.RecentEpoch..], _recentEpoch);
        return true;
    }

    /// <inheritdoc/>
    public override bool IsModelled(AccountRole role, int offset) => role switch
    {
        AccountRole.Pool => (uint)(offset - RaydiumAmmLayout.Status) < sizeof(ulong)
            || (uint)(offset - RaydiumAmmLayout.RecentEpoch) < sizeof(ulong),
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

        if (account.Owner != RaydiumAmmLayout.ProgramId) return DecodeStatus.WrongOwner;
        ReadOnlySpan<byte> data = account.Data;
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
        _needTakePnlRaw[0] = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.NeedTakePnlCoin..]);
        _needTakePnlRaw[1] = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.NeedTakePnlPc..]);
        _openTime = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.PoolOpenTime..]);
        _recentEpoch = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.RecentEpoch..]);
        MintA = Pubkey.Read(data, RaydiumAmmLayout.CoinMint);
        MintB = Pubkey.Read(data, RaydiumAmmLayout.PcMint);
        _sides[0].SetKeys(MintA, Pubkey.Read(data, RaydiumAmmLayout.CoinVault), needsMint: false);
        _sides[1].SetKeys(MintB, Pubkey.Read(data, RaydiumAmmLayout.PcVault), needsMint: false);
        _openOrders = Pubkey.Read(data, RaydiumAmmLayout.OpenOrders);
        _targetOrders = Pubkey.Read(data, RaydiumAmmLayout.TargetOrders);
        _marketProgram = Pubkey.Read(data, RaydiumAmmLayout.MarketProgram);
        Pubkey market = Pubkey.Read(data, RaydiumAmmLayout.Market);
        if (market != _market && !_market.IsZero) _hasMarketAccounts = false;
        _market = market;
        _isDecoded = true;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyMarket(in AccountView account)
    {
        if (!_isDecoded || account.Key != _market) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            _hasMarketAccounts = false;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != _marketProgram) return DecodeStatus.WrongOwner;
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

    /// <summary>Recomputes what every quote needs from the decoded members; called after each change.</summary>
    private void Refresh()
    {
        _notReadyErrorCode = 0;
        Readiness = CheckReadiness();
        for (int i = 0; i < _sides.Length; i++)
        {
            ulong vaultRaw = _sides[i].VaultState.AmountRaw;
            _reserveRaw[i] = vaultRaw >= _needTakePnlRaw[i] ? vaultRaw - _needTakePnlRaw[i] : 0;
        }
    }

    private QuoteStatus CheckReadiness()
    {
        if (!_isDecoded) return QuoteStatus.Incomplete;
        for (int i = 0; i < _sides.Length; i++)
        {
            QuoteStatus side = _sides[i].Readiness;
            if (side == QuoteStatus.Frozen) _notReadyErrorCode = RaydiumAmmLayout.TokenErrorFrozen;
            if (side != QuoteStatus.Ok) return side;
        }

        if (_status > RaydiumAmmLayout.StatusWaitingTrade) return QuoteStatus.InvalidState;
        if (_status is not (RaydiumAmmLayout.StatusInitialized
            or RaydiumAmmLayout.StatusSwapOnly or RaydiumAmmLayout.StatusWaitingTrade))
        {
            _notReadyErrorCode = RaydiumAmmLayout.ErrorInvalidStatus;
            return QuoteStatus.SwapDisabled;
        }

        if (_sides[0].VaultState.AmountRaw < _needTakePnlRaw[0] || _sides[1].VaultState.AmountRaw < _needTakePnlRaw[1])
        {
            _notReadyErrorCode = RaydiumAmmLayout.ErrorCheckedSubOverflow;
            return QuoteStatus.InvalidState;
        }

        return _feeDenominator == 0 || _feeNumerator > _feeDenominator ? QuoteStatus.InvalidState : QuoteStatus.Ok;
    }
}
