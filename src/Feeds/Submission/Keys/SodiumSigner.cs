using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>Signs through libsodium; the key lies in pinned memory as seed followed by public key.</summary>
internal sealed class SodiumSigner : Ed25519Signer
{
    private readonly SecretBuffer _secret = new(64);
    private bool _disposed;

    public SodiumSigner(ReadOnlySpan<byte> seed, in Pubkey publicKey)
        : base(publicKey)
    {
        seed.CopyTo(_secret.Bytes);
        publicKey.CopyTo(_secret.Bytes[32..]);
    }

    public override Ed25519Library Library => Ed25519Library.Sodium;

    // SAFETY: lengths are checked and every pointer is pinned for the call, as said below.
    public override unsafe bool TrySign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (_disposed || signature.Length < 64) return false;

        // SAFETY: the pins hold for the call; the library writes exactly 64 bytes, checked above, and accepts no length
        // pointer. An empty message pins to null, which the library allows with length 0.
        fixed (byte* m = message, s = signature, key = _secret.Bytes)
        {
            return SodiumNative.Sign(s, null, m, (ulong)message.Length, key) == 0;
        }
    }

    public override void Dispose()
    {
        _disposed = true;
        _secret.Dispose();
    }

    // SAFETY: lengths are checked by the caller and every pointer is pinned for the call, as said below.
    public static unsafe bool VerifyNative(in Pubkey publicKey, ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> signature)
    {
        byte* key = stackalloc byte[32];
        publicKey.CopyTo(new Span<byte>(key, 32));

        // SAFETY: the caller checked the signature's 64 bytes; the key is 32 bytes of stack.
        fixed (byte* m = message, s = signature)
        {
            return SodiumNative.Verify(s, m, (ulong)message.Length, key) == 0;
        }
    }
}
