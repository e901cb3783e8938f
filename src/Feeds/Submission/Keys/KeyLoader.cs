using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>Opens a key file of either kind and hands out a signer; no copy of the secret stays behind.</summary>
public static class KeyLoader
{
    /// <summary>
    /// Opens <paramref name="path"/>. <paramref name="askPassword"/> is called only for an encrypted file; it returns
    /// the
    /// UTF-8 password, which is zeroed here after use, or null if there is none.
    /// </summary>
    public static KeyFileStatus TryOpen(
        string path,
        bool allowInsecure,
        Func<SecretBuffer?>? askPassword,
        out Ed25519Signer? signer,
        Ed25519Library library = Ed25519Library.Auto)
    {
        signer = null;
        using SecretBuffer text = new(KeypairFile.MaxFileBytes);
        using SecretBuffer seed = new(ManagedEd25519.SeedBytes);

        // An encrypted file may be readable for others: it gives nothing without the password.
        KeyFileStatus status = KeypairFile.TryRead(path, allowInsecure: true, text.Bytes, out int length);
        if (status != KeyFileStatus.Ok) return status;
        if (EncryptedKeyFile.IsEncrypted(text.Bytes[..length]))
        {
            using SecretBuffer? password = askPassword?.Invoke();
            if (password is null) return KeyFileStatus.PasswordNeeded;
            status = EncryptedKeyFile.TryOpen(text.Bytes[..length], password.Bytes, seed.Bytes, out _);
        }
        else
        {
            status = KeypairFile.TryLoad(path, allowInsecure, seed.Bytes, out _);
        }

        if (status == KeyFileStatus.Ok) signer = Ed25519Signer.Create(seed.Bytes, library);
        return status;
    }
}
