using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Tests.Cycles;
using LowLatency.Engine.Tests.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Fields;

public sealed class MispricingStageTests
{
    private readonly MarketGraph _graph = new(8, 8, 4);
    private readonly TouchedPools _touched = new(8);

    [Theory]
    [InlineData(0U)]
    [InlineData(10_000U)]
    public void Curl_PoolsThatDifferOnlyByFees_IsZero(uint feePpm)
    {
        Add(0, 1, 1_000_000, 2_000_000, feePpm);
        Add(1, 2, 2_000_000, 3_000_000, 3000);
        Add(2, 0, 6_000_000, 2_000_000, 25);
        Add(0, 1, 5_000, 10_000, 1);
        MispricingStage stage = Settle(1);
        for (int pool = 0; pool < 4; pool++) Assert.Equal(0, stage.Field.Curl(pool), 1e-8);
        Assert.Equal(1, stage.Field.Measure().Components);
    }

    [Fact]
    public void OnBatch_NewSlot_RelaxesAndOrdersTouchedPoolsByMispricing()
    {
        Add(0, 1, 1_000_000, 1_000_000, 0);
        Add(0, 1, 1_000_000, 1_000_000, 0);
        Add(0, 1, 1_000_000, 1_060_000, 0);
        MispricingStage stage = Settle(1);
        Assert.Equal(Math.Log(1.06) * 2 / 3, stage.Field.Curl(2), 1e-8);
        Touch(0, 1, 2);
        _touched.OrderByPriority();
        Assert.Equal([2, 0, 1], _touched.Ids.ToArray());
        Assert.Equal(0, _touched.Rank(2));
        Assert.Equal(2, _touched.Rank(1));
    }

    [Fact]
    public void OnBatch_SameSlot_NotesTheFlowAndRelaxesInTheNext()
    {
        Add(0, 1, 1_000_000, 1_000_000, 0);
        Add(0, 1, 1_000_000, 1_000_000, 0);
        MispricingStage stage = Settle(7);
        TestPool moved = (TestPool)_graph.Pool(1);
        moved.ReserveB = 1_100_000;
        _graph.Refresh(1, BruteForce.Clock);
        Run(stage, 7, 1);
        Assert.Equal(Math.Log(1.1), stage.Field.Curl(1), 1e-8); // against the price of before
        Run(stage, 8);
        Assert.Equal(Math.Log(1.1) / 2, stage.Field.Curl(1), 1e-8);
    }

    [Fact]
    public void Weight_DustBesideADeepPool_HardlyMovesTheFairPrice()
    {
        Add(0, 1, 1L << 36, 1L << 36, 0);
        Add(0, 1, 1000, 2000, 0);
        MispricingStage stage = Settle(1);
        double moved = Math.Abs(stage.Field.Curl(0));
        Assert.Equal(Math.Log(2) / 1025, moved, 1e-7);
        Assert.Equal(Math.Log(2) - moved, Math.Abs(stage.Field.Curl(1)), 1e-7);
    }

    [Fact]
    public void OnBatch_PoolThatCannotQuote_LeavesTheField()
    {
        Add(0, 1, 1_000_000, 1_000_000, 0);
        Add(0, 1, 1_000_000, 1_500_000, 0);
        MispricingStage stage = Settle(1);
        Assert.True(stage.Field.Measure().Energy > 1e-5);
        _graph.SetState(1, PoolState.Torn, 2);
        Run(stage, 2, 1);
        Assert.False(stage.Field.IsPresent(1));
        Assert.Equal(0, stage.Field.Measure().Energy, 1e-15);
    }

    private void Add(int a, int b, ulong reserveA, ulong reserveB, uint feePpm) =>
        CycleFinderTests.AddCoherent(_graph, TestPool.Of(_graph.PoolCount, a, b, reserveA, reserveB, feePpm));

    private MispricingStage Settle(ulong slot)
    {
        MispricingStage stage = new(_graph, _touched, TestPool.Key(2, 0));
        int[] all = new int[_graph.PoolCount];
        for (int i = 0; i < all.Length; i++) all[i] = i;
        Run(stage, slot, all);
        return stage;
    }

    private void Run(MispricingStage stage, ulong slot, params int[] pools)
    {
        Touch(pools);
        MarketEvent one = new() { Kind = EventKind.Account, Slot = slot };
        stage.OnBatch(new Span<MarketEvent>(ref one), 1);
    }

    private void Touch(params int[] pools)
    {
        _touched.Clear();
        foreach (int pool in pools) _touched.Add(pool);
    }
}
