using System.Runtime.InteropServices;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>
/// The libcrypto calls for one-shot Ed25519. Blittable arguments only.
/// Source: OpenSSL 3.0 manual, EVP_PKEY_new(3), EVP_DigestSignInit(3), EVP_SIGNATURE-ED25519(7); key type 1087.
/// </summary>
// SAFETY: declarations only, except for one call on stack memory; callers pin buffers and check lengths.
internal static unsafe partial class OpenSslNative
{
    /// <summary>EVP_PKEY_ED25519.</summary>
    public const int KeyTypeEd25519 = 1087;

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    public static partial nint NewPrivateKey(int type, nint engine, byte* key, nuint length);

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    public static partial nint NewPublicKey(int type, nint engine, byte* key, nuint length);

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_PKEY_free")]
    public static partial void FreeKey(nint key);

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_MD_CTX_new")]
    public static partial nint NewContext();

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_MD_CTX_reset")]
    public static partial int ResetContext(nint context);

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_MD_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_DigestSignInit")]
    public static partial int SignInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_DigestSign")]
    public static partial int Sign(nint context, byte* signature, nuint* length, byte* message, nuint messageLength);

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_DigestVerifyInit")]
    public static partial int VerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(NativeCrypto.OpenSsl, EntryPoint = "EVP_DigestVerify")]
    public static partial int Verify(nint context, byte* signature, nuint length, byte* message, nuint messageLength);

    /// <summary>True if this libcrypto makes an Ed25519 key (a build without it answers with no key).</summary>
    public static bool SupportsEd25519()
    {
        byte* seed = stackalloc byte[32];
        for (int i = 0; i < 32; i++) seed[i] = (byte)i;

        // SAFETY: seed is 32 bytes of stack, read during the call only.
        nint key = NewPrivateKey(KeyTypeEd25519, 0, seed, 32);
        if (key == 0) return false;
        FreeKey(key);
        return true;
    }
}
