using System;
using System.Buffers.Binary;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// Liquidity mining: a swap gives the rewards since the last one to the bins it traded in, in equal parts, at most to
/// the first fifteen. No quote depends on it unless the growth is at the end of its integer.
/// Source: dlmm-sdk@9410e46 programs/lb_clmm/src/state/lb_pair.rs, RewardInfo, for times; the parts and the bound
/// observed in the program (lb_clmm_prod.so@fb02e51a).
/// </summary>
public sealed partial class DlmmPool
{
    private const int MaxRewardedBins = 15;

    private readonly int[] _rewardedBins = new int[MaxRewardedBins];
    private Reward _reward0;
    private Reward _reward1;

    /// <summary>Emission of one reward.</summary>
    private struct Reward
    {
        /// <summary>Base units a second, Q64.64; zero if there is no such reward.</summary>
        internal UInt128 RateX64;

        /// <summary>Unix times of its end and of the last swap, seconds.</summary>
        internal ulong End, Last;

        internal bool IsSet;
    }

    // Pairs with limit orders reward nobody.
    private Reward ReadReward(ReadOnlySpan<byte> reward) => new()
    {
        IsSet = !_supportsOrders && !Pubkey.Read(reward, 0).IsZero,
        End = BinaryPrimitives.ReadUInt64LittleEndian(reward[DlmmLayout.RewardEnd..]),
        Last = BinaryPrimitives.ReadUInt64LittleEndian(reward[DlmmLayout.RewardLastUpdate..]),
        RateX64 = BinaryPrimitives.ReadUInt128LittleEndian(reward[DlmmLayout.RewardRate..]),
    };

    private void ReadRewards(ReadOnlySpan<byte> pair)
    {
        _reward0 = ReadReward(pair.Slice(DlmmLayout.RewardMint0, DlmmLayout.RewardSize));
        _reward1 = ReadReward(pair.Slice(DlmmLayout.RewardMint0 + DlmmLayout.RewardSize, DlmmLayout.RewardSize));
    }

    private void WriteRewards(Span<byte> pair)
    {
        int last = DlmmLayout.RewardMint0 + DlmmLayout.RewardLastUpdate;
        BinaryPrimitives.WriteUInt64LittleEndian(pair[last..], _reward0.Last);
        BinaryPrimitives.WriteUInt64LittleEndian(pair[(last + DlmmLayout.RewardSize)..], _reward1.Last);
    }

    private static bool IsRewardTime(int offset) =>
        (offset - DlmmLayout.RewardMint0) is >= 0 and < 2 * DlmmLayout.RewardSize
        && (offset - DlmmLayout.RewardMint0) % DlmmLayout.RewardSize
            is >= DlmmLayout.RewardLastUpdate and < DlmmLayout.RewardLastUpdate + sizeof(ulong);

    private void NoteRewarded(ref Walk walk, int slot, int bin)
    {
        if (walk.RewardedBins < MaxRewardedBins)
            _rewardedBins[walk.RewardedBins++] = (slot * DlmmLayout.BinsPerArray) + bin;
    }

    private bool TryReward(in Walk walk, long unixTime) =>
        TryReward(in walk, unixTime, ref _reward0, isFirst: true)
        && TryReward(in walk, unixTime, ref _reward1, isFirst: false);

    private bool TryReward(in Walk walk, long unixTime, ref Reward reward, bool isFirst)
    {
        if (!reward.IsSet) return true;
        ulong now = System.Math.Min((ulong)unixTime, reward.End);
        if (now < reward.Last) return false;
        for (int i = 0; i < walk.RewardedBins; i++)
        {
            int place = _rewardedBins[i];
            ref DlmmBinOrders bin = ref _arrays.Orders(
                place / DlmmLayout.BinsPerArray, place % DlmmLayout.BinsPerArray);
            UInt128 shares = (bin.Supply >> 64) * (uint)walk.RewardedBins;
            if (shares == UInt128.Zero) continue;
            bool fits = MulDiv.TryMulDiv(
                reward.RateX64, now - reward.Last, shares, Rounding.Down, out UInt128 growth);
            UInt128 before = isFirst ? bin.Reward0 : bin.Reward1;
            if (!fits || growth > UInt128.MaxValue - before) return false;
            if (!walk.Commit) continue;
            if (isFirst) bin.Reward0 = before + growth;
            else bin.Reward1 = before + growth;
            _arrays.NoteGrowth(in bin);
        }

        if (walk.Commit) reward.Last = now;
        return true;
    }
}
