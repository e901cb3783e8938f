using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Console.Tests.Vectors;

/// <summary>
/// Sizes of routes over real pools of all venues, brought together by giving their mints common names: no input of a
/// search that knows nothing of curves gains more than the sized one.
/// </summary>
public class MixedRouteSizingTests
{
    private const int LogPoints = 600;
    private const int Rounds = 6;
    private const int RoundPoints = 120;
    private const int Neighbours = 150;
    private const ulong LeastInput = 1_000;
    private const double RoundingsALeg = 3;

    private static readonly string[] Files =
    [
        "raydium_amm_v4", "raydium_cpmm", "raydium_clmm", "orca_whirlpool", "meteora_dlmm", "meteora_damm_v2",
        "token_swap",
    ];

    private static readonly ChainClock Clock = new(400_001_000, 1_790_010_000, 925);

    private static readonly List<(PoolFixture Fixture, double[] LogRates)> Known = Fixtures();

    [Theory]
    [InlineData(2, 400, 1)]
    [InlineData(3, 400, 2)]
    [InlineData(4, 200, 3)]
    public void Size_MixedVenues_NoInputFoundByGridIsBetter(int legs, int routes, int seed)
    {
        Random random = new(seed);
        int sized = 0;
        for (int route = 0; route < routes; route++)
        {
            if (Route(random, legs) is not { } one) continue;
            InputSizer sizer = new(one.Graph, LeastInput);
            SizingStatus status = sizer.Size(one.Edges, ulong.MaxValue, 1024, 1024);
            (ulong input, Int128 profit) = Best(one.Graph, one.Edges);
            if (status != SizingStatus.Ok)
            {
                Assert.True(
                    profit <= 0 || status == SizingStatus.TooSmall,
                    $"{one.Name}: {status}, but {input} gains {profit}");
                continue;
            }

            sized++;
            // What the legs' roundings are worth: some units of every mint on the way, in the mint that comes out.
            double allowed = 1;
            double worth = 1;
            for (int leg = legs - 1; leg > 0; leg--)
            {
                worth *= one.Graph.Rate(one.Edges[leg]);
                allowed += RoundingsALeg * worth;
            }

            Assert.True(
                (double)(profit - sizer.Profit) <= allowed,
                $"{one.Name}: {sizer.Profit} at {sizer.Amount(0)}, {profit} at {input}, roundings worth {allowed}");
        }

        Assert.True(sized > routes / 2, $"only {sized} sized");
    }

    private static (ulong Input, Int128 Profit) Best(MarketGraph graph, int[] edges)
    {
        (ulong Input, Int128 Profit) best = (0, Int128.MinValue);
        ulong low = LeastInput;
        ulong high = 1UL << 62;
        for (int i = 0; i <= LogPoints; i++)
            Try(graph, edges, (ulong)(low * Math.Pow((double)high / low, (double)i / LogPoints)), ref best);
        double width = Math.Pow((double)high / low, 1.0 / LogPoints) - 1;
        for (int round = 0; round < Rounds && best.Input != 0; round++)
        {
            double centre = best.Input;
            for (int i = -RoundPoints; i <= RoundPoints; i++)
                Try(graph, edges, (ulong)(centre * (1 + (width * i / RoundPoints))), ref best);
            width *= 0.05;
        }

        ulong middle = best.Input;
        for (int i = -Neighbours; i <= Neighbours; i++) Try(graph, edges, middle + (ulong)i, ref best);
        return best;
    }

    private static void Try(MarketGraph graph, int[] edges, ulong input, ref (ulong Input, Int128 Profit) best)
    {
        if (input < LeastInput || input > 1UL << 63) return;
        ulong amount = input;
        foreach (int edge in edges)
        {
            SwapRequest request = new()
            {
                Direction = MarketGraph.EdgeDirection(edge),
                AmountRaw = amount,
                Clock = Clock,
            };
            if (graph.Pool(edge >> 1).Quote(request, out SwapQuote quote) != QuoteStatus.Ok) return;
            amount = quote.AmountOutRaw;
        }

        Int128 profit = (Int128)amount - input;
        if (profit > best.Profit) best = (input, profit);
    }

    // A ring of pools, given common mints, whose marginal rates multiply to a little above one.
    private static (MarketGraph Graph, int[] Edges, string Name)? Route(Random random, int legs)
    {
        int[] drawn = new int[legs];
        SwapDirection[] directions = new SwapDirection[legs];
        double gain = 0;
        for (int tries = 0; tries < 200_000 && !(gain > 0.0001 && gain < 0.1); tries++)
        {
            gain = 0;
            for (int i = 0; i < legs; i++)
            {
                do drawn[i] = random.Next(Known.Count);
                while (drawn.AsSpan(0, i).Contains(drawn[i]));
                directions[i] = (SwapDirection)random.Next(2);
                gain += Known[drawn[i]].LogRates[(int)directions[i]];
            }
        }

        MarketGraph graph = new(legs + 1, legs);
        int[] edges = new int[legs];
        string name = string.Empty;
        for (int i = 0; i < legs; i++)
        {
            bool isForward = directions[i] == SwapDirection.AToB;
            (Pubkey from, Pubkey to) = (Mint(i), Mint((i + 1) % legs));
            PoolFixture fixture = Known[drawn[i]].Fixture;
            Pool? pool = Renamed(fixture, isForward ? from : to, isForward ? to : from);
            if (pool is null || Add(graph, pool) is not (>= 0 and int id)) return null;
            edges[i] = MarketGraph.Edge(id, directions[i]);
            name += $"{fixture.Id} {directions[i]}, ";
        }

        return (graph, edges, name);
    }

    private static int Add(MarketGraph graph, Pool pool)
    {
        int id = graph.AddPool(pool);
        if (id < 0) return id;
        graph.SetState(id, PoolState.Coherent, 1);
        graph.Refresh(id, Clock);
        return id;
    }

    private static Pubkey Mint(int number)
    {
        byte[] bytes = new byte[32];
        Array.Fill(bytes, (byte)(0x51 + number));
        return Pubkey.Read(bytes);
    }

    private static Pool? Renamed(PoolFixture fixture, Pubkey a, Pubkey b)
    {
        if (fixture.Build(out _) is not { } pool) return null;
        Dictionary<Pubkey, AccountText> accounts = [];
        foreach (AccountText account in fixture.Accounts.Values)
        {
            byte[] data = [.. account.Data];
            Replace(data, pool.MintA, a);
            Replace(data, pool.MintB, b);
            Pubkey key = account.Key == pool.MintA ? a : account.Key == pool.MintB ? b : account.Key;
            accounts[key] = account with { Key = key, Data = data };
        }

        return new PoolBuilder(accounts).Build(fixture.Address, out _);
    }

    private static void Replace(byte[] data, Pubkey old, Pubkey renamed)
    {
        byte[] bytes = new byte[32];
        old.CopyTo(bytes);
        int at = 0;
        while (data.AsSpan(at).IndexOf(bytes) is >= 0 and int offset)
        {
            renamed.CopyTo(data.AsSpan(at + offset));
            at += offset + 32;
        }
    }

    private static List<(PoolFixture, double[])> Fixtures()
    {
        List<(PoolFixture, double[])> known = [];
        foreach (string file in Files)
        {
            using VectorDocument document = VectorDocument.Load(Repository.Vectors($"{file}.json.gz"));
            foreach (JsonElement json in document.Root.GetProperty("pools").EnumerateArray())
            {
                PoolFixture fixture = new(json.Clone());
                MarketGraph alone = new(3, 1);
                if (fixture.Build(out _) is not { } pool || Add(alone, pool) < 0) continue;
                if (alone.Rate(0) > 0 && alone.Rate(1) > 0)
                    known.Add((fixture, [Math.Log(alone.Rate(0)), Math.Log(alone.Rate(1))]));
            }
        }

        return known;
    }
}
