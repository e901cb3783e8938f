using System;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Benchmarks.Venues;

/// <summary>
/// Sqrt price of a tick by each program's conversion, another tick at every call, and of an initialized tick, whose
/// price is kept. Targets: 35 ns, kept 2 ns.
/// </summary>
[MemoryDiagnoser]
public class TickPriceBenchmarks
{
    private const int Ticks = 512;
    private const int TickLimit = 100_000;

    private readonly int[] _ticks = new int[Ticks];
    private readonly TickStore _store = new();
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(17);
        for (int i = 0; i < Ticks; i++) _ticks[i] = random.Next(1, TickLimit);
        Array.Sort(_ticks);
        _ = _store.TryReplace(0, TickLimit, default(Pubkey), true, Ticks, out int first);
        for (int i = 0; i < Ticks; i++) _store.SqrtPriceX64[first + i] = WhirlpoolTickMath.SqrtPriceAtTick(_ticks[i]);
        random.Shuffle(_ticks);
    }

    [Benchmark]
    public ulong Whirlpool() => (ulong)WhirlpoolTickMath.SqrtPriceAtTick(Next());

    [Benchmark]
    public ulong WhirlpoolBelowOne() => (ulong)WhirlpoolTickMath.SqrtPriceAtTick(-Next());

    [Benchmark]
    public ulong Raydium() => (ulong)RaydiumTickMath.SqrtPriceAtTick(Next());

    [Benchmark]
    public ulong RaydiumBelowOne() => (ulong)RaydiumTickMath.SqrtPriceAtTick(-Next());

    /// <summary>What a walk reads of an initialized tick.</summary>
    [Benchmark]
    public ulong Kept() => (ulong)_store.SqrtPriceX64[_next++ & (Ticks - 1)];

    private int Next() => _ticks[_next++ & (Ticks - 1)];
}
