using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues.MeteoraDlmm;

/// <summary>
/// The bin arrays of one pool, decoded, in two flat arrays allocated with the pool: 32 bytes a bin that quotes read,
/// 112 bytes a bin that only limit orders and Execute touch. Memory of arrays never seen is never written, so it
/// costs address space only. Owner thread: the pool's. Bound: <see cref="Capacity"/> arrays; when full, the array
/// farthest from the active one makes room for a nearer one, so that quotes near the price stay possible.
/// </summary>
internal sealed class DlmmBinArrays
{
    private readonly DlmmBin[] _bins;
    private readonly DlmmBinOrders[] _orders;
    private readonly DlmmArraySlot[] _slots;
    private readonly int[] _indices;
    private int _count;

    internal DlmmBinArrays(int capacity)
    {
        Capacity = capacity;
        _bins = new DlmmBin[capacity * DlmmLayout.BinsPerArray];
        _orders = new DlmmBinOrders[capacity * DlmmLayout.BinsPerArray];
        _slots = new DlmmArraySlot[capacity];
        _indices = new int[capacity];
    }

    /// <summary>Most arrays held.</summary>
    internal int Capacity { get; }

    /// <summary>Arrays held.</summary>
    internal int Count => _count;

    /// <summary>
    /// True once a bin's growth of fees or rewards was above half of its integer: below, no swap that a mint's supply
    /// allows can overflow fees, and no reward of its duration rewards.
    /// </summary>
    internal bool HasHighGrowth { get; private set; }

    /// <summary>Slot of an array by its index, or -1.</summary>
    internal int Find(int index) => _indices.AsSpan(0, _count).IndexOf(index);

    /// <summary>Slot of an array by its address, or -1.</summary>
    internal int Find(in Pubkey key)
    {
        for (int i = 0; i < _count; i++)
            if (_slots[i].Key == key) return i;
        return -1;
    }

    internal ref DlmmArraySlot Slot(int slot) => ref _slots[slot];

    internal ref DlmmBin Bin(int slot, int bin) => ref _bins[(slot * DlmmLayout.BinsPerArray) + bin];

    internal ref DlmmBinOrders Orders(int slot, int bin) => ref _orders[(slot * DlmmLayout.BinsPerArray) + bin];

    /// <summary>Decodes an array's account into its slot (its old one, a free one, or a farther array's).</summary>
    internal DecodeStatus Apply(in AccountView account, int index, int activeIndex, ushort binStep, bool ordersCount)
    {
        int known = Find(account.Key);
        if (known >= 0 && _indices[known] != index) Remove(account.Key);
        int slot = Find(index);
        if (slot < 0) slot = TakeSlot(index, activeIndex);
        if (slot < 0) return DecodeStatus.Full;
        ReadOnlySpan<byte> data = account.Data;
        ref DlmmArraySlot header = ref _slots[slot];
        header = default;
        header.Key = account.Key;
        header.Index = index;
        (header.BinStep, header.OrdersCount) = (binStep, ordersCount);
        _indices[slot] = index;
        ReadBins(data, slot, 0, DlmmLayout.BinsPerArray);
        return DecodeStatus.Ok;
    }

    /// <summary>
    /// Decodes the bins of a known array that bytes <paramref name="from"/> to <paramref name="to"/> belong to, all of
    /// them behind its header; false if the array is not held as it was, so that all of it must be decoded.
    /// </summary>
    internal bool TryApplyBins(in AccountView account, ushort binStep, bool ordersCount, int from, int to)
    {
        int slot = Find(account.Key);
        if (slot < 0) return false;
        ref DlmmArraySlot header = ref _slots[slot];
        if (header.BinStep != binStep || header.OrdersCount != ordersCount) return false;
        int first = (from - DlmmLayout.Bins) / DlmmLayout.BinSize;
        int end = (to - DlmmLayout.Bins + DlmmLayout.BinSize - 1) / DlmmLayout.BinSize;
        ReadBins(account.Data, slot, first, System.Math.Min(end, DlmmLayout.BinsPerArray));
        return true;
    }

    private void ReadBins(ReadOnlySpan<byte> data, int slot, int first, int end)
    {
        ref DlmmArraySlot header = ref _slots[slot];
        for (int i = first; i < end; i++)
        {
            ReadOnlySpan<byte> bytes = data.Slice(DlmmLayout.Bins + (i * DlmmLayout.BinSize), DlmmLayout.BinSize);
            ref DlmmBin bin = ref Bin(slot, i);
            bin.AmountX = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DlmmLayout.BinAmountX..]);
            bin.AmountY = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DlmmLayout.BinAmountY..]);
            bin.PriceX64 = BinaryPrimitives.ReadUInt128LittleEndian(bytes[DlmmLayout.BinPrice..]);
            ReadOrders(bytes, ref Orders(slot, i));
            NoteGrowth(in Orders(slot, i));
            UpdateMasks(slot, i, header.OrdersCount);
            // Price is stored when a bin is first used; arrays written by old program versions may lack it.
            if (bin.PriceX64 != UInt128.Zero) continue;
            if (!header.SellsX.Contains(i) && !header.SellsY.Contains(i)) continue;
            int id = (header.Index * DlmmLayout.BinsPerArray) + i;
            _ = BinMath.TryPriceFromId(id, header.BinStep, out bin.PriceX64);
        }
    }

    /// <summary>Looks at a bin's growth, after it changed.</summary>
    internal void NoteGrowth(in DlmmBinOrders bin) =>
        HasHighGrowth |= ((bin.FeeX | bin.FeeY | bin.Reward0 | bin.Reward1) >> 127) != UInt128.Zero;

    /// <summary>Forgets an array whose account was closed.</summary>
    internal void Remove(in Pubkey key)
    {
        int slot = Find(key);
        if (slot < 0) return;
        int last = --_count;
        if (slot == last) return;
        _slots[slot] = _slots[last];
        _indices[slot] = _indices[last];
        int size = DlmmLayout.BinsPerArray;
        _bins.AsSpan(last * size, size).CopyTo(_bins.AsSpan(slot * size));
        _orders.AsSpan(last * size, size).CopyTo(_orders.AsSpan(slot * size));
    }

    /// <summary>Recomputes which sides a bin sells, after its amounts changed.</summary>
    internal void UpdateMasks(int slot, int bin, bool ordersCount)
    {
        ref DlmmArraySlot header = ref _slots[slot];
        ref DlmmBin amounts = ref Bin(slot, bin);
        ref DlmmBinOrders orders = ref Orders(slot, bin);
        bool hasOrders = ordersCount && (orders.OpenAmount | orders.ProcessingLeft) != 0;
        bool asks = hasOrders && orders.AskSide != 0;
        bool bids = hasOrders && orders.AskSide == 0;
        header.AsksX.Set(bin, asks);
        header.BidsY.Set(bin, bids);
        header.SellsX.Set(bin, asks || amounts.AmountX != 0);
        header.SellsY.Set(bin, bids || amounts.AmountY != 0);
    }

    /// <summary>Recomputes all masks (the pool's support of limit orders changed).</summary>
    internal void UpdateAllMasks(bool ordersCount)
    {
        for (int slot = 0; slot < _count; slot++)
            for (int bin = 0; bin < DlmmLayout.BinsPerArray; bin++)
                UpdateMasks(slot, bin, ordersCount);
    }

    /// <summary>Writes the modelled members of an array over its account's bytes.</summary>
    internal bool TryWrite(in Pubkey key, Span<byte> data)
    {
        int slot = Find(key);
        if (slot < 0 || data.Length != DlmmLayout.BinArraySize) return false;
        for (int i = 0; i < DlmmLayout.BinsPerArray; i++)
        {
            Span<byte> bytes = data.Slice(DlmmLayout.Bins + (i * DlmmLayout.BinSize), DlmmLayout.BinSize);
            ref DlmmBin bin = ref Bin(slot, i);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[DlmmLayout.BinAmountX..], bin.AmountX);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[DlmmLayout.BinAmountY..], bin.AmountY);
            WriteOrders(bytes, in Orders(slot, i));
        }

        return true;
    }

    private int TakeSlot(int index, int activeIndex)
    {
        if (_count < Capacity) return _count++;
        int farthest = 0;
        for (int i = 1; i < _count; i++)
            if (Distance(_indices[i], activeIndex) > Distance(_indices[farthest], activeIndex)) farthest = i;
        return Distance(index, activeIndex) < Distance(_indices[farthest], activeIndex) ? farthest : -1;
    }

    private static int Distance(int a, int b) => a > b ? a - b : b - a;

    private static void ReadOrders(ReadOnlySpan<byte> bytes, ref DlmmBinOrders orders)
    {
        orders.Supply = BinaryPrimitives.ReadUInt128LittleEndian(bytes[DlmmLayout.BinSupply..]);
        orders.FulfilledX = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DlmmLayout.BinFulfilledX..]);
        orders.FulfilledY = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DlmmLayout.BinFulfilledY..]);
        orders.FeeAsk = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DlmmLayout.BinOrderFeeAsk..]);
        orders.FeeBid = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DlmmLayout.BinOrderFeeBid..]);
        orders.FeeX = BinaryPrimitives.ReadUInt128LittleEndian(bytes[DlmmLayout.BinFeeX..]);
        orders.FeeY = BinaryPrimitives.ReadUInt128LittleEndian(bytes[DlmmLayout.BinFeeY..]);
        orders.OpenAmount = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DlmmLayout.BinOpenOrders..]);
        orders.ProcessingTotal = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DlmmLayout.BinProcessingTotal..]);
        orders.ProcessingLeft = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DlmmLayout.BinProcessingLeft..]);
        orders.Age = BinaryPrimitives.ReadUInt32LittleEndian(bytes[DlmmLayout.BinOrderAge..]);
        orders.AskSide = bytes[DlmmLayout.BinAskSide];
    }

    private static void WriteOrders(Span<byte> bytes, in DlmmBinOrders orders)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[DlmmLayout.BinFulfilledX..], orders.FulfilledX);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[DlmmLayout.BinFulfilledY..], orders.FulfilledY);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[DlmmLayout.BinOrderFeeAsk..], orders.FeeAsk);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[DlmmLayout.BinOrderFeeBid..], orders.FeeBid);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[DlmmLayout.BinFeeX..], orders.FeeX);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[DlmmLayout.BinFeeY..], orders.FeeY);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[DlmmLayout.BinOpenOrders..], orders.OpenAmount);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[DlmmLayout.BinProcessingTotal..], orders.ProcessingTotal);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[DlmmLayout.BinProcessingLeft..], orders.ProcessingLeft);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[DlmmLayout.BinOrderAge..], orders.Age);
    }
}
