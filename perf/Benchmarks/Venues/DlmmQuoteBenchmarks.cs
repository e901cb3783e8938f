using System;
using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;
using LowLatency.Engine.Venues.MeteoraDlmm;

namespace LowLatency.Benchmarks.Venues;

/// <summary>DLMM: a quote over a number of bins, decoding of a pair and a bin array. Synthetic accounts.</summary>
[MemoryDiagnoser]
public class DlmmQuoteBenchmarks
{
    private const int BinsPerArray = 70;
    private const ulong PerBin = 1_000_000_000;

    private static readonly ChainClock _clock = new(400_000_000, 1_790_000_000, 925);
    private readonly byte[] _pairData = Pair();
    private readonly byte[] _arrayData = BinArray(0);
    private DlmmPool _pool = new(Key(1));
    private SwapRequest _request;
    private SwapRequest _other; // ends one bin further

    /// <summary>Bins the swap passes.</summary>
    [Params(1, 5, 20)]
    public int Bins { get; set; }

    /// <summary>Direction: X in divides by the price, Y in multiplies.</summary>
    [Params(SwapDirection.AToB, SwapDirection.BToA)]
    public SwapDirection Direction { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _pool = new DlmmPool(Key(1));
        DecodePair();
        for (int index = -2; index <= 2; index++) Apply(AccountRole.BinArray, 10 + index, BinArray(index));
        _pool.MarkArraysComplete();
        _request = RequestOver(Bins);
        _other = RequestOver(Bins + 1);
    }

    /// <summary>From behind the bins that it empties, known from quotes before; each ends in another bin.</summary>
    [Benchmark]
    public ulong Quote()
    {
        (_request, _other) = (_other, _request);
        return Again();
    }

    /// <summary>As the last quote, in the bin where that ended.</summary>
    [Benchmark]
    public ulong Again()
    {
        _ = _pool.Quote(in _request, out SwapQuote quote);
        return quote.AmountOutRaw;
    }

    /// <summary>Bin by bin, as the first quote of a state does.</summary>
    [Benchmark]
    public ulong Walk()
    {
        _pool.UnpinArrays();
        return Again();
    }

    [Benchmark]
    public DecodeStatus DecodePair() => Apply(AccountRole.Pool, 1, _pairData);

    [Benchmark]
    public DecodeStatus DecodeBinArray() => Apply(AccountRole.BinArray, 10, _arrayData);

    private SwapRequest RequestOver(int bins)
    {
        SwapRequest request = new() { Direction = Direction, Clock = _clock };
        for (request.AmountRaw = 1_000; ; request.AmountRaw += PerBin / 16)
        {
            QuoteStatus status = _pool.Quote(in request, out SwapQuote quote);
            if (status != QuoteStatus.Ok) throw new InvalidOperationException(status.ToString());
            if (quote.CrossedCount == bins) return request;
        }
    }

    private DecodeStatus Apply(AccountRole role, int key, byte[] data)
    {
        AccountView view = new(Key(key), DlmmProgram.Id, 1, data);
        return _pool.Apply(role, in view);
    }

    private static Pubkey Key(int number)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        bytes.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return Pubkey.Read(bytes);
    }

    private static byte[] Pair()
    {
        byte[] data = new byte[DlmmLayout.PairSize];
        BinaryPrimitives.WriteUInt64LittleEndian(data, DlmmLayout.PairDiscriminator);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(DlmmLayout.BaseFactor), 10_000);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(DlmmLayout.FilterPeriod), 30);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(DlmmLayout.DecayPeriod), 600);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(DlmmLayout.ReductionFactor), 5_000);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(DlmmLayout.VariableFeeControl), 40_000);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(DlmmLayout.MaxVolatility), 350_000);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(DlmmLayout.MinBinId), -35_163);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(DlmmLayout.MaxBinId), 35_163);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(DlmmLayout.BinStep), 10);
        data.AsSpan(DlmmLayout.Bitmap, 128).Fill(0xFF);
        Key(2).CopyTo(data.AsSpan(DlmmLayout.MintX));
        Key(3).CopyTo(data.AsSpan(DlmmLayout.MintY));
        return data;
    }

    private static byte[] BinArray(int index)
    {
        byte[] data = new byte[DlmmLayout.BinArraySize];
        BinaryPrimitives.WriteUInt64LittleEndian(data, DlmmLayout.BinArrayDiscriminator);
        BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(DlmmLayout.BinArrayIndex), index);
        Key(1).CopyTo(data.AsSpan(DlmmLayout.BinArrayPair));
        for (int i = 0; i < BinsPerArray; i++)
        {
            Span<byte> bin = data.AsSpan(DlmmLayout.Bins + (i * DlmmLayout.BinSize), DlmmLayout.BinSize);
            BinaryPrimitives.WriteUInt64LittleEndian(bin[DlmmLayout.BinAmountX..], PerBin);
            BinaryPrimitives.WriteUInt64LittleEndian(bin[DlmmLayout.BinAmountY..], PerBin);
            _ = BinMath.TryPriceFromId((index * BinsPerArray) + i, 10, out UInt128 price);
            BinaryPrimitives.WriteUInt128LittleEndian(bin[DlmmLayout.BinPrice..], price);
        }

        return data;
    }
}
