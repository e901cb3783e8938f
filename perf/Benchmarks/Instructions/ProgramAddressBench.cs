using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Benchmarks.Instructions;

/// <summary>
/// A tick array's address derived each time and from the cache, the curve check alone, and Base58 of a key.
/// </summary>
[MemoryDiagnoser]
public class ProgramAddressBench
{
    private static readonly Pubkey Program = Pubkey.Parse("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc");
    private static readonly Pubkey Pool = Pubkey.Parse("JBiLaATKrguiigcHKTYw5SRBGDj3cAjbahDLGud2iv5z");

    private readonly ArrayKeys _keys = new(Program, Pool, ArraySeedForm.TickDecimalText);
    private readonly byte[] _text = new byte[Base58.MaxKeyChars];
    private readonly byte[] _key = new byte[32];
    private int _textLength;

    [GlobalSetup]
    public void Setup()
    {
        _ = Cached();
        Pubkey found = _keys.Get(-393184, 5632);
        if (found != Pubkey.Parse("CJ5z6PBgfZJhis2ScoiyHbqEBj8rrLBBKUyzWeZGQaHe"))
            throw new System.InvalidOperationException("another address");
        Pool.CopyTo(_key);
        _textLength = Base58.Encode32(_key, _text);
    }

    [Benchmark(Baseline = true)]
    public byte Derived()
    {
        ProgramAddressSeeds seeds = Seeds();
        _ = seeds.Find(Program, out _, out byte bump);
        return bump;
    }

    [Benchmark]
    public bool Cached() => _keys.Get(-393184, 5632).IsZero;

    [Benchmark]
    public bool IsOnCurve() => ProgramAddress.IsOnCurve(Pool);

    [Benchmark]
    public int Base58Encode32() => Base58.Encode32(_key, _text);

    [Benchmark]
    public bool Base58Decode32() => Base58.TryDecode32(System.MemoryExtensions.AsSpan(_text, 0, _textLength), _key);

    [Benchmark]
    public bool Base58DecodeGeneral()
    {
        System.Span<char> text = stackalloc char[Base58.MaxKeyChars];
        for (int i = 0; i < _textLength; i++) text[i] = (char)_text[i];
        return Base58.TryDecode(text[.._textLength], _key, out _);
    }

    private static ProgramAddressSeeds Seeds()
    {
        ProgramAddressSeeds seeds = default;
        seeds.Add("tick_array"u8);
        seeds.Add(Pool);
        seeds.Add("-393184"u8);
        return seeds;
    }
}
