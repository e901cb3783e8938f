using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Graph;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Pipeline;

public sealed class PipelineViewTests
{
    [Fact]
    public void Counts_HaveARowForEachCause()
    {
        Assert.Equal(DropCounts.Length, Enum.GetValues<DropCause>().Length);
        Assert.Equal(ReasonCounts.Length, Enum.GetValues<DecisionReason>().Length);
    }

    [Fact]
    public void View_BeforeTheFirstEvent_HasNoData()
    {
        PipelineView view = new MarketPipeline(new PipelineSettings()).View;
        Assert.False(view.Dedup.TryRead(out _));
        Assert.False(view.Market.TryRead(out _));
        Assert.Equal(0, view.Pools.Count);
    }

    [Theory]
    [InlineData(RunnerKind.Inline)]
    [InlineData(RunnerKind.Fused)]
    [InlineData(RunnerKind.Split)]
    public void View_AfterTheEnd_HasTheFinalFigures(RunnerKind runner)
    {
        MarketPipeline pipeline = new(new PipelineSettings { Runner = runner });
        pipeline.Start();
        for (ulong slot = 1; slot <= 100; slot++)
        {
            Assert.Equal(ClaimStatus.Ok, pipeline.Publisher.TryClaim(0, out _));
            pipeline.Publisher.Current.Kind = EventKind.Slot;
            pipeline.Publisher.Current.Slot = slot;
            pipeline.Publisher.Publish(0);
        }

        pipeline.DrainAndStop();
        Assert.True(pipeline.View.Sinks.TryRead(out SinkFigures sinks));
        Assert.Equal(100, sinks.Events);
        Assert.True(pipeline.View.Dedup.TryRead(out DedupFigures dedup));
        Assert.Equal(100UL, dedup.HeadSlot);
        Assert.True(pipeline.View.TryReadGroup(pipeline.View.GroupCount - 1, out GroupFigures group));
        Assert.Equal(100, group.Events);
    }

    [Fact]
    public void Describe_AnotherPoolAtTheAddress_StillNamesTheMintsOfTheFirst()
    {
        const int MintAOffset = 168; // Raydium CPMM
        (Pubkey address, List<VectorAccount> accounts) = VectorAccounts.Load("raydium_cpmm.json.gz", 0);
        MarketPipeline pipeline = new(new PipelineSettings { Runner = RunnerKind.Inline });
        pipeline.View.Watch();
        pipeline.Start();
        foreach (VectorAccount account in accounts) Publish(pipeline, account, 10);
        VectorAccount pool = accounts.Find(a => a.Key == address)!;
        Pubkey mint = Pubkey.Read(pool.Data, MintAOffset);
        Assert.Equal((address, mint), (pipeline.View.Describe(0).Address, pipeline.View.Describe(0).MintA));

        byte[] other = (byte[])pool.Data.Clone();
        other[MintAOffset] ^= 0x55;
        Publish(pipeline, pool with { Data = other }, 11);
        Assert.NotEqual(mint, pipeline.Graph.Market.Pool(0).MintA);
        Assert.Equal(mint, pipeline.View.Describe(0).MintA);
        pipeline.DrainAndStop();
        Assert.Equal(1, pipeline.View.Pools.Count);
    }

    private static void Publish(MarketPipeline pipeline, VectorAccount account, ulong slot)
    {
        Assert.Equal(ClaimStatus.Ok, pipeline.Publisher.TryClaim(account.Data.Length, out Span<byte> data));
        account.Data.CopyTo(data);
        ref MarketEvent e = ref pipeline.Publisher.Current;
        e.Kind = EventKind.AccountSnapshot;
        e.Slot = slot;
        e.Account = account.Key;
        e.Owner = account.Owner;
        e.Lamports = account.Lamports;
        pipeline.Publisher.Publish(account.Data.Length);
    }

    [Fact]
    public void WorstEvents_KeepsTheSlowest()
    {
        WorstEvents worst = new();
        for (int i = 1; i <= 1000; i++)
        {
            MarketEvent e = new() { Slot = (ulong)i };
            worst.Take(in e, i, i * 7919 % 1009);
        }

        Assert.Equal(WorstEvents.Capacity, worst.Rows.Count);
        long least = long.MaxValue;
        for (int i = 0; i < WorstEvents.Capacity; i++)
        {
            Assert.True(worst.Rows.TryRead(i, out SlowEvent slow));
            least = Math.Min(least, slow.TotalNs);
        }

        int slower = 0;
        for (int i = 1; i <= 1000; i++) slower += (i * 7919L % 1009) >= least ? 1 : 0;
        Assert.Equal(WorstEvents.Capacity, slower);
    }

    /// <summary>Constant product: the marginal rate falls by 1 % at (sqrt(1/0.99) - 1) / curvature.</summary>
    [Fact]
    public void InputToMove_OnePiece_IsTheClosedForm()
    {
        CurveSegment[] pieces =
            [new() { RateOut = 2, Curvature = 1e-9, AmountInMax = double.PositiveInfinity }];
        Assert.Equal((Math.Sqrt(1 / 0.99) - 1) / 1e-9, CurveMath.InputToMove(pieces, 0.01), 1e-3);
        Assert.Equal(0, CurveMath.InputToMove([], 0.01));
    }

    /// <summary>Flat bins: the input of every bin above the floor rate, and of no other.</summary>
    [Fact]
    public void InputToMove_FlatPieces_IsTheirSum()
    {
        CurveSegment[] pieces =
        [
            new() { RateOut = 1, AmountInMax = 100 }, new() { RateOut = 0.995, AmountInMax = 50 },
            new() { RateOut = 0.98, AmountInMax = 1000 },
        ];
        Assert.Equal(150, CurveMath.InputToMove(pieces, 0.01));
    }
}
