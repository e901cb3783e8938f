using System;
using System.Collections.Generic;
using System.IO;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.TestNode.Tests.EndToEnd;

/// <summary>
/// Keeps when each pool's state changed and when accounts came into doubt, and a journal. Afterwards each decision is
/// read from the journal's bytes and held against what was so at its event.
/// </summary>
internal sealed class MarketTrail : IStage
{
    private readonly MarketPipeline _pipeline;
    private readonly MemoryStream _bytes = new();
    private readonly PoolState[] _last = new PoolState[4096];
    private readonly List<(long Sequence, int PoolId, PoolState State)> _states = [];
    private readonly List<(long Sequence, Pubkey Account, bool IsLost)> _covers = [];

    public MarketTrail(MarketPipeline pipeline)
    {
        _pipeline = pipeline;
        Journal = new DecisionJournal(_bytes, pipeline, _last.Length, createdUtcNs: 1);
        for (int i = 0; i < _last.Length; i++) _last[i] = (PoolState)byte.MaxValue;
    }

    public string Name => "market trail";

    public DecisionJournal Journal { get; }

    public int OnBatch(Span<MarketEvent> batch, long firstSequence)
    {
        for (int i = 0; i < batch.Length; i++)
        {
            long sequence = firstSequence + i;
            EventKind kind = batch[i].Kind;
            if (kind is EventKind.CoverLost or EventKind.CoverWhole)
                _covers.Add((sequence, batch[i].Account, kind == EventKind.CoverLost));
            for (int pool = 0; pool < _pipeline.Graph.Market.PoolCount; pool++)
            {
                PoolState state = _pipeline.Graph.Market.State(pool);
                if (state == _last[pool]) continue;
                _last[pool] = state;
                _states.Add((sequence, pool, state));
            }
        }

        return 0;
    }

    public void OnHousekeeping(long nowNs)
    {
    }

    /// <summary>The journal is whole, and none of its decisions stands on a pool that was torn, gapped or in
    /// doubt.</summary>
    public void AssertJournal(ulong hash, long decisions)
    {
        Journal.Complete(hash);
        _bytes.Position = 0;
        JournalReader journal = JournalReader.Read(_bytes, "the run's journal");
        Assert.Null(journal.Damage);
        Assert.Equal(hash, journal.Hash);
        Assert.Equal(decisions, journal.Decisions.Count);
        Dictionary<int, PoolState> states = [];
        HashSet<Pubkey> doubtful = [];
        int nextState = 0;
        int nextCover = 0;
        foreach (JournalledDecision one in journal.Decisions)
        {
            Opportunity decision = one.Decision;
            for (; nextState < _states.Count && _states[nextState].Sequence <= decision.Sequence; nextState++)
                states[_states[nextState].PoolId] = _states[nextState].State;
            for (; nextCover < _covers.Count && _covers[nextCover].Sequence <= decision.Sequence; nextCover++)
            {
                (_, Pubkey account, bool isLost) = _covers[nextCover];
                _ = isLost ? doubtful.Add(account) : doubtful.Remove(account);
            }

            for (int leg = 0; leg < decision.LegCount; leg++)
            {
                int poolId = decision.Legs[leg].PoolId;
                string place = $"pool {journal.Pools[poolId].Address}, event {decision.Sequence}";
                Assert.True(states[poolId] == PoolState.Coherent, $"{place}: {states[poolId]}");
                Assert.False(doubtful.Contains(journal.Pools[poolId].Address), $"{place}: in doubt");
            }
        }
    }
}
