using System;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Scoring;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Benchmarks.Scoring;

/// <summary>
/// An event with eight candidates of two constant-product legs that share a pool: all bounds, the best one sized and
/// priced exactly, seven refused. The figure is the whole event; a candidate is an eighth. No messages are built.
/// </summary>
[MemoryDiagnoser]
public class ScoringBenchmark
{
    internal const int Candidates = 8;
    private OpportunityRing _ring = null!;
    private ScoringStage _scoring = null!;
    private Opportunity[] _found = null!;

    [GlobalSetup]
    public void Setup()
    {
        SearchSettings settings = new() { BaseMints = [SearchSettings.WrappedSol], OpportunityCapacity = 16 };
        MarketGraph graph = new(8, 16, 4);
        TouchedPools touched = new(16);
        _ring = new OpportunityRing(settings.OpportunityCapacity);
        CycleStage cycles = new(graph, touched, _ring, settings);
        _scoring = new ScoringStage(graph, _ring, settings);
        Span<byte> key = stackalloc byte[Pubkey.SizeBytes];
        key[0] = 1;
        Pubkey dollar = Pubkey.Read(key);
        for (int i = 0; i <= Candidates; i++)
        {
            key[1] = (byte)(i + 1);
            ulong dollars = i == 0 ? 140_000_000_000 : 150_000_000_000 + ((ulong)i * 500_000_000);
            int id = graph.AddPool(new SnapshotPool(
                VenueId.RaydiumCpmm, Pubkey.Read(key), SearchSettings.WrappedSol, dollar, 1_000_000_000_000, dollars,
                2500));
            graph.SetState(id, PoolState.Coherent, 1);
            graph.Refresh(id, GraphSnapshot.Clock);
        }

        touched.Add(0);
        MarketEvent one = new() { Kind = EventKind.Account, PoolId = 0, Slot = 1 };
        cycles.OnBatch(new Span<MarketEvent>(ref one), 1);
        if (one.OpportunityCount != Candidates) throw new InvalidOperationException($"{one.OpportunityCount} found");
        _found = new Opportunity[Candidates];
        for (int i = 0; i < Candidates; i++) _found[i] = _ring[one.OpportunityPosition + i];
        if (Decide() <= 0) throw new InvalidOperationException("nothing is taken");
    }

    [Benchmark]
    public long Decide()
    {
        for (int i = 0; i < Candidates; i++) _ring[i] = _found[i];
        MarketEvent one = new() { Kind = EventKind.Account, PoolId = 0, Slot = 1, OpportunityCount = Candidates };
        _scoring.OnBatch(new Span<MarketEvent>(ref one), 1);
        return _ring[0].NetProfitLamports + _scoring.CountOf(DecisionReason.Go);
    }
}
