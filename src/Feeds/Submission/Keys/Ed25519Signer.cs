using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>Implementation of Ed25519, fastest first.</summary>
public enum Ed25519Library : byte
{
    /// <summary>The first of the others that this machine has.</summary>
    Auto = 0,

    /// <summary>libsodium.</summary>
    Sodium = 1,

    /// <summary>OpenSSL 3 libcrypto.</summary>
    OpenSsl = 2,

    /// <summary>The managed implementation in this repository.</summary>
    Managed = 3,
}

/// <summary>
/// Signs with one private key. Allocation-free after construction with the native libraries. Owner: one thread (the
/// OpenSSL signer reuses a context). Disposal zeroes the key. It never shows the secret in any form.
/// </summary>
public abstract class Ed25519Signer : IDisposable
{
    /// <summary>Sets the public half.</summary>
    private protected Ed25519Signer(in Pubkey publicKey) => PublicKey = publicKey;

    /// <summary>Address of the key.</summary>
    public Pubkey PublicKey { get; }

    /// <summary>Which implementation signs.</summary>
    public abstract Ed25519Library Library { get; }

    /// <summary>Writes the 64-byte signature; false if the library refused or the signer is disposed.</summary>
    public abstract bool TrySign(ReadOnlySpan<byte> message, Span<byte> signature);

    /// <summary>True if this machine has the library.</summary>
    public static bool IsAvailable(Ed25519Library library) => library switch
    {
        Ed25519Library.Sodium => NativeCrypto.HasSodium,
        Ed25519Library.OpenSsl => NativeCrypto.HasOpenSsl,
        _ => true,
    };

    /// <summary>Makes a signer from a 32-byte seed, which is copied; the caller zeroes its own copy.</summary>
    /// <exception cref="PlatformNotSupportedException">A library was named that this machine does not have.</exception>
    public static Ed25519Signer Create(ReadOnlySpan<byte> seed, Ed25519Library library = Ed25519Library.Auto)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, ManagedEd25519.SeedBytes);
        if (library == Ed25519Library.Auto) library = Best;
        if (!IsAvailable(library)) throw new PlatformNotSupportedException($"{library} is not installed");
        Pubkey publicKey = ManagedEd25519.PublicKey(seed);
        return library switch
        {
            Ed25519Library.Sodium => new SodiumSigner(seed, publicKey),
            Ed25519Library.OpenSsl => new OpenSslSigner(seed, publicKey),
            _ => new ManagedSigner(seed, publicKey),
        };
    }

    /// <summary>Verifies a signature; false for a bad one, a bad key or a missing library.</summary>
    public static bool Verify(
        in Pubkey publicKey,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> signature,
        Ed25519Library library = Ed25519Library.Auto)
    {
        if (signature.Length != ManagedEd25519.SignatureBytes) return false;
        if (library == Ed25519Library.Auto) library = Best;
        if (!IsAvailable(library)) return false;
        return library switch
        {
            Ed25519Library.Sodium => SodiumSigner.VerifyNative(publicKey, message, signature),
            Ed25519Library.OpenSsl => OpenSslSigner.VerifyNative(publicKey, message, signature),
            _ => ManagedEd25519.Verify(publicKey, message, signature),
        };
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The address and the library; never the secret.</summary>
    public override string ToString() => $"{PublicKey} ({Library})";

    private static Ed25519Library Best =>
        NativeCrypto.HasSodium ? Ed25519Library.Sodium
        : NativeCrypto.HasOpenSsl ? Ed25519Library.OpenSsl
        : Ed25519Library.Managed;
}
