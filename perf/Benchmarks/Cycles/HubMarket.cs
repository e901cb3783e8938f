using System;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Benchmarks.Cycles;

/// <summary>
/// A seeded market of the shape real ones have: a few hubs in most pools, prices that agree within the fees. Without
/// noise above the fee no cycle is profitable; a planted arbitrage can be added and taken away.
/// </summary>
internal sealed class HubMarket
{
    private const int HubCount = 5;
    private const uint FeePpm = 3000;
    private const int MoveCount = 4096;
    private readonly SnapshotPool[] _pools;
    private readonly double[] _price;
    private readonly Random _random;
    private readonly (double Value, double Error)[] _moves = new (double, double)[MoveCount];
    private int _move;

    internal HubMarket(int mints, int pools, int seed)
    {
        _random = new Random(seed); // replay-ok: seeded, for a benchmark
        Graph = new MarketGraph(mints + 2, pools, 1);
        _price = new double[mints];
        _pools = new SnapshotPool[pools];
        From = new int[pools];
        To = new int[pools];
        for (int i = 0; i < mints; i++) _price[i] = Math.Exp((_random.NextDouble() - 0.5) * 12);
        for (int i = 0; i < pools; i++)
        {
            int a = i < mints - 1 ? i + 1 : _random.Next(mints);
            bool toHub = _random.NextDouble() < 0.7;
            int b = toHub ? _random.Next(Math.Min(HubCount, i < mints - 1 ? a : mints)) : _random.Next(mints);
            if (a == b) b = (a + 1) % mints;
            (From[i], To[i]) = (a, b);
            _pools[i] = new SnapshotPool(VenueId.RaydiumCpmm, Key(1, i), Key(2, a), Key(2, b), 1, 1, FeePpm);
            int id = Graph.AddPool(_pools[i]);
            Graph.SetState(id, PoolState.Coherent, 1);
        }

        for (int i = 0; i < pools; i++) Set(i, Draw(), 0.001);
        for (int i = 0; i < MoveCount; i++) _moves[i] = Draw();
        Graph.EnsureTopology();
    }

    internal MarketGraph Graph { get; }

    internal int[] From { get; }

    internal int[] To { get; }

    internal static Pubkey Base => Key(2, 0);

    /// <summary>
    /// Gives a pool a price off the common one by at most <paramref name="noise"/>, relative. The random numbers were
    /// drawn before, so that a benchmark does not measure them.
    /// </summary>
    internal void Move(int pool, double noise) => Set(pool, _moves[_move++ & (MoveCount - 1)], noise);

    /// <summary>Gives a pool a price off the common one by a factor.</summary>
    internal void Price(int pool, double error) => Set(pool, (1e12, 1), error - 1);

    private (double Value, double Error) Draw()
    {
        double error = (_random.NextDouble() * 2) - 1;
        return (1e12 * Math.Exp(_random.NextDouble() * 3), error);
    }

    private void Set(int pool, (double Value, double Error) move, double noise)
    {
        double value = move.Value;
        double error = 1 + (move.Error * noise);
        _pools[pool].SetReserves((ulong)(value / _price[From[pool]]), (ulong)(value * error / _price[To[pool]]));
        Graph.Refresh(pool, GraphSnapshot.Clock);
    }

    private static Pubkey Key(int kind, int number)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        bytes.Clear();
        bytes[0] = (byte)kind;
        BitConverter.TryWriteBytes(bytes[4..], number * 2654435761L);
        BitConverter.TryWriteBytes(bytes[12..], number);
        return Pubkey.Read(bytes);
    }
}
