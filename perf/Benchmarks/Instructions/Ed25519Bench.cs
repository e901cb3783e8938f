using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.Benchmarks.Instructions;

/// <summary>
/// Signing and verifying 700 bytes, a large transaction, with every library of this machine; the bare native call
/// beside ours shows what our part adds (for the managed code both are the same call). Every method must allocate 0 B.
/// </summary>
[MemoryDiagnoser]
public class Ed25519Bench : IDisposable
{
    private readonly byte[] _message = GC.AllocateArray<byte>(700, pinned: true);
    private readonly byte[] _signature = GC.AllocateArray<byte>(64, pinned: true);
    private readonly byte[] _keyPair = GC.AllocateArray<byte>(64, pinned: true);
    private Ed25519Signer? _signer;
    private nint _key;
    private nint _context;

    /// <summary>Those that are installed.</summary>
    public static IEnumerable<Ed25519Library> Libraries
    {
        get
        {
            foreach (Ed25519Library library in Enum.GetValues<Ed25519Library>())
            {
                if (library != Ed25519Library.Auto && Ed25519Signer.IsAvailable(library)) yield return library;
            }
        }
    }

    [ParamsSource(nameof(Libraries))]
    public Ed25519Library Library { get; set; }

    [GlobalSetup]
    public unsafe void Setup()
    {
        _signer = Ed25519Signer.Create(new byte[32], Library);
        _signer.PublicKey.CopyTo(_keyPair.AsSpan(32));
        if (Library == Ed25519Library.OpenSsl)
        {
            // SAFETY: the first 32 bytes of a pinned array of 64; the library copies them.
            byte* seed = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_keyPair));
            _key = OpenSslNative.NewPrivateKey(OpenSslNative.KeyTypeEd25519, 0, seed, 32);
            _context = OpenSslNative.NewContext();
        }

        if (!Sign()) throw new InvalidOperationException("not signed");
        byte[] ours = [.. _signature];
        if (!SignBare() || !ours.AsSpan().SequenceEqual(_signature))
            throw new InvalidOperationException("the two signatures differ");
    }

    [GlobalCleanup]
    public void Dispose()
    {
        if (_context != 0) OpenSslNative.FreeContext(_context);
        if (_key != 0) OpenSslNative.FreeKey(_key);
        _context = 0;
        _key = 0;
        _signer?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The library's function with everything prepared: what no caller can go below.</summary>
    // SAFETY: message, signature and key are pinned arrays of the stated sizes; handles live until the end.
    [Benchmark(Baseline = true)]
    public unsafe bool SignBare()
    {
        byte* message = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_message));
        byte* signature = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_signature));
        byte* key = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_keyPair));
        if (Library == Ed25519Library.Sodium)
            return SodiumNative.Sign(signature, null, message, (ulong)_message.Length, key) == 0;
        if (Library != Ed25519Library.OpenSsl) return _signer!.TrySign(_message, _signature);
        nuint length = 64;
        return OpenSslNative.SignInit(_context, 0, 0, 0, _key) == 1
            && OpenSslNative.Sign(_context, signature, &length, message, (nuint)_message.Length) == 1;
    }

    [Benchmark]
    public bool Sign() => _signer!.TrySign(_message, _signature);

    [Benchmark]
    public bool Verify() => Ed25519Signer.Verify(_signer!.PublicKey, _message, _signature, Library);
}
