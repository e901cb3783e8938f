using System;
using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.Benchmarks.Instructions;

/// <summary>
/// Signing and verifying 400 bytes with every library of this machine. Every method must allocate 0 B.
/// </summary>
[MemoryDiagnoser]
public class Ed25519Bench : IDisposable
{
    private readonly byte[] _message = new byte[400];
    private readonly byte[] _signature = new byte[64];
    private Ed25519Signer? _signer;

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
    public void Setup()
    {
        _signer = Ed25519Signer.Create(new byte[32], Library);
        _ = Sign();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _signer?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public bool Sign() => _signer!.TrySign(_message, _signature);

    [Benchmark]
    public bool Verify() => Ed25519Signer.Verify(_signer!.PublicKey, _message, _signature, Library);
}
