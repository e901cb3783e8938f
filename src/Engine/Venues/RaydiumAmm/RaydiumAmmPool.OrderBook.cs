using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues.RaydiumAmm;

/// <summary>
/// Funds in the order book. The program before its source of 23 July 2026 counts them as reserves while the status is
/// Initialized; the current one does not, so no quote of a live pool asks for the account: whoever judges results of
/// the earlier program gives it.
/// Source: raydium-amm before 27f461d program/src/math.rs calc_total_without_take_pnl; OpenBook's OpenOrders account.
/// </summary>
public sealed partial class RaydiumAmmPool
{
    private SidePair _orderBookRaw;

    /// <summary>The pool's account in the order book.</summary>
    public Pubkey OpenOrders => _openOrders;

    private ulong CountedInOrderBook(int side) =>
        _status == RaydiumAmmLayout.StatusInitialized ? _orderBookRaw[side] : 0;

    private DecodeStatus ApplyOpenOrders(in AccountView account)
    {
        _orderBookRaw = default;
        if (!account.Exists) return DecodeStatus.Ok;
        if (account.Owner != _marketProgram) return DecodeStatus.WrongOwner;
        ReadOnlySpan<byte> data = account.Data;
        if (data.Length != RaydiumAmmLayout.OpenOrdersSizeBytes) return DecodeStatus.WrongSize;
        _orderBookRaw[0] = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.OpenOrdersCoinTotal..]);
        _orderBookRaw[1] = BinaryPrimitives.ReadUInt64LittleEndian(data[RaydiumAmmLayout.OpenOrdersPcTotal..]);
        return DecodeStatus.Ok;
    }
}
