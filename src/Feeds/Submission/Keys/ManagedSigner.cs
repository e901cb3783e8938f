using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>Signs in managed code.</summary>
internal sealed class ManagedSigner : Ed25519Signer
{
    private readonly SecretBuffer _seed = new(ManagedEd25519.SeedBytes);
    private bool _disposed;

    public ManagedSigner(ReadOnlySpan<byte> seed, in Pubkey publicKey)
        : base(publicKey) => seed.CopyTo(_seed.Bytes);

    public override Ed25519Library Library => Ed25519Library.Managed;

    public override bool TrySign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (_disposed || signature.Length < ManagedEd25519.SignatureBytes) return false;
        ManagedEd25519.Sign(_seed.Bytes, PublicKey, message, signature);
        return true;
    }

    public override void Dispose()
    {
        _disposed = true;
        _seed.Dispose();
    }
}
