using System;
using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;
using LowLatency.Engine.Venues.OrcaWhirlpool;

namespace LowLatency.Benchmarks.Venues;

/// <summary>
/// Whirlpool: quotes that pass 0, 1, 5 and 15 initialized ticks in either direction, decoding of a full fixed tick
/// array and of the pool, and the conversions between tick and price. Targets: 70 ns in range, 60 ns a tick walked,
/// 120 ns from sums, 0 B.
/// </summary>
[MemoryDiagnoser]
public class WhirlpoolBenchmarks
{
    private const int Spacing = 64;
    private const int StartTick = Spacing / 2;

    private readonly WhirlpoolPool _pool = new(Key(1));
    private readonly byte[] _poolBytes = new byte[653];
    private readonly byte[] _array = new byte[9988];
    private SwapRequest _request;
    private SwapRequest _walked;

    /// <summary>Initialized ticks the swap passes.</summary>
    [Params(0, 1, 5, 15)]
    public int Crossings { get; set; }

    /// <summary>Direction: A in divides by the product of prices, B in by the liquidity.</summary>
    [Params(SwapDirection.AToB, SwapDirection.BToA)]
    public SwapDirection Direction { get; set; } = SwapDirection.BToA;

    [GlobalSetup]
    public void Setup()
    {
        WritePool();
        Apply(AccountRole.Pool, Key(1), _poolBytes);
        ApplyTokens();
        WriteArray(-88 * Spacing);
        Apply(AccountRole.TickArray, Key(11), _array);
        WriteArray(0);
        Apply(AccountRole.TickArray, Key(10), _array);
        _pool.MarkArraysComplete();
        _request.Direction = Direction;
        _request.Clock = new ChainClock(1, 1_700_000_000, 1);
        // Enough to end between the last of the wanted ticks and the one after it.
        int distance = (Crossings * Spacing) + (Spacing / 4);
        ulong low = 1;
        ulong high = 1UL << 50;
        while (low < high)
        {
            _request.AmountRaw = low + ((high - low) / 2);
            bool isTooMuch = _pool.Quote(in _request, out SwapQuote quote) != QuoteStatus.Ok;
            if (isTooMuch || Math.Abs(quote.TickAfter - StartTick) >= distance) high = _request.AmountRaw;
            else low = _request.AmountRaw + 1;
        }

        _request.AmountRaw = low;
        if (_pool.Quote(in _request, out SwapQuote check) != QuoteStatus.Ok || check.CrossedCount != Crossings)
            throw new InvalidOperationException($"{check.CrossedCount} ticks passed instead of {Crossings}");
        _walked = _request;
        _walked.SqrtPriceLimitX64 = Direction == SwapDirection.AToB
            ? WhirlpoolTickMath.MinSqrtPriceX64 + 1
            : WhirlpoolTickMath.MaxSqrtPriceX64 - 1;
        if (_pool.Quote(in _walked, out SwapQuote walk) != QuoteStatus.Ok || !walk.Equals(check))
            throw new InvalidOperationException("the walk's quote is another");
    }

    /// <summary>Passed ranges from their sums.</summary>
    [Benchmark]
    public ulong Quote()
    {
        _ = _pool.Quote(in _request, out SwapQuote quote);
        return quote.AmountOutRaw;
    }

    /// <summary>The same tick by tick: what a stated price limit asks for.</summary>
    [Benchmark]
    public ulong Walk()
    {
        _ = _pool.Quote(in _walked, out SwapQuote quote);
        return quote.AmountOutRaw;
    }

    /// <summary>
    /// The first quote of a new price: the way to the first tick is not remembered, passed ranges are.
    /// </summary>
    [Benchmark]
    public ulong DecodePoolThenQuote()
    {
        _poolBytes[65] ^= 1;
        return (ulong)DecodePool() + Quote();
    }

    [Benchmark]
    public DecodeStatus DecodeFullTickArray() => Decode(AccountRole.TickArray, Key(10), _array);

    /// <summary>The liquidity of one tick of a full array.</summary>
    [Benchmark]
    public DecodeStatus DecodeArrayChange()
    {
        const int At = 13 + (44 * 113);
        _array[At] ^= 1;
        return _pool.ApplyChange(AccountRole.TickArray, new AccountView(Key(10), VenueProgram, 1, _array), At, At + 1);
    }

    [Benchmark]
    public DecodeStatus DecodePool() => Decode(AccountRole.Pool, Key(1), _poolBytes);

    [Benchmark]
    public ulong SqrtPriceAtTick() => (ulong)WhirlpoolTickMath.SqrtPriceAtTick((int)_request.AmountRaw & 0x3FFFF);

    [Benchmark]
    public int TickAtSqrtPrice() =>
        WhirlpoolTickMath.TickAtSqrtPrice(((UInt128)_request.AmountRaw << 40) + 4295048016UL);

    private DecodeStatus Decode(AccountRole role, in Pubkey key, byte[] data) =>
        _pool.Apply(role, new AccountView(key, VenueProgram, 1, data));

    private static readonly Pubkey VenueProgram = Pubkey.Parse("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc");

    private static Pubkey Key(byte value)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(value);
        return Pubkey.Read(bytes);
    }

    private void WritePool()
    {
        Convert.FromHexString("3f95d10ce1806309").CopyTo(_poolBytes, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(_poolBytes.AsSpan(41), Spacing);
        BinaryPrimitives.WriteUInt16LittleEndian(_poolBytes.AsSpan(43), Spacing);
        BinaryPrimitives.WriteUInt16LittleEndian(_poolBytes.AsSpan(45), 3_000);
        BinaryPrimitives.WriteUInt128LittleEndian(_poolBytes.AsSpan(49), 1_000_000_000_000UL);
        BinaryPrimitives.WriteUInt128LittleEndian(_poolBytes.AsSpan(65), WhirlpoolTickMath.SqrtPriceAtTick(StartTick));
        BinaryPrimitives.WriteInt32LittleEndian(_poolBytes.AsSpan(81), StartTick);
        Key(2).CopyTo(_poolBytes.AsSpan(101));
        Key(4).CopyTo(_poolBytes.AsSpan(133));
        Key(3).CopyTo(_poolBytes.AsSpan(181));
        Key(5).CopyTo(_poolBytes.AsSpan(213));
    }

    private void WriteArray(int start)
    {
        Convert.FromHexString("4561bdbe6e0742bb").CopyTo(_array, 0);
        BinaryPrimitives.WriteInt32LittleEndian(_array.AsSpan(8), start);
        Key(1).CopyTo(_array.AsSpan(9956));
        for (int i = 0; i < 88; i++)
        {
            _array[12 + (i * 113)] = 1;
            Int128 net = i % 2 == 0 ? 1_000_000_000 : -1_000_000_000;
            BinaryPrimitives.WriteInt128LittleEndian(_array.AsSpan(13 + (i * 113)), net);
        }
    }

    private void Apply(AccountRole role, in Pubkey key, byte[] data)
    {
        DecodeStatus status = Decode(role, in key, data);
        if (status != DecodeStatus.Ok) throw new InvalidOperationException($"{role}: {status}");
    }

    private void ApplyTokens()
    {
        byte[] mint = new byte[82];
        mint[45] = 1;
        for (byte side = 0; side < 2; side++)
        {
            byte[] vault = new byte[165];
            Key((byte)(2 + side)).CopyTo(vault);
            Key(1).CopyTo(vault.AsSpan(32));
            BinaryPrimitives.WriteUInt64LittleEndian(vault.AsSpan(64), ulong.MaxValue / 2);
            vault[108] = 1;
            AccountRole vaultRole = side == 0 ? AccountRole.VaultA : AccountRole.VaultB;
            AccountRole mintRole = side == 0 ? AccountRole.MintA : AccountRole.MintB;
            _ = _pool.Apply(vaultRole, new AccountView(Key((byte)(4 + side)), ProgramIds.Token, 1, vault));
            _ = _pool.Apply(mintRole, new AccountView(Key((byte)(2 + side)), ProgramIds.Token, 1, mint));
        }
    }
}
