using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Benchmarks.Venues;

/// <summary>
/// The constant-product kernel (target 6 ns) and whole quotes of Raydium AMM v4 through <see cref="Pool"/>, in both
/// modes:
/// <c>dotnet run -c Release --project perf/Benchmarks -- --inProcess --filter *ConstantProductBench*</c>. The wide
/// row is the division
/// the kernel avoids. Every benchmark returns what it computed; allocation must be 0 B.
/// </summary>
[MemoryDiagnoser]
public class ConstantProductBench
{
    private static readonly Pubkey PoolKey = Filled(1);
    private static readonly Pubkey VaultA = Filled(4);
    private static readonly Pubkey VaultB = Filled(5);

    private readonly ulong[] _amounts = new ulong[1024];
    private readonly byte[] _vault = new byte[TokenAccountInfo.BaseSizeBytes];
    private Pool _pool = null!;
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < _amounts.Length; i++) _amounts[i] = 1_000_000UL + ((ulong)i * 7_919_000);
        Pubkey program = Pubkey.Parse("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8");
        _pool = VenueRegistry.Create(VenueId.RaydiumAmm, PoolKey)!;
        byte[] data = new byte[752];
        Put(data, 0, 6);
        Put(data, 8, 254);
        Put(data, 176, 25);
        Put(data, 184, 10_000);
        VaultA.CopyTo(data.AsSpan(336));
        VaultB.CopyTo(data.AsSpan(368));
        Filled(2).CopyTo(data.AsSpan(400));
        Filled(3).CopyTo(data.AsSpan(432));
        Expect(_pool.Apply(AccountRole.Pool, new AccountView(PoolKey, program, 1, data)));
        Expect(ApplyVault(AccountRole.VaultB, in VaultB, 3, 150_000_000_000));
        Expect(ApplyVault(AccountRole.VaultA, in VaultA, 2, 1_000_000_000_000));
    }

    [Benchmark(Baseline = true)]
    public ulong Kernel() => ConstantProduct.AmountOut(1_000_000_000_000, 150_000_000_000, Amount());

    [Benchmark]
    public ulong KernelWideDivision()
    {
        ulong amount = Amount();
        UInt128 denominator = ((UInt128)1 << 64) + 1_000_000_000_000 + amount;
        return (ulong)((UInt128)150_000_000_000 * amount / denominator);
    }

    // The caller's variables are not part of the quote, so they are not cleared.
    [Benchmark]
    [SkipLocalsInit]
    public ulong QuoteExactIn()
    {
        SwapRequest request = new() { AmountRaw = Amount() };
        _ = _pool.Quote(in request, out SwapQuote quote);
        return quote.AmountOutRaw;
    }

    [Benchmark]
    [SkipLocalsInit]
    public ulong QuoteExactOut()
    {
        SwapRequest request = new() { Mode = SwapMode.ExactOut, AmountRaw = Amount(), ThresholdRaw = ulong.MaxValue };
        _ = _pool.Quote(in request, out SwapQuote quote);
        return quote.AmountInRaw;
    }

    [Benchmark]
    public DecodeStatus ApplyVaultUpdate()
    {
        Put(_vault, TokenAccountInfo.AmountOffset, 1_000_000_000_000 + Amount());
        return _pool.Apply(AccountRole.VaultA, new AccountView(VaultA, ProgramIds.Token, 1, _vault));
    }

    private ulong Amount() => _amounts[_next++ & 1023];

    private DecodeStatus ApplyVault(AccountRole role, in Pubkey vault, byte mint, ulong amount)
    {
        Filled(mint).CopyTo(_vault);
        Put(_vault, TokenAccountInfo.AmountOffset, amount);
        _vault[108] = 1;
        return _pool.Apply(role, new AccountView(vault, ProgramIds.Token, 1, _vault));
    }

    private static void Expect(DecodeStatus status)
    {
        if (status != DecodeStatus.Ok) throw new InvalidOperationException(
            $"the benchmark's pool was refused: {status}");
    }

    private static void Put(byte[] data, int offset, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(offset), value);

    private static Pubkey Filled(byte value)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        bytes.Fill(value);
        return Pubkey.Read(bytes);
    }
}
