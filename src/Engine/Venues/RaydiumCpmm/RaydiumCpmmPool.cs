using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumCpmm;

/// <summary>
/// A Raydium CPMM pool: constant product on vault balances less protocol, fund and creator fees owed, with Token-2022
/// transfer fees at both ends. Side A is token 0, side B is token 1.
/// Source: raydium-cp-swap@609780f programs/cp-swap/src/instructions/swap_base_input.rs and swap_base_output.rs.
/// </summary>
public sealed partial class RaydiumCpmmPool : VaultPool
{
    private SidePair _protocolFeesRaw;
    private SidePair _fundFeesRaw;
    private SidePair _creatorFeesRaw;

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
    private bool _hasConfig;

    private Pubkey _config;
    private Pubkey _observation;
    private Pubkey _program0;
    private Pubkey _program1;

    /// <summary>An empty pool at <paramref name="address"/>.</summary>
    public RaydiumCpmmPool(in Pubkey address)
        : base(VenueId.RaydiumCpmm, in address)
    {
    }

    private protected override ref readonly Pubkey ProgramId => ref RaydiumCpmmLayout.ProgramId;

    /// <inheritdoc/>
    public override SwapWorkClass WorkClass =>
        WorkClassOf(_program0 != ProgramIds.Token, _program1 != ProgramIds.Token, isHeavy: false);

    /// <inheritdoc/>
    public override bool IsTimeDependent =>
        Sides[0].MintState.HasFeeSchedule || Sides[1].MintState.HasFeeSchedule || MayNotBeOpen;

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
    public override int CopyDependencies(Span<AccountDependency> destination) => CopyDependencies(
        destination,
        [
            new(_config, AccountRole.Config, true),
            new(MintA, AccountRole.MintA, Sides[0].NeedsMint),
            new(MintB, AccountRole.MintB, Sides[1].NeedsMint),
        ]);

    private protected override DecodeStatus ApplyOther(AccountRole role, in AccountView account) =>
        role == AccountRole.Config ? ApplyConfig(in account) : DecodeStatus.UnknownRole;

    private protected override bool TryWritePool(Span<byte> data)
    {
        if (data.Length != RaydiumCpmmLayout.PoolSizeBytes) return false;
        WritePair(data, RaydiumCpmmLayout.ProtocolFees0, in _protocolFeesRaw);
        WritePair(data, RaydiumCpmmLayout.FundFees0, in _fundFeesRaw);
        WritePair(data, RaydiumCpmmLayout.CreatorFees0, in _creatorFeesRaw);
        BinaryPrimitives.WriteUInt64LittleEndian(data[RaydiumCpmmLayout.RecentEpoch..], _recentEpoch);
        return true;
    }

    private protected override bool IsPoolModelled(int offset) =>
        (uint)(offset - RaydiumCpmmLayout.ProtocolFees0) < 2 * sizeof(ulong)
        || (uint)(offset - RaydiumCpmmLayout.FundFees0) < 2 * sizeof(ulong)
        || (uint)(offset - RaydiumCpmmLayout.CreatorFees0) < 2 * sizeof(ulong)
        || (uint)(offset - RaydiumCpmmLayout.RecentEpoch) < sizeof(ulong);

    private protected override DecodeStatus DecodePool(ReadOnlySpan<byte> data)
    {
        if (data.Length != RaydiumCpmmLayout.PoolSizeBytes) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != RaydiumCpmmLayout.PoolDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        if (data[RaydiumCpmmLayout.EnableCreatorFee] > 1) return DecodeStatus.InvalidValue;

        Pubkey config = Pubkey.Read(data, RaydiumCpmmLayout.Config);
        if (config != _config) _hasConfig = false;
        _config = config;
        _program0 = Pubkey.Read(data, RaydiumCpmmLayout.Program0);
        _program1 = Pubkey.Read(data, RaydiumCpmmLayout.Program1);
        Pubkey vault0 = Pubkey.Read(data, RaydiumCpmmLayout.Vault0);
        SetSide(0, Pubkey.Read(data, RaydiumCpmmLayout.Mint0), in vault0, _program0 != ProgramIds.Token);
        Pubkey vault1 = Pubkey.Read(data, RaydiumCpmmLayout.Vault1);
        SetSide(1, Pubkey.Read(data, RaydiumCpmmLayout.Mint1), in vault1, _program1 != ProgramIds.Token);
        _observation = Pubkey.Read(data, RaydiumCpmmLayout.Observation);
        _status = data[RaydiumCpmmLayout.Status];
        ReadPair(data, RaydiumCpmmLayout.ProtocolFees0, ref _protocolFeesRaw);
        ReadPair(data, RaydiumCpmmLayout.FundFees0, ref _fundFeesRaw);
        ReadPair(data, RaydiumCpmmLayout.CreatorFees0, ref _creatorFeesRaw);
        _openTime = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumCpmmLayout.OpenTime..]);
        _recentEpoch = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumCpmmLayout.RecentEpoch..]);
        _creatorFeeOn = data[RaydiumCpmmLayout.CreatorFeeOn];
        _enableCreatorFee = data[RaydiumCpmmLayout.EnableCreatorFee] != 0;
        return DecodeStatus.Ok;
    }

    private DecodeStatus ApplyConfig(in AccountView account)
    {
        if (!IsDecoded) return DecodeStatus.WrongPool;
        if (!TryOpen(in account, in _config, in RaydiumCpmmLayout.ProgramId, ref _hasConfig, out DecodeStatus status))
            return status;
        ReadOnlySpan<byte> data = account.Data;
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

    private protected override QuoteStatus CheckReadiness()
    {
        _creatorFeeRate = _enableCreatorFee ? _configCreatorFeeRate : 0;
        if (!IsDecoded || !_hasConfig) return QuoteStatus.Incomplete;
        QuoteStatus sides = CheckSides(RaydiumCpmmLayout.TokenErrorFrozen);
        if (sides is not (QuoteStatus.Ok or QuoteStatus.Frozen)) return sides;
        if ((_status & RaydiumCpmmLayout.StatusSwapDisabledBit) != 0)
            return NotReady(QuoteStatus.SwapDisabled, RaydiumCpmmLayout.ErrorNotApproved);
        for (int i = 0; i < PoolSides.Count; i++)
        {
            UInt128 owed = (UInt128)_protocolFeesRaw[i] + _fundFeesRaw[i] + _creatorFeesRaw[i];
            ulong vaultRaw = Sides[i].VaultState.AmountRaw;
            if (owed > ulong.MaxValue) return NotReady(QuoteStatus.InvalidState, RaydiumCpmmLayout.ErrorMathOverflow);
            if (owed > vaultRaw) return NotReady(QuoteStatus.InvalidState, RaydiumCpmmLayout.ErrorInsufficientVault);
            ReserveRaw[i] = vaultRaw - (ulong)owed;
        }

        // The price for the observation divides by each reserve: an empty side aborts the program.
        if (ReserveRaw[0] == 0 || ReserveRaw[1] == 0) return NotReady(QuoteStatus.InvalidState, 0);
        if (_creatorFeeOn > 2) return NotReady(QuoteStatus.UnsupportedPool, RaydiumCpmmLayout.ErrorInvalidFeeModel);
        return sides;
    }

    private static void ReadPair(ReadOnlySpan<byte> data, int offset, ref SidePair destination)
    {
        destination[0] = BinaryPrimitives.ReadUInt64LittleEndian(data[offset..]);
        destination[1] = BinaryPrimitives.ReadUInt64LittleEndian(data[(offset + sizeof(ulong))..]);
    }

    private static void WritePair(Span<byte> data, int offset, in SidePair source)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(data[offset..], source[0]);
        BinaryPrimitives.WriteUInt64LittleEndian(data[(offset + sizeof(ulong))..], source[1]);
    }
}
