using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.OrcaWhirlpool;
using LowLatency.Engine.Venues.RaydiumClmm;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>A tick as a test states it.</summary>
internal sealed record TickText(int Index, Int128 Net, bool HasLiquidity, ulong Orders = 0, ulong PartFilled = 0);

/// <summary>A pool as a test states it; written out in the accounts' layouts and decoded by the product.</summary>
internal sealed record ClmmText
{
    public ushort Spacing { get; init; } = 10;

    public uint FeeRate { get; init; } = 3_000;

    public UInt128 Liquidity { get; init; }

    public UInt128 PriceX64 { get; init; }

    public int Tick { get; init; }

    public byte FeeOn { get; init; }

    public IReadOnlyList<TickText> Ticks { get; init; } = [];

    /// <summary>
    /// Dynamic fee of Raydium: filter, decay, reduction, control, maximum, reference, volatility, last
    /// update.
    /// </summary>
    public (ushort Filter, ushort Decay, ushort Reduction, uint Control, uint Max, int Reference, uint VolReference,
        uint Volatility, ulong LastUpdate)? Dynamic
    { get; init; }
}

/// <summary>Account bytes for made-up pools. Offsets are written here on their own, from the programs' text.</summary>
internal static class ClmmAccounts
{
    private const ulong VaultAmount = ulong.MaxValue / 2;

    public static readonly Pubkey PoolKey = Key(1);
    private static readonly Pubkey MintA = Key(2);
    private static readonly Pubkey MintB = Key(3);
    private static readonly Pubkey VaultA = Key(4);
    private static readonly Pubkey VaultB = Key(5);
    private static readonly Pubkey Config = Key(6);
    private static readonly Pubkey Whirlpools = Pubkey.Parse("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc");
    private static readonly Pubkey Raydium = Pubkey.Parse("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK");

    public static Pubkey Key(byte value)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(value);
        return Pubkey.Read(bytes);
    }

    public static byte[] WhirlpoolBytes(ClmmText text)
    {
        byte[] data = new byte[653];
        Convert.FromHexString("3f95d10ce1806309").CopyTo(data, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(41), text.Spacing);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(43), text.Spacing);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(45), (ushort)text.FeeRate);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(47), 300);
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(49), text.Liquidity);
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(65), text.PriceX64);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(81), text.Tick);
        MintA.CopyTo(data.AsSpan(101));
        VaultA.CopyTo(data.AsSpan(133));
        MintB.CopyTo(data.AsSpan(181));
        VaultB.CopyTo(data.AsSpan(213));
        return data;
    }

    public static Dictionary<int, byte[]> WhirlpoolArrays(ClmmText text)
    {
        Dictionary<int, byte[]> arrays = [];
        int span = text.Spacing * 88;
        foreach (TickText tick in text.Ticks)
        {
            int start = Floor(tick.Index, span) * span;
            if (!arrays.TryGetValue(start, out byte[]? data))
            {
                data = new byte[9988];
                Convert.FromHexString("4561bdbe6e0742bb").CopyTo(data, 0);
                BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(8), start);
                PoolKey.CopyTo(data.AsSpan(9956));
                arrays[start] = data;
            }

            int offset = 12 + ((tick.Index - start) / text.Spacing * 113);
            data[offset] = 1;
            BinaryPrimitives.WriteInt128LittleEndian(data.AsSpan(offset + 1), tick.Net);
            BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(offset + 17), 1);
        }

        return arrays;
    }

    public static WhirlpoolPool Whirlpool(ClmmText text)
    {
        WhirlpoolPool pool = new(PoolKey);
        Apply(pool, AccountRole.Pool, PoolKey, Whirlpools, WhirlpoolBytes(text));
        ApplyTokens(pool);
        foreach ((int start, byte[] data) in WhirlpoolArrays(text))
            Apply(pool, AccountRole.TickArray, ArrayKey(start), Whirlpools, data);
        pool.MarkArraysComplete();
        return pool;
    }

    public static byte[] RaydiumBytes(ClmmText text)
    {
        byte[] data = new byte[1544];
        Convert.FromHexString("f7ede3f5d7c3de46").CopyTo(data, 0);
        Config.CopyTo(data.AsSpan(9));
        MintA.CopyTo(data.AsSpan(73));
        MintB.CopyTo(data.AsSpan(105));
        VaultA.CopyTo(data.AsSpan(137));
        VaultB.CopyTo(data.AsSpan(169));
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(235), text.Spacing);
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(237), text.Liquidity);
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(253), text.PriceX64);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(269), text.Tick);
        data[390] = text.FeeOn;
        foreach (TickText tick in text.Ticks)
        {
            int bit = Floor(tick.Index, text.Spacing * 60) + 512;
            data[904 + (bit / 8)] |= (byte)(1 << (bit % 8));
        }

        if (text.Dynamic is not { } fee) return data;
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(1096), fee.Filter);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(1098), fee.Decay);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(1100), fee.Reduction);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(1102), fee.Control);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(1106), fee.Max);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(1110), fee.Reference);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(1114), fee.VolReference);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(1118), fee.Volatility);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(1122), fee.LastUpdate);
        return data;
    }

    public static Dictionary<int, byte[]> RaydiumArrays(ClmmText text)
    {
        Dictionary<int, byte[]> arrays = [];
        int span = text.Spacing * 60;
        foreach (TickText tick in text.Ticks)
        {
            int start = Floor(tick.Index, span) * span;
            if (!arrays.TryGetValue(start, out byte[]? data))
            {
                data = new byte[10240];
                Convert.FromHexString("c09b55cd31f9812a").CopyTo(data, 0);
                PoolKey.CopyTo(data.AsSpan(8));
                BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(40), start);
                arrays[start] = data;
            }

            Span<byte> entry = data.AsSpan(44 + ((tick.Index - start) / text.Spacing * 168));
            BinaryPrimitives.WriteInt32LittleEndian(entry, tick.Index);
            BinaryPrimitives.WriteInt128LittleEndian(entry[4..], tick.Net);
            BinaryPrimitives.WriteUInt128LittleEndian(entry[20..], tick.HasLiquidity ? 1UL : 0UL);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[124..], tick.Orders);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[132..], tick.PartFilled);
        }

        return arrays;
    }

    public static RaydiumClmmPool RaydiumPool(ClmmText text)
    {
        RaydiumClmmPool pool = new(PoolKey);
        Apply(pool, AccountRole.Pool, PoolKey, Raydium, RaydiumBytes(text));
        ApplyTokens(pool);
        byte[] config = new byte[117];
        Convert.FromHexString("daf42168cbcb2b6f").CopyTo(config, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(config.AsSpan(43), 120_000);
        BinaryPrimitives.WriteUInt32LittleEndian(config.AsSpan(47), text.FeeRate);
        BinaryPrimitives.WriteUInt32LittleEndian(config.AsSpan(53), 40_000);
        Apply(pool, AccountRole.Config, Config, Raydium, config);
        foreach ((int start, byte[] data) in RaydiumArrays(text))
            Apply(pool, AccountRole.TickArray, ArrayKey(start), Raydium, data);
        return pool;
    }

    public static DecodeStatus TryApply(Pool pool, AccountRole role, Pubkey key, byte[] data) => pool.Apply(
        role, new AccountView(key, pool is WhirlpoolPool ? Whirlpools : Raydium, 1, data));

    public static DecodeStatus TryApplyChange(
        Pool pool, AccountRole role, Pubkey key, byte[] data, int from, int to) =>
        pool.ApplyChange(role, new AccountView(key, pool is WhirlpoolPool ? Whirlpools : Raydium, 1, data), from, to);

    /// <summary>Gives the pool's account and then both vaults, with another balance, as of two slots.</summary>
    public static void ApplyVaults(Pool pool, byte[] poolData, ulong poolSlot, ulong balance, ulong vaultSlot)
    {
        Pubkey program = pool is WhirlpoolPool ? Whirlpools : Raydium;
        pool.Apply(AccountRole.Pool, new AccountView(PoolKey, program, 1, poolData, poolSlot));
        pool.Apply(AccountRole.VaultA, new AccountView(VaultA, ProgramIds.Token, 1, Vault(MintA, balance), vaultSlot));
        pool.Apply(AccountRole.VaultB, new AccountView(VaultB, ProgramIds.Token, 1, Vault(MintB, balance), vaultSlot));
    }

    public static Pubkey ArrayKey(int start)
    {
        byte[] bytes = new byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, start);
        bytes[31] = 9;
        return Pubkey.Read(bytes);
    }

    public static int Floor(int value, int divisor) => (int)System.Math.Floor((double)value / divisor);

    private static void ApplyTokens(Pool pool)
    {
        byte[] mint = new byte[82];
        mint[44] = 6;
        mint[45] = 1;
        Apply(pool, AccountRole.MintA, MintA, ProgramIds.Token, mint);
        Apply(pool, AccountRole.MintB, MintB, ProgramIds.Token, mint);
        Apply(pool, AccountRole.VaultA, VaultA, ProgramIds.Token, Vault(MintA));
        Apply(pool, AccountRole.VaultB, VaultB, ProgramIds.Token, Vault(MintB));
    }

    private static byte[] Vault(Pubkey mint, ulong balance = VaultAmount)
    {
        byte[] data = new byte[165];
        mint.CopyTo(data);
        PoolKey.CopyTo(data.AsSpan(32));
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(64), balance);
        data[108] = 1;
        return data;
    }

    private static void Apply(Pool pool, AccountRole role, Pubkey key, Pubkey owner, byte[] data)
    {
        DecodeStatus status = pool.Apply(role, new AccountView(key, owner, 1, data));
        if (status != DecodeStatus.Ok) throw new InvalidOperationException($"{role}: {status}");
    }
}
