using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.OrcaWhirlpool;

/// <summary>
/// The state back in the program's bytes. Not modelled: what crossing changes inside tick arrays (fee and reward growth
/// outside), which no quote reads.
/// </summary>
public sealed partial class WhirlpoolPool
{
    /// <inheritdoc/>
    public override bool TryWriteState(in Pubkey key, Span<byte> data)
    {
        if (!IsPoolKnown) return false;
        if (key == VaultKeyA) return VaultA.IsKnown && VaultA.TryWrite(data);
        if (key == VaultKeyB) return VaultB.IsKnown && VaultB.TryWrite(data);
        if (key == _oracleKey && _isAdaptive && _isOracleKnown)
        {
            if (data.Length != WhirlpoolLayout.OracleSizeBytes) return false;
            _fee.Write(data);
            return true;
        }

        if (key != Address || data.Length != WhirlpoolLayout.PoolSizeBytes) return false;
        BinaryPrimitives.WriteUInt128LittleEndian(data[WhirlpoolLayout.Liquidity..], Liquidity);
        BinaryPrimitives.WriteUInt128LittleEndian(data[WhirlpoolLayout.SqrtPrice..], PriceX64);
        BinaryPrimitives.WriteInt32LittleEndian(data[WhirlpoolLayout.TickCurrent..], CurrentTick);
        BinaryPrimitives.WriteUInt64LittleEndian(data[WhirlpoolLayout.ProtocolFeeOwedA..], _protocolFeeA);
        BinaryPrimitives.WriteUInt64LittleEndian(data[WhirlpoolLayout.ProtocolFeeOwedB..], _protocolFeeB);
        BinaryPrimitives.WriteUInt128LittleEndian(data[WhirlpoolLayout.FeeGrowthGlobalA..], _feeGrowthA);
        BinaryPrimitives.WriteUInt128LittleEndian(data[WhirlpoolLayout.FeeGrowthGlobalB..], _feeGrowthB);
        BinaryPrimitives.WriteUInt64LittleEndian(data[WhirlpoolLayout.RewardTimestamp..], _rewardTimestamp);
        for (int i = 0; i < WhirlpoolLayout.RewardCount; i++)
        {
            int offset = WhirlpoolLayout.Rewards + (i * WhirlpoolLayout.RewardSizeBytes) + WhirlpoolLayout.RewardGrowth;
            BinaryPrimitives.WriteUInt128LittleEndian(data[offset..], _rewards[i].GrowthX64);
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool IsModelled(AccountRole role, int offset) => role switch
    {
        AccountRole.Pool => offset is >= 0 and < WhirlpoolLayout.PoolSizeBytes,
        AccountRole.Oracle => offset is >= 0 and < WhirlpoolLayout.OracleSizeBytes,
        AccountRole.VaultA => VaultA.IsTransferState(offset),
        AccountRole.VaultB => VaultB.IsTransferState(offset),
        _ => false,
    };
}
