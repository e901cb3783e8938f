using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.OrcaWhirlpool;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.OrcaWhirlpool;

/// <summary>
/// Oracle accounts with numbers that no swap leaves, as a node may send them: read or refused, but whatever was read
/// can be quoted. Offsets are written here on their own, from the program's text.
/// </summary>
public sealed class WhirlpoolOracleTests
{
    private static readonly Pubkey Program = Pubkey.Parse("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc");

    [Fact]
    public void Apply_AnyOracle_IsRefusedOrQuotes()
    {
        (int read, int refused, int quoted) = (0, 0, 0);
        for (int seed = 0; seed < 4000; seed++)
        {
            Random random = new(seed);
            (WhirlpoolPool pool, Pubkey key) = AdaptivePool(random, out ClmmText text);
            byte[] data = Oracle(random, text);
            DecodeStatus status = pool.Apply(AccountRole.Oracle, new AccountView(key, Program, 1, data));
            if (status != DecodeStatus.Ok)
            {
                Assert.Equal(DecodeStatus.InvalidValue, status);
                refused++;
                continue;
            }

            read++;
            CurveSegment[] pieces = new CurveSegment[16];
            SwapRequest request = ClmmRandom.Request(random, exactIn: true);
            if (pool.Quote(request, out _) == QuoteStatus.Ok) quoted++;
            _ = pool.CopySegments(SwapDirection.AToB, ClmmRandom.Clock, pieces);
            _ = pool.CopySegments(SwapDirection.BToA, ClmmRandom.Clock, pieces);
        }

        Assert.True(read > 500 && refused > 500 && quoted > 100, $"{read} read, {refused} refused, {quoted} quoted");
    }

    private static (WhirlpoolPool Pool, Pubkey Oracle) AdaptivePool(Random random, out ClmmText text)
    {
        text = ClmmRandom.Pool(random, isRaydium: false, hasOrders: false);
        WhirlpoolPool pool = ClmmAccounts.Whirlpool(text);
        byte[] data = ClmmAccounts.WhirlpoolBytes(text);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(43), 1024); // a fee tier of its own: an adaptive fee
        Assert.Equal(
            DecodeStatus.Ok, pool.Apply(AccountRole.Pool, new AccountView(ClmmAccounts.PoolKey, Program, 1, data)));
        pool.MarkArraysComplete();
        Span<AccountDependency> accounts = new AccountDependency[64];
        foreach (AccountDependency account in accounts[..pool.CopyDependencies(accounts)])
        {
            if (account.Role == AccountRole.Oracle) return (pool, account.Key);
        }

        throw new InvalidOperationException("The pool names no oracle.");
    }

    private static byte[] Oracle(Random random, ClmmText text)
    {
        byte[] data = new byte[254];
        Convert.FromHexString("8bc283b38cb3e5f4").CopyTo(data, 0);
        ClmmAccounts.PoolKey.CopyTo(data.AsSpan(8));
        int size = random.Next(4) == 0 ? random.Next(65_536) : text.Spacing;
        Put16(data, 48, random.Next(1, 100));
        Put16(data, 50, random.Next(100, 1000));
        Put16(data, 52, random.Next(8) == 0 ? random.Next(65_536) : random.Next(10_000));
        Put32(data, 54, (uint)random.Next(100_000));
        uint most = (uint)random.Next(1, random.Next(2) == 0 ? 400_000 : int.MaxValue);
        Put32(data, 58, most);
        Put16(data, 62, size);
        Put16(data, 64, random.Next(1, 65_536));
        long now = ClmmRandom.Clock.UnixTimestamp;
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(82), now - random.Next(0, 2000));
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(90), now - random.Next(0, 2000));
        Put32(data, 98, random.Next(4) == 0 ? (uint)random.Next() : (uint)(random.NextDouble() * most));
        int reach = random.Next(2) == 0 ? 600_000 : 30_000;
        Put32(data, 102, (uint)(random.Next(-reach, reach) / (random.Next(3) == 0 ? 1 : System.Math.Max(1, size))));
        Put32(data, 106, random.Next(4) == 0 ? (uint)random.Next() : (uint)(random.NextDouble() * most));
        return data;
    }

    private static void Put16(byte[] data, int at, int value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(at), (ushort)value);

    private static void Put32(byte[] data, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(at), value);
}
