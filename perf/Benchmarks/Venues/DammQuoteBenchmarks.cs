using System;
using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.MeteoraDamm;

namespace LowLatency.Benchmarks.Venues;

/// <summary>DAMM v2: quotes of the three modes and decoding of the pool account. Synthetic accounts.</summary>
[MemoryDiagnoser]
public class DammQuoteBenchmarks
{
    private readonly byte[] _data = PoolAccount();
    private readonly DammPool _pool = new(default);
    private SwapRequest _request;

    /// <summary>What the amount fixes.</summary>
    [Params(SwapMode.ExactIn, SwapMode.ExactOut, SwapMode.PartialFill)]
    public SwapMode Mode { get; set; }

    /// <summary>Direction of the swap.</summary>
    [Params(SwapDirection.AToB, SwapDirection.BToA)]
    public SwapDirection Direction { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _ = Decode();
        _request = new SwapRequest
        {
            Mode = Mode,
            Direction = Direction,
            AmountRaw = 1_000_000_000,
            ThresholdRaw = Mode == SwapMode.ExactOut ? ulong.MaxValue : 0,
            Clock = new ChainClock(400_000_000, 1_790_000_000, 925),
        };
        QuoteStatus status = _pool.Quote(in _request, out _);
        if (status != QuoteStatus.Ok) throw new InvalidOperationException(status.ToString());
    }

    [Benchmark]
    public ulong Quote()
    {
        _ = _pool.Quote(in _request, out SwapQuote quote);
        return quote.AmountOutRaw + quote.AmountInRaw;
    }

    [Benchmark]
    public DecodeStatus Decode()
    {
        AccountView view = new(default, DammProgram.Id, 1, _data);
        return _pool.Apply(AccountRole.Pool, in view);
    }

    private static byte[] PoolAccount()
    {
        byte[] data = new byte[DammLayout.PoolSize];
        BinaryPrimitives.WriteUInt64LittleEndian(data, DammLayout.PoolDiscriminator);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(DammLayout.CliffFee), 2_500_000);
        data[DammLayout.ProtocolFeePercent] = 20;
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(DammLayout.Liquidity), UInt128.One << 105);
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(DammLayout.SqrtMin), 4295048016);
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(DammLayout.SqrtMax), UInt128.One << 95);
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(DammLayout.SqrtPrice), 7_500_223_941_355_531_697);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(DammLayout.TokenAAmount), ulong.MaxValue >> 2);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(DammLayout.TokenBAmount), ulong.MaxValue >> 2);
        data[DammLayout.FeeVersion] = 1;
        data[DammLayout.LayoutVersion] = 1;
        return data;
    }
}
