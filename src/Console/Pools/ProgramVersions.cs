using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Rpc;

namespace LowLatency.ConsoleHost.Pools;

/// <summary>
/// When each program was last deployed, by slot: a changed slot is a changed program, whose layouts and formulas may
/// have changed with it. Source: solana-sdk@122f32e5 loader-v3-interface/src/state.rs (UpgradeableLoaderState in
/// bincode: tag u32; Program = 2, address of the data account @4; ProgramData = 3, slot u64 @4).
/// </summary>
internal static class ProgramVersions
{
    private const uint ProgramTag = 2;
    private const uint ProgramDataTag = 3;
    private const int ProgramBytes = 36;
    private const int SlotBytes = 12;

    private static readonly Pubkey Loader = Pubkey.Parse("BPFLoaderUpgradeab1e11111111111111111111111");

    /// <summary>Slot of the last deployment by program; programs that cannot be upgraded are left out.</summary>
    public static async Task<RpcResult<Dictionary<Pubkey, ulong>>> ReadAsync(
        SolanaRpc rpc, IEnumerable<Pubkey> programs, CancellationToken cancellation)
    {
        Pubkey[] keys = [.. programs];
        RpcResult<RpcAccount?[]> accounts = await rpc.GetMultipleAccountsAsync(
            keys, Commitment.Confirmed, cancellation: cancellation, slice: new DataSlice(0, ProgramBytes))
            .ConfigureAwait(false);
        if (!accounts.IsOk) return new RpcResult<Dictionary<Pubkey, ulong>>([], accounts.Error);
        List<Pubkey> upgradeable = [];
        List<Pubkey> dataKeys = [];
        foreach (RpcAccount? account in accounts.Value)
        {
            if (account is null || account.Owner != Loader || Tag(account, ProgramBytes) != ProgramTag) continue;
            upgradeable.Add(account.Key);
            dataKeys.Add(Pubkey.Read(account.Data, sizeof(uint)));
        }

        RpcResult<RpcAccount?[]> data = await rpc.GetMultipleAccountsAsync(
            dataKeys.ToArray(), Commitment.Confirmed, cancellation: cancellation, slice: new DataSlice(0, SlotBytes))
            .ConfigureAwait(false);
        if (!data.IsOk) return new RpcResult<Dictionary<Pubkey, ulong>>([], data.Error);
        Dictionary<Pubkey, ulong> slots = [];
        for (int i = 0; i < dataKeys.Count; i++)
        {
            if (data.Value[i] is { } account && Tag(account, SlotBytes) == ProgramDataTag)
                slots[upgradeable[i]] = BinaryPrimitives.ReadUInt64LittleEndian(account.Data.AsSpan(sizeof(uint)));
        }

        return new RpcResult<Dictionary<Pubkey, ulong>>(slots, null, accounts.ContextSlot);
    }

    private static uint Tag(RpcAccount account, int length) =>
        account.Data.Length >= length ? BinaryPrimitives.ReadUInt32LittleEndian(account.Data) : uint.MaxValue;
}
