using System;
using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;
using LowLatency.Engine.Venues.RaydiumClmm;

namespace LowLatency.Benchmarks.Venues;

/// <summary>
/// Raydium CLMM: quotes that pass 0, 1, 5 and 15 initialized ticks in either direction, decoding of the pool and of a
/// full tick array. Targets: 70 ns in range, 60 ns a tick walked, 120 ns from sums, 0 B.
/// Synthetic accounts.
/// </summary>
[MemoryDiagnoser]
public class RaydiumClmmBenchmarks
{
    private const int Spacing = 60;
    private const int StartTick = Spacing / 2;
    private const int TicksInArray = 60;

    private static readonly Pubkey VenueProgram = Pubkey.Parse("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK");

    private readonly RaydiumClmmPool _pool = new(Key(1));
    private readonly byte[] _poolBytes = PoolAccount();
    private readonly byte[] _array = TickArray(0);
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
        Apply(AccountRole.Pool, 1, VenueProgram, _poolBytes);
        ApplyTokens();
        byte[] config = new byte[117];
        Convert.FromHexString("daf42168cbcb2b6f").CopyTo(config, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(config.AsSpan(47), 2_500);
        Apply(AccountRole.Config, 6, VenueProgram, config);
        Apply(AccountRole.TickArray, 11, VenueProgram, TickArray(-TicksInArray * Spacing));
        Apply(AccountRole.TickArray, 10, VenueProgram, _array);
        _request.Direction = Direction;
        _request.Clock = new ChainClock(1, 1_700_000_000, 1);
        // Enough to end between the last of the wanted ticks and the one after it.
        int distance = (Crossings * Spacing) + (Spacing / 4);
        ulong low = 1_000;
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
            ? RaydiumTickMath.MinSqrtPriceX64 + 1
            : RaydiumTickMath.MaxSqrtPriceX64 - 1;
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
        _poolBytes[253] ^= 1;
        return (ulong)DecodePool() + Quote();
    }

    [Benchmark]
    public DecodeStatus DecodeFullTickArray() => Decode(AccountRole.TickArray, 10, VenueProgram, _array);

    /// <summary>The liquidity of one tick of a full array.</summary>
    [Benchmark]
    public DecodeStatus DecodeArrayChange()
    {
        const int At = 48 + (30 * 168);
        _array[At] ^= 1;
        return _pool.ApplyChange(AccountRole.TickArray, new AccountView(Key(10), VenueProgram, 1, _array), At, At + 1);
    }

    [Benchmark]
    public DecodeStatus DecodePool() => Decode(AccountRole.Pool, 1, VenueProgram, _poolBytes);

    private static Pubkey Key(byte value)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        bytes.Fill(value);
        return Pubkey.Read(bytes);
    }

    private static byte[] PoolAccount()
    {
        byte[] data = new byte[1544];
        Convert.FromHexString("f7ede3f5d7c3de46").CopyTo(data, 0);
        Key(6).CopyTo(data.AsSpan(9));
        Key(2).CopyTo(data.AsSpan(73));
        Key(3).CopyTo(data.AsSpan(105));
        Key(4).CopyTo(data.AsSpan(137));
        Key(5).CopyTo(data.AsSpan(169));
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(235), Spacing);
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(237), 1_000_000_000_000UL);
        BinaryPrimitives.WriteUInt128LittleEndian(data.AsSpan(253), RaydiumTickMath.SqrtPriceAtTick(StartTick));
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(269), StartTick);
        // Arrays -1 and 0 of the pool's bitmap, whose middle bit is number 512.
        data[904 + (511 / 8)] |= 1 << (511 % 8);
        data[904 + (512 / 8)] |= 1 << (512 % 8);
        return data;
    }

    private static byte[] TickArray(int start)
    {
        byte[] data = new byte[10240];
        Convert.FromHexString("c09b55cd31f9812a").CopyTo(data, 0);
        Key(1).CopyTo(data.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(40), start);
        for (int i = 0; i < TicksInArray; i++)
        {
            Span<byte> tick = data.AsSpan(44 + (i * 168));
            Int128 net = i % 2 == 0 ? 1_000_000_000 : -1_000_000_000;
            BinaryPrimitives.WriteInt32LittleEndian(tick, start + (i * Spacing));
            BinaryPrimitives.WriteInt128LittleEndian(tick[4..], net);
            BinaryPrimitives.WriteUInt128LittleEndian(tick[20..], 1_000_000_000UL);
        }

        return data;
    }

    private DecodeStatus Decode(AccountRole role, byte key, in Pubkey owner, byte[] data) =>
        _pool.Apply(role, new AccountView(Key(key), owner, 1, data));

    private void Apply(AccountRole role, byte key, in Pubkey owner, byte[] data)
    {
        DecodeStatus status = Decode(role, key, in owner, data);
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
            Apply(vaultRole, (byte)(4 + side), ProgramIds.Token, vault);
            Apply(mintRole, (byte)(2 + side), ProgramIds.Token, mint);
        }
    }
}
