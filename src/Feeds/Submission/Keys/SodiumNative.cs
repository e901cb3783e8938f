using System.Runtime.InteropServices;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>
/// The three libsodium calls this project needs. Blittable arguments only: no marshalling, no allocation.
/// Source: libsodium 1.0.18 documentation, "Public-key signatures": keys are seed followed by public key, 64 bytes.
/// </summary>
// SAFETY: declarations only; each caller pins its buffers and checks their lengths.
internal static unsafe partial class SodiumNative
{
    /// <summary>0 on first success, 1 if already initialised, -1 on failure.</summary>
    [LibraryImport(NativeCrypto.Sodium, EntryPoint = "sodium_init")]
    public static partial int Initialise();

    [LibraryImport(NativeCrypto.Sodium, EntryPoint = "crypto_sign_ed25519_detached")]
    public static partial int Sign(byte* signature, ulong* length, byte* message, ulong messageLength, byte* secretKey);

    [LibraryImport(NativeCrypto.Sodium, EntryPoint = "crypto_sign_ed25519_verify_detached")]
    public static partial int Verify(byte* signature, byte* message, ulong messageLength, byte* publicKey);
}
