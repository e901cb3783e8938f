using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumCpmm;

/// <summary>
/// A Raydium CPMM pool: constant product on vault balances less protocol, fund and creator fees owed, with Token-2022
/// transfer fees at both ends. Side A is token 0, side B is token 1.
/// Source: raydium-cp-swap@609780f programs/cp-swap/src/instructions/swap_base_input.rs and swap_base_output.rs.
/// </summary>
public sealed partial class RaydiumCpmmPool : Pool
{
    private readonly PoolSide[] _sides = new PoolSide[2];
    private readonly ulong[] _protocolFeesRaw = new ulong[2];
    private readonly ulong[] _fundFeesRaw = new ulong[2];
    private readonly ulong[] _creatorFeesRaw = new ulong[2];
    private readonly ulong[] _reserveRaw = new ulong[2];

    private ulong _openTime;
    private ulong _recentEpoch;
    private ulong _tradeFeeRate;
    private ulong _protocolFeeRate;
    private ulong _fundFeeRate;
    private ulong _configCreatorFeeRate;
    private ulong _creatorFeeRate;
    private byte _status;
    private byte _creatorFeeOn;
    private bool _enableCreatorFee;
    private bool _isDecoded;
    private bool _hasConfig;
    private uint _notReadyErrorCode;

    private Pubkey _config;
    private Pubkey _observation;
    private Pubkey _program0;
    private Pubkey _program1;

    /// <summary>An empty pool at <paramref name="address"/>.</summary>
    public RaydiumCpmmPool(in Pubkey address)
        : base(VenueId.RaydiumCpmm, in address)
    {
    }

    /// <inheritdoc/>
    public override bool IsTimeDependent =>
        HasFeeSchedule(in _sides[0].MintState) || HasFeeSchedule(in _sides[1].MintState) || MayNotBeOpen;

    /// <summary>
    /// Fees owed prove that swaps have happened, so the opening time (which never changes) has passed.
    /// </summary>
    private bool MayNotBeOpen =>
        _openTime != 0
        && (_protocolFeesRaw[0] | _protocolFeesRaw[1] | _fundFeesRaw[0] | _fundFeesRaw[1]
            | _creatorFeesRaw[0] | _creatorFeesRaw[1]) == 0;

    /// <summary>Recognises a pool or a configuration of this program.</summary>
    internal static bool TryClassify(in AccountView account, out AccountClass accountClass)
    {
        accountClass = default;
        if (account.Owner != RaydiumCpmmLayout.ProgramId || account.Data.Length < sizeof(ulong)) return false;
        ulong discriminator = BinaryPrimitives.ReadUInt64LittleEndian(account.Data);
        if (discriminator == RaydiumCpmmLayout.PoolDiscriminator
            && account.Data.Length == RaydiumCpmmLayout.PoolSizeBytes)
            accountClass = new AccountClass(VenueId.RaydiumCpmm, AccountRole.Pool, account.Key);
        else if (discriminator == RaydiumCpmmLayout.ConfigDiscriminator
            && account.Data.Length == RaydiumCpmmLayout.ConfigSizeBytes)
            accountClass = new AccountClass(VenueId.RaydiumCpmm, AccountRole.Config, default);
        return accountClass.Venue != VenueId.None;
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination)
    {
        if (!_isDecoded) return 0;
        ReadOnlySpan<AccountDependency> all =
        [
            new(_sides[0].Vault, AccountRole.VaultA, true),
            new(_sides[1].Vault, AccountRole.VaultB, true),
            new(_config, AccountRole.Config, true),
            new(_sides[0].Mint, AccountRole.MintA, _sides[0].NeedsMint),
            new(_sides[1].Mint, AccountRole.MintB, _sides[1].NeedsMint),
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
            AccountRole.Config => ApplyConfig(in account),
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
        if (key != Address || data.Length != RaydiumCpmmLayout.PoolSizeBytes) return false;
        WritePair(data, RaydiumCpmmLayout.ProtocolFees0, _protocolFeesRaw);
        WritePair(data, RaydiumCpmmLayout.FundFees0, _fundFeesRaw);
        WritePair(data, RaydiumCpmmLayout.CreatorFees0, _creatorFeesRaw);
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumCpmmLayout.RecentEpoch..], _recentEpoch);
        return true;
    }

    /// <inheritdoc/>
    public override bool IsModelled(AccountRole role, int offset) => role switch
    {
        AccountRole.Pool => (uint)(offset - RaydiumCpmmLayout.ProtocolFees0) < 2 * sizeof(ulong)
            || (uint)(offset - RaydiumCpmmLayout.FundFees0) < 2 * sizeof(ulong)
            || (uint)(offset - RaydiumCpmmLayout.CreatorFees0) < 2 * sizeof(ulong)
            || (uint)(offset - RaydiumCpmmLayout.RecentEpoch) < sizeof(ulong),
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
        if (account.Owner != RaydiumCpmmLayout.ProgramId) return DecodeStatus.WrongOwner;
        if (data.Length != RaydiumCpmmLayout.PoolSizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != RaydiumCpmmLayout.PoolDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        if (data[RaydiumCpmmLayout.EnableCreatorFee] > 1) return DecodeStatus.InvalidValue;

        Pubkey config = Pubkey.Read(data, RaydiumCpmmLayout.Config);
        if (config != _config) _hasConfig = false;
        _config = config;
        MintA = Pubkey.Read(data, RaydiumCpmmLayout.Mint0);
        MintB = Pubkey.Read(data, RaydiumCpmmLayout.Mint1);
        _program0 = Pubkey.Read(data, RaydiumCpmmLayout.Program0);
        _program1 = Pubkey.Read(data, RaydiumCpmmLayout.Program1);
        _sides[0].SetKeys(MintA, Pubkey.Read(data, RaydiumCpmmLayout.Vault0), _program0 != ProgramIds.Token);
        _sides[1].SetKeys(MintB, Pubkey.Read(data, RaydiumCpmmLayout.Vault1), _program1 != ProgramIds.Token);
        _observation = Pubkey.Read(data, RaydiumCpmmLayout.Observation);
        _status = data[RaydiumCpmmLayout.Status];
        ReadPair(data, RaydiumCpmmLayout.ProtocolFees0, _protocolFeesRaw);
        ReadPair(data, RaydiumCpmmLayout.FundFees0, _fundFeesRaw);
        ReadPair(data, RaydiumCpmmLayout.CreatorFees0, _creatorFeesRaw);
        _openTime = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumCpmmLayout.OpenTime..]);
        _recentEpoch = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumCpmmLayout.RecentEpoch..]);
        _creatorFeeOn = data[RaydiumCpmmLayout.CreatorFeeOn];
        _enableCreatorFee = data[RaydiumCpmmLayout.EnableCreatorFee] != 0;
        _isDecoded = true;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyConfig(in AccountView account)
    {
        if (!_isDecoded || account.Key != _config) return DecodeStatus.WrongPool;
        if (!account.Exists)
        {
            _hasConfig = false;
            return DecodeStatus.Ok;
        }

        ReadOnlySpan<byte> data = account.Data;
        if (account.Owner != RaydiumCpmmLayout.ProgramId) return DecodeStatus.WrongOwner;
        if (data.Length != RaydiumCpmmLayout.ConfigSizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != RaydiumCpmmLayout.ConfigDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        ulong tradeFeeRate = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumCpmmLayout.ConfigTradeFeeRate..]);
        ulong protocolFeeRate =
            BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumCpmmLayout.ConfigProtocolFeeRate..]);
        ulong fundFeeRate = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumCpmmLayout.ConfigFundFeeRate..]);
        ulong creatorFeeRate = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumCpmmLayout.ConfigCreatorFeeRate..]);
        // The program's own setters keep trade + creator, and protocol + fund, at or below 1e6; within that no fee
        // computed here can overflow.
        // Source: raydium-cp-swap@609780f instructions/admin/create_config.rs and update_config.rs.
        if (tradeFeeRate > RaydiumCpmmLayout.FeeRateOne || creatorFeeRate > RaydiumCpmmLayout.FeeRateOne
            || protocolFeeRate > RaydiumCpmmLayout.FeeRateOne || fundFeeRate > RaydiumCpmmLayout.FeeRateOne)
            return DecodeStatus.InvalidValue;
        _tradeFeeRate = tradeFeeRate;
        _protocolFeeRate = protocolFeeRate;
        _fundFeeRate = fundFeeRate;
        _configCreatorFeeRate = creatorFeeRate;
        _hasConfig = true;
        return DecodeStatus.Ok;
    }

    /// <summary>Recomputes what every quote needs from the decoded members; called after each change.</summary>
    private void Refresh()
    {
        _creatorFeeRate = _enableCreatorFee ? _configCreatorFeeRate : 0;
        _notReadyErrorCode = 0;
        Readiness = CheckReadiness();
    }

    private QuoteStatus CheckReadiness()
    {
        if (!_isDecoded || !_hasConfig) return QuoteStatus.Incomplete;
        for (int i = 0; i < _sides.Length; i++)
        {
            QuoteStatus side = _sides[i].Readiness;
            if (side == QuoteStatus.Frozen) _notReadyErrorCode = RaydiumCpmmLayout.TokenErrorFrozen;
            if (side != QuoteStatus.Ok) return side;
        }

        if ((_status & RaydiumCpmmLayout.StatusSwapDisabledBit) != 0)
            return NotReady(QuoteStatus.SwapDisabled, RaydiumCpmmLayout.ErrorNotApproved);
        for (int i = 0; i < _sides.Length; i++)
        {
            UInt128 owed = (UInt128)_protocolFeesRaw[i] + _fundFeesRaw[i] + _creatorFeesRaw[i];
            ulong vaultRaw = _sides[i].VaultState.AmountRaw;
            if (owed > ulong.MaxValue) return NotReady(QuoteStatus.InvalidState, RaydiumCpmmLayout.ErrorMathOverflow);
            if (owed > vaultRaw) return NotReady(QuoteStatus.InvalidState, RaydiumCpmmLayout.ErrorInsufficientVault);
            _reserveRaw[i] = vaultRaw - (ulong)owed;
        }

        // The price for the observation divides by each reserve: an empty side aborts the program.
        if (_reserveRaw[0] == 0 || _reserveRaw[1] == 0) return QuoteStatus.InvalidState;
        if (_creatorFeeOn > 2) return NotReady(QuoteStatus.UnsupportedPool, RaydiumCpmmLayout.ErrorInvalidFeeModel);
        return QuoteStatus.Ok;
    }

    private QuoteStatus NotReady(QuoteStatus status, uint programErrorCode)
    {
        _notReadyErrorCode = programErrorCode;
        return status;
    }

    private static bool HasFeeSchedule(in MintInfo mint) =>
        mint.OlderFee.FeeBps != mint.NewerFee.FeeBps || mint.OlderFee.MaximumRaw != mint.NewerFee.MaximumRaw;

    private static void ReadPair(ReadOnlySpan<byte> data, int offset, ulong[] destination)
    {
        destination[0] = BinaryPrimitives.ReadUInt64LittleEndian(data[offset..]);
        destination[1] = BinaryPrimitives.ReadUInt64LittleEndian(data[(offset + sizeof(ulong))..]);
    }

    private static void WritePair(Span<byte> data, int offset, ulong[] source)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(data[offset..], source[0]);
        BinaryPrimitives.WriteUInt64LittleEndian(data[(offset + sizeof(ulong))..], source[1]);
    }
}
