using System;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Benchmarks.Dedup;

/// <summary>1,000 accounts x 3 arrivals (three endpoints), each lap one slot further; fully verified keys.</summary>
[MemoryDiagnoser]
public class DedupBenchmark
{
    private const int Accounts = 1000;
    private const int Endpoints = 3;

    private readonly MarketEvent[] _events = new MarketEvent[Accounts * Endpoints];
    private readonly DedupStage _stage = new(4096);
    private readonly ArrivalTable _table = new(4096);
    private ulong _slot = 1000;

    [GlobalSetup]
    public void SetUp()
    {
        Prng random = new(1);
        byte[] key = new byte[Pubkey.SizeBytes];
        for (int i = 0; i < Accounts; i++)
        {
            for (int j = 0; j < key.Length; j++) key[j] = (byte)random.NextUInt64();
            for (int e = 0; e < Endpoints; e++)
            {
                ref MarketEvent one = ref _events[(e * Accounts) + i];
                one.Kind = EventKind.Account;
                one.Account = Pubkey.Read(key);
                one.EndpointId = (byte)e;
            }

            _table.Add(Pubkey.Read(key));
        }
    }

    /// <summary>The table alone: tag, index, and the whole key compared.</summary>
    [Benchmark(OperationsPerInvoke = Accounts * Endpoints)]
    public int Find()
    {
        int sum = 0;
        foreach (ref readonly MarketEvent one in _events.AsSpan()) sum += _table.Find(in one.Account).Earlier;
        return sum;
    }

    /// <summary>One arrival: a first or a duplicate.</summary>
    [Benchmark(OperationsPerInvoke = Accounts * Endpoints)]
    public long Arrival()
    {
        _slot++;
        for (int i = 0; i < _events.Length; i++)
        {
            _events[i].Slot = _slot;
            _events[i].Drop = DropCause.None;
        }

        _stage.OnBatch(_events, (long)_slot);
        return _stage.Accepted;
    }
}
