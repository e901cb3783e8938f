using System;
using System.Buffers.Binary;

namespace LowLatency.Engine.Solana;

/// <summary>
/// The chain's clock as programs see it (Clock sysvar). Input of every quote whose fee depends on time.
/// Source: solana-sdk clock, 40 bytes: slot u64@0, epoch_start_timestamp i64@8, epoch u64@16,
/// leader_schedule_epoch u64@24, unix_timestamp i64@32.
/// </summary>
/// <param name="Slot">Slot in which the swap would execute.</param>
/// <param name="UnixTimestamp">Seconds since 1970.</param>
/// <param name="Epoch">Epoch; selects the Token-2022 transfer fee.</param>
public readonly record struct ChainClock(ulong Slot, long UnixTimestamp, ulong Epoch)
{
    /// <summary>Size of the sysvar account's data in bytes.</summary>
    public const int SysvarSizeBytes = 40;

    /// <summary>Decodes the Clock sysvar's data; false if it is too short.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> data, out ChainClock clock)
    {
        clock = default;
        if (data.Length < SysvarSizeBytes) return false;
        clock = new ChainClock(
            BinaryPrimitives.ReadUInt64LittleEndian(data),
            BinaryPrimitives.ReadInt64LittleEndian(data[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[16..]));
        return true;
    }
}
