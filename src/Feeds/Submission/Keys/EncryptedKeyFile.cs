using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>
/// A key file protected by a password: the seed under AES-256-GCM, the key by PBKDF2-HMAC-SHA-256 with the parameters
/// stored in the file. Everything in the header, the public key included, is authenticated, so a changed file does not
/// open. Source: NIST SP 800-38D (GCM, 96-bit nonce, 128-bit tag), RFC 8018 section 5.2 (PBKDF2).
/// </summary>
public static class EncryptedKeyFile
{
    /// <summary>Rounds for new files: OWASP's 2023 advice for PBKDF2-HMAC-SHA-256.</summary>
    public const int DefaultIterations = 600_000;

    /// <summary>Fewest rounds that are accepted.</summary>
    public const int MinIterations = 100_000;

    /// <summary>Most rounds that are accepted: a hostile file must not keep the machine busy for minutes.</summary>
    public const int MaxIterations = 10_000_000;

    private const string Format = "lowlatency-key/1";
    private const string Derivation = "pbkdf2-hmac-sha256";
    private const string Cipher = "aes-256-gcm";
    private const int SaltBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>
    /// True if the file's text looks like this format (a JSON object) rather than a plain key file (an array).
    /// </summary>
    public static bool IsEncrypted(ReadOnlySpan<byte> text) =>
        text.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>True if the text has all that is needed to open it with a password.</summary>
    internal static bool HasForm(ReadOnlySpan<byte> text) => TryReadFields(text, out _);

    /// <summary>Encrypts a seed into a new file; an existing file is left alone.</summary>
    public static KeyFileStatus TryCreate(
        string path, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> passwordUtf8, int iterations = DefaultIterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, MinIterations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, MaxIterations);
        Pubkey publicKey = ManagedEd25519.PublicKey(seed);
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        byte[] nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        byte[] ciphertext = new byte[ManagedEd25519.SeedBytes];
        byte[] tag = new byte[TagBytes];
        using (SecretBuffer key = new(32))
        {
            Rfc2898DeriveBytes.Pbkdf2(passwordUtf8, salt, key.Bytes, iterations, HashAlgorithmName.SHA256);
            using AesGcm cipher = new(key.Bytes, TagBytes);
            cipher.Encrypt(nonce, seed[..32], ciphertext, tag, Header(iterations, salt, publicKey));
        }

        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("public_key", publicKey.ToString());
            json.WriteString("kdf", Derivation);
            json.WriteNumber("iterations", iterations);
            json.WriteBase64String("salt", salt);
            json.WriteString("cipher", Cipher);
            json.WriteBase64String("nonce", nonce);
            json.WriteBase64String("ciphertext", ciphertext);
            json.WriteBase64String("tag", tag);
            json.WriteEndObject();
        }

        return KeypairFile.TryWriteNew(path, stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>Decrypts the text of such a file. On failure the seed is zeroed.</summary>
    public static KeyFileStatus TryOpen(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> passwordUtf8, Span<byte> seed, out Pubkey publicKey)
    {
        publicKey = default;
        seed[..32].Clear();
        if (!TryReadFields(text, out Fields fields)) return KeyFileStatus.NotAKeyFile;
        using SecretBuffer key = new(32);
        Rfc2898DeriveBytes.Pbkdf2(passwordUtf8, fields.Salt, key.Bytes, fields.Iterations, HashAlgorithmName.SHA256);
        using AesGcm cipher = new(key.Bytes, TagBytes);
        try
        {
            byte[] header = Header(fields.Iterations, fields.Salt, fields.PublicKey);
            cipher.Decrypt(fields.Nonce, fields.Ciphertext, fields.Tag, seed[..32], header);
        }
        catch (AuthenticationTagMismatchException)
        {
            seed[..32].Clear();
            return KeyFileStatus.WrongPassword;
        }

        if (ManagedEd25519.PublicKey(seed) != fields.PublicKey)
        {
            CryptographicOperations.ZeroMemory(seed[..32]);
            return KeyFileStatus.WrongPublicHalf;
        }

        publicKey = fields.PublicKey;
        return KeyFileStatus.Ok;
    }

    private static byte[] Header(int iterations, byte[] salt, in Pubkey publicKey) =>
        Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{Format}|{Derivation}|{iterations}|{Convert.ToHexString(salt)}|{Cipher}|{publicKey}"));

    private static bool TryReadFields(ReadOnlySpan<byte> text, out Fields fields)
    {
        fields = default;
        try
        {
            Utf8JsonReader reader = new(text);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            if (root.GetProperty("format").GetString() != Format || root.GetProperty("kdf").GetString() != Derivation
                || root.GetProperty("cipher").GetString() != Cipher)
            {
                return false;
            }

            bool ok = Pubkey.TryParse(root.GetProperty("public_key").GetString(), out Pubkey publicKey);
            fields = new Fields(
                publicKey,
                root.GetProperty("iterations").GetInt32(),
                root.GetProperty("salt").GetBytesFromBase64(),
                root.GetProperty("nonce").GetBytesFromBase64(),
                root.GetProperty("ciphertext").GetBytesFromBase64(),
                root.GetProperty("tag").GetBytesFromBase64());
            return ok && fields.IsSane;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException
            or KeyNotFoundException)
        {
            return false;
        }
    }

    private readonly record struct Fields(
        Pubkey PublicKey, int Iterations, byte[] Salt, byte[] Nonce, byte[] Ciphertext, byte[] Tag)
    {
        public bool IsSane =>
            Iterations is >= MinIterations and <= MaxIterations && Salt.Length is >= 8 and <= 64
            && Nonce.Length == NonceBytes && Ciphertext.Length == ManagedEd25519.SeedBytes && Tag.Length == TagBytes;
    }
}
