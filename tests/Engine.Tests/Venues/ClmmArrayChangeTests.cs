using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>
/// A tick array of which the changed bytes are named against one that is taken whole: same outcome, same quotes, same
/// curves, whatever changed, and with all that was found out about the state before it.
/// </summary>
public class ClmmArrayChangeTests
{
    private const int Pools = 60;
    private const int Rounds = 25;

    /// <summary>Raydium, dynamic arrays (Whirlpool), seed.</summary>
    public static TheoryData<bool, bool, int> Venues => new()
    {
        { false, false, 31 },
        { false, true, 32 },
        { true, false, 33 },
    };

    [Theory]
    [MemberData(nameof(Venues))]
    public void ApplyChange_ChangedBytesOnly_LeavesTheStateOfApply(bool isRaydium, bool isDynamic, int seed)
    {
        Random random = new(seed);
        Dictionary<DecodeStatus, int> outcomes = [];
        int differing = 0;
        for (int i = 0; i < Pools; i++)
        {
            ClmmText text = ClmmRandom.Pool(random, isRaydium, isRaydium);
            if (text.Ticks.Count == 0) continue;
            Pool whole = Make(text, isRaydium);
            Pool changed = Make(text, isRaydium);
            Dictionary<int, byte[]> arrays = isRaydium
                ? ClmmAccounts.RaydiumArrays(text)
                : ClmmAccounts.WhirlpoolArrays(text);
            foreach (int start in arrays.Keys.ToArray())
            {
                if (isDynamic) arrays[start] = Dynamic(arrays[start]);
                foreach (Pool pool in (Pool[])[whole, changed])
                {
                    Assert.Equal(DecodeStatus.Ok, ClmmAccounts.TryApply(
                        pool, AccountRole.TickArray, ClmmAccounts.ArrayKey(start), arrays[start]));
                }
            }

            for (int round = 0; round < Rounds; round++)
            {
                (int start, byte[] before) = arrays.ElementAt(random.Next(arrays.Count));
                byte[] data = [.. before];
                (int from, int to) = Change(random, data, isRaydium, isDynamic);
                DecodeStatus status = ClmmAccounts.TryApply(
                    whole, AccountRole.TickArray, ClmmAccounts.ArrayKey(start), data);
                Assert.Equal(status, ClmmAccounts.TryApplyChange(
                    changed, AccountRole.TickArray, ClmmAccounts.ArrayKey(start), data, from, to));
                outcomes[status] = outcomes.GetValueOrDefault(status) + 1;
                if (status == DecodeStatus.Ok) arrays[start] = data;
                string what = $"seed {seed}, pool {i}, round {round}, {from} to {to}, {status}";
                ulong sum = Compare(whole, changed, random, what);
                if (status == DecodeStatus.Ok && sum != 0) differing++;
            }
        }

        Assert.True(outcomes[DecodeStatus.Ok] > 300, string.Join(' ', outcomes));
        Assert.True(outcomes.Count > 1, string.Join(' ', outcomes));
        Assert.True(differing > 200, $"only {differing} states quoted");
    }

    /// <summary>
    /// Changes what a tick is worth, what no quote reads, whether it is initialized, or what is no tick's.
    /// </summary>
    private static (int From, int To) Change(Random random, byte[] data, bool isRaydium, bool isDynamic)
    {
        int begin = isRaydium ? 44 : isDynamic ? 60 : 12;
        int size = isRaydium ? 168 : 113;
        int[] initialized = [.. Offsets(data, isRaydium, isDynamic)];
        int tick = initialized.Length == 0 ? begin : initialized[random.Next(initialized.Length)];
        int net = tick + (isRaydium ? 4 : 1);
        switch (random.Next(8))
        {
            case 0: // nothing
                int at = random.Next(data.Length);
                return (at, at);
            case 1: // fee growth
                data[tick + 60] ^= 1;
                return (tick + 60, tick + 61);
            case 2: // what is no tick's: pool or start
                data[isRaydium ? random.Next(8, 44) : random.Next(8, 12)] ^= 1;
                return (8, isRaydium ? 44 : 12);
            case 3: // the end: the whirlpool of a fixed array, or what no quote reads
                data[^random.Next(1, 16)] ^= 1;
                return (data.Length - 16, data.Length);
            case 4: // any tick's first bytes
                int any = isDynamic ? tick : begin + (random.Next(60) * size);
                data[any] ^= (byte)random.Next(3);
                if (isRaydium) data[any + 20] ^= 1;
                return (any, any + 21);
            case 5 when isRaydium: // orders
                data[tick + 124 + random.Next(16)] ^= 4;
                return (tick + 124, tick + 140);
            case 6: // two ticks and all between them
                int other = initialized.Length == 0 ? begin : initialized[random.Next(initialized.Length)];
                AddNet(random, data, net);
                AddNet(random, data, other + (isRaydium ? 4 : 1));
                return (System.Math.Min(tick, other), System.Math.Max(tick, other) + size);
            default:
                AddNet(random, data, net);
                return (net, net + 16);
        }
    }

    private static void AddNet(Random random, byte[] data, int offset)
    {
        Int128 net = BinaryPrimitives.ReadInt128LittleEndian(data.AsSpan(offset));
        BinaryPrimitives.WriteInt128LittleEndian(data.AsSpan(offset), net + random.Next(-500, 500));
    }

    private static IEnumerable<int> Offsets(byte[] data, bool isRaydium, bool isDynamic)
    {
        int offset = isRaydium ? 44 : isDynamic ? 60 : 12;
        for (int i = 0; i < (isRaydium ? 60 : 88); i++)
        {
            bool isInitialized = isRaydium
                ? data.AsSpan(offset + 20, 16).ContainsAnyExcept((byte)0) || data[offset + 124] != 0
                : data[offset] == 1;
            if (isInitialized) yield return offset;
            offset += isRaydium ? 168 : isDynamic && !isInitialized ? 1 : 113;
        }
    }

    /// <summary>The same array in the layout where a tick that is not initialized takes one byte.</summary>
    private static byte[] Dynamic(byte[] plain)
    {
        List<byte> ticks = [];
        UInt128 bitmap = UInt128.Zero;
        for (int i = 0; i < 88; i++)
        {
            ReadOnlySpan<byte> tick = plain.AsSpan(12 + (i * 113), 113);
            ticks.AddRange(tick[0] == 1 ? tick : tick[..1]);
            if (tick[0] == 1) bitmap |= UInt128.One << i;
        }

        byte[] data = new byte[60 + ticks.Count];
        BinaryPrimitives.WriteUInt64LittleEndian(data, 0x38DA_C7E1_8EF6_D811);
        plain.AsSpan(8, 4).CopyTo(data.AsSpan(8));
        plain.AsSpan(9956, 32).CopyTo(data.AsSpan(12));
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(44), bitmap);
        ticks.CopyTo(data, 60);
        return data;
    }

    private static ulong Compare(Pool whole, Pool changed, Random random, string what)
    {
        ulong sum = 0;
        for (int i = 0; i < 6; i++)
        {
            SwapRequest request = ClmmRandom.Request(random, i < 4);
            QuoteStatus status = whole.Quote(in request, out SwapQuote expected);
            Assert.True(status == changed.Quote(in request, out SwapQuote quote) && quote.Equals(expected), what);
            sum += expected.AmountOutRaw;
        }

        CurveSegment[] expectedCurve = new CurveSegment[300];
        CurveSegment[] curve = new CurveSegment[300];
        foreach (SwapDirection direction in Enum.GetValues<SwapDirection>())
        {
            int count = whole.CopySegments(direction, ClmmRandom.Clock, expectedCurve);
            Assert.True(count == changed.CopySegments(direction, ClmmRandom.Clock, curve), what);
            for (int i = 0; i < count; i++) Assert.True(expectedCurve[i].Equals(curve[i]), what);
        }

        whole.MarginalRates(ClmmRandom.Clock, out double there, out double back);
        changed.MarginalRates(ClmmRandom.Clock, out double thereToo, out double backToo);
        Assert.True(there.Equals(thereToo) && back.Equals(backToo), what);
        return sum;
    }

    private static Pool Make(ClmmText text, bool isRaydium) =>
        isRaydium ? ClmmAccounts.RaydiumPool(text) : ClmmAccounts.Whirlpool(text);
}
