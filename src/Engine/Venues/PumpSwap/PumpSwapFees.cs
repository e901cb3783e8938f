using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.PumpSwap;

/// <summary>Fee rates of one trade in 1e-4 of the quote amount.</summary>
/// <param name="LpBps">Stays in the pool.</param>
/// <param name="ProtocolBps">Protocol's (buyback share inside).</param>
/// <param name="CreatorBps">Coin creator's, or the user's cashback.</param>
internal readonly record struct PumpSwapRates(ulong LpBps, ulong ProtocolBps, ulong CreatorBps)
{
    internal bool IsZero => (LpBps | ProtocolBps | CreatorBps) == 0;

    internal ulong TotalBps => LpBps + ProtocolBps + CreatorBps;
}

/// <summary>
/// The decoded schedule of the Pump Fees program: flat fees, tiers by market cap for SOL quotes, tiers for stable
/// quotes,
/// flat fees for other quotes. Fixed capacity; a schedule with more tiers than that is refused.
/// Source: pump-public-docs@1b82215 docs/FEE_PROGRAM_README.md (calculate_fee_tier, canonical pools);
/// pump-swap-sdk 2.1 src/sdk/fees.ts (schedule by quote mint, as pump-fees fees_for_quote_mint).
/// </summary>
internal sealed class PumpSwapSchedule
{
    // The account holds at most 61 tiers a list ((2,512 - 69) / 40).
    private const int MaxTiers = 64;
    private const ulong MaxBps = PumpSwapLayout.BpsOne;

    private readonly TierList _tiers = new();
    private readonly TierList _stableTiers = new();
    private PumpSwapRates _flat;
    private PumpSwapRates _exotic;

    /// <summary>True once decoded.</summary>
    internal bool IsKnown { get; private set; }

    /// <summary>Forgets the schedule.</summary>
    internal void Clear() => IsKnown = false;

    /// <summary>Takes the fee configuration account's bytes. On any status but Ok the schedule is unchanged.</summary>
    internal DecodeStatus Apply(ReadOnlySpan<byte> data)
    {
        if (data.Length < PumpSwapLayout.FeeConfigTiers + sizeof(uint)) return DecodeStatus.WrongSize;
        if (BinaryPrimitives.ReadUInt64LittleEndian(data) != PumpSwapLayout.FeeConfigDiscriminator)
            return DecodeStatus.WrongDiscriminator;
        // First pass checks, second pass takes.
        int next = PumpSwapLayout.FeeConfigTiers;
        DecodeStatus status = CheckTiers(data, ref next);
        if (status != DecodeStatus.Ok) return status;
        int stableStart = next;
        bool hasStable = data.Length >= PumpSwapLayout.FeeConfigSizeWithStableTiers;
        if (hasStable && (status = CheckTiers(data, ref next)) != DecodeStatus.Ok) return status;
        PumpSwapRates exotic = default;
        bool hasExotic = data.Length >= PumpSwapLayout.FeeConfigSizeWithExoticFees;
        if (hasExotic && next + PumpSwapLayout.FeesSizeBytes > data.Length) return DecodeStatus.WrongSize;
        if (hasExotic) exotic = ReadRates(data[next..]);
        PumpSwapRates flat = ReadRates(data[PumpSwapLayout.FeeConfigFlatFees..]);
        if (!IsValid(in flat) || !IsValid(in exotic)) return DecodeStatus.InvalidValue;

        _flat = flat;
        _exotic = exotic;
        _tiers.Take(data, PumpSwapLayout.FeeConfigTiers);
        if (hasStable) _stableTiers.Take(data, stableStart);
        else _stableTiers.Count = 0;
        IsKnown = true;
        return DecodeStatus.Ok;
    }

    /// <summary>Rates of a pool; false if the schedule that applies is empty (the program would abort).</summary>
    internal bool TryGetRates(bool isCanonical, in Pubkey quoteMint, UInt128 marketCap, out PumpSwapRates rates)
    {
        rates = _flat;
        if (!isCanonical) return true;
        bool isSolLike = quoteMint == ProgramIds.WrappedSolMint || quoteMint == PumpSwapLayout.NativeMint2022
            || quoteMint.IsZero;
        if (isSolLike) return _tiers.TryFind(marketCap, out rates);
        if (quoteMint == PumpSwapLayout.UsdcMint)
            return (_stableTiers.Count > 0 ? _stableTiers : _tiers).TryFind(marketCap, out rates);
        if (!_exotic.IsZero) rates = _exotic;
        return true;
    }

    private static DecodeStatus CheckTiers(ReadOnlySpan<byte> data, ref int offset)
    {
        if (offset + sizeof(uint) > data.Length) return DecodeStatus.WrongSize;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(data[offset..]);
        if (count > MaxTiers) return DecodeStatus.Full;
        int start = offset + sizeof(uint);
        int end = start + ((int)count * PumpSwapLayout.FeeTierSizeBytes);
        if (end > data.Length) return DecodeStatus.WrongSize;
        for (int at = start; at < end; at += PumpSwapLayout.FeeTierSizeBytes)
        {
            PumpSwapRates rates = ReadRates(data[(at + 16)..]);
            if (!IsValid(in rates)) return DecodeStatus.InvalidValue;
        }

        offset = end;
        return DecodeStatus.Ok;
    }

    private static bool IsValid(in PumpSwapRates rates) =>
        rates.LpBps <= MaxBps && rates.ProtocolBps <= MaxBps && rates.CreatorBps <= MaxBps;

    private static PumpSwapRates ReadRates(ReadOnlySpan<byte> data) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(data),
        BinaryPrimitives.ReadUInt64LittleEndian(data[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(data[16..]));

    private sealed class TierList
    {
        private readonly UInt128[] _thresholds = new UInt128[MaxTiers];
        private readonly PumpSwapRates[] _rates = new PumpSwapRates[MaxTiers];

        internal int Count { get; set; }

        internal void Take(ReadOnlySpan<byte> data, int offset)
        {
            Count = (int)BinaryPrimitives.ReadUInt32LittleEndian(data[offset..]);
            int at = offset + sizeof(uint);
            for (int i = 0; i < Count; i++, at += PumpSwapLayout.FeeTierSizeBytes)
            {
                _thresholds[i] = BinaryPrimitives.ReadUInt128LittleEndian(data[at..]);
                _rates[i] = ReadRates(data[(at + 16)..]);
            }
        }

        /// <summary>The last tier whose threshold the market cap reaches; the first if it reaches none.</summary>
        internal bool TryFind(UInt128 marketCap, out PumpSwapRates rates)
        {
            rates = default;
            if (Count == 0) return false;
            rates = _rates[0];
            if (marketCap < _thresholds[0]) return true;
            for (int i = Count - 1; i >= 0; i--)
            {
                if (marketCap < _thresholds[i]) continue;
                rates = _rates[i];
                return true;
            }

            return true;
        }
    }
}
