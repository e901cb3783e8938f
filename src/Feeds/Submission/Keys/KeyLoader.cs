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
            // Looked at first: nobody is asked for the password of what is no key.
            if (!EncryptedKeyFile.HasForm(text.Bytes[..length])) return KeyFileStatus.NotAKeyFile;
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

    /// <summary>
    /// Opens a key given as text: Base58 of the 64 bytes (private half, public half) as wallets export it, or the array
    /// of 64 numbers. The text is the caller's to zero.
    /// </summary>
    public static KeyFileStatus TryOpenText(
        ReadOnlySpan<byte> ascii, out Ed25519Signer? signer, Ed25519Library library = Ed25519Library.Auto)
    {
        signer = null;
        ReadOnlySpan<byte> text = ascii.Trim(" \t\r\n"u8);
        using SecretBuffer seed = new(ManagedEd25519.SeedBytes);
        KeyFileStatus status;
        if (text is [(byte)'[', ..])
        {
            status = KeypairFile.TryParse(text, seed.Bytes, out _);
        }
        else
        {
            using SecretBuffer pair = new(2 * ManagedEd25519.SeedBytes);
            if (!Base58.TryDecode64(text, pair.Bytes)) return KeyFileStatus.NotAKeyFile;
            pair.Bytes[..ManagedEd25519.SeedBytes].CopyTo(seed.Bytes);
            Pubkey stated = Pubkey.Read(pair.Bytes, ManagedEd25519.SeedBytes);
            status = ManagedEd25519.PublicKey(seed.Bytes) == stated ? KeyFileStatus.Ok : KeyFileStatus.WrongPublicHalf;
        }

        if (status == KeyFileStatus.Ok) signer = Ed25519Signer.Create(seed.Bytes, library);
        return status;
    }
}
