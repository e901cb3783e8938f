using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.MeteoraDamm;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.MeteoraDamm;

/// <summary>The plain way of a quote against the program's whole order of checks, which Execute always takes.</summary>
public sealed class DammPlainQuoteTests
{
    private const int StatesPerPool = 60;
    private const int AmountsPerState = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Quote_AnyStateAndAmount_EqualsExecute(ulong seed)
    {
        Prng random = new(seed);
        MeteoraVectorRun run = DammVectorTests.Open();
        (int plain, int failed, int all) = (0, 0, 0);
        foreach (JsonElement element in run.Pools())
        {
            DammPool pool = (DammPool)run.Load(element, out Dictionary<Pubkey, byte[]> data);
            ChainClock clock = MeteoraVectorRun.Clock(element);
            for (int state = 0; state < StatesPerPool; state++)
            {
                byte[] bytes = (byte[])data[pool.Address].Clone();
                if (state > 0) Change(bytes, random);
                for (int i = 0; i < AmountsPerState; i++)
                {
                    AccountView view = MeteoraVectorRun.View(element, pool.Address, bytes);
                    Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, in view));
                    SwapRequest request = new()
                    {
                        Direction = (SwapDirection)random.NextInt32(2),
                        AmountRaw = random.NextUInt64() >> random.NextInt32(64),
                        HasReferral = random.NextInt32(2) == 0,
                        Clock = clock with { Slot = clock.Slot + random.NextUInt64(3) },
                    };
                    if (random.NextInt32(8) == 0) request.ThresholdRaw = request.AmountRaw;
                    SwapQuote quote = default;
                    plain += pool.TryPlain(in request, ref quote) ? 1 : 0;
                    QuoteStatus status = pool.Quote(in request, out quote);
                    QuoteStatus expectedStatus = pool.Execute(in request, out SwapQuote expected);
                    string at = $"seed {seed} state {state} {request.Direction} {request.AmountRaw}";
                    Assert.True(expectedStatus == status, at);
                    Assert.True(expected.Equals(quote), at);
                    failed += status == QuoteStatus.Ok ? 0 : 1;
                    all++;
                }
            }
        }

        Assert.True(plain > all / 8, $"{plain} of {all} are plain");
        Assert.True(failed > all / 20, $"{failed} of {all} fail");
    }

    /// <summary>Another price in the range, liquidity, amounts and volatility, mostly of the usual sizes.</summary>
    private static void Change(byte[] data, Prng random)
    {
        UInt128 least = BinaryPrimitives.ReadUInt128LittleEndian(data.AsSpan(DammLayout.SqrtMin));
        UInt128 most = BinaryPrimitives.ReadUInt128LittleEndian(data.AsSpan(DammLayout.SqrtMax));
        UInt128 price = Wide(random, 32 + random.NextInt32(64));
        price = UInt128.Clamp(price, least, most);
        Write(data, DammLayout.SqrtPrice, price);
        Write(data, DammLayout.Liquidity, Wide(random, 60 + random.NextInt32(66)));
        if (random.NextInt32(2) == 0) Write(data, DammLayout.DynamicPriceReference, price + random.NextUInt64(1 << 20));
        if (random.NextInt32(4) == 0) Write(data, DammLayout.DynamicReference, Wide(random, random.NextInt32(100)));
        if (random.NextInt32(4) == 0) Write(data, DammLayout.DynamicAccumulator, random.NextUInt64(1 << 24));
        if (random.NextInt32(2) == 0) return;
        int held = random.NextInt32(40);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(DammLayout.TokenAAmount), random.NextUInt64() >> held);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(DammLayout.TokenBAmount), random.NextUInt64() >> held);
        data[DammLayout.LayoutVersion] = (byte)random.NextInt32(2);
    }

    private static void Write(byte[] data, int at, UInt128 value) =>
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(at), value);

    /// <summary>A number of that many bits, or one near a power of two.</summary>
    private static UInt128 Wide(Prng random, int bits)
    {
        UInt128 top = UInt128.One << bits;
        return random.NextInt32(4) == 0
            ? top + (UInt128)(random.NextUInt64(5)) - 2
            : top | (new UInt128(random.NextUInt64(), random.NextUInt64()) & (top - 1));
    }
}
