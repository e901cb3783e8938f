using System;
using System.IO;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;
using Xunit;

namespace LowLatency.Feeds.Tests.Submission;

public sealed class KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-keys-").FullName;
    private readonly byte[] _seed = new byte[32];

    public KeyFileTests() => new Random(5).NextBytes(_seed);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Plain_CreateThenLoad_GivesTheSameKey()
    {
        string path = Path.Combine(_folder, "id.json");
        byte[] seed = new byte[32];
        Assert.Equal(KeyFileStatus.Ok, KeypairFile.TryCreate(path, _seed));
        Assert.Equal(KeyFileStatus.Ok, KeypairFile.TryLoad(path, allowInsecure: false, seed, out Pubkey key));
        Assert.Equal(_seed, seed);
        Assert.Equal(ManagedEd25519.PublicKey(_seed), key);
        Assert.Equal(KeyFileStatus.AlreadyExists, KeypairFile.TryCreate(path, _seed));
        Assert.Equal(KeyFileStatus.Ok, KeyLoader.TryOpen(path, false, null, out Ed25519Signer? signer));
        Assert.Equal(key, signer!.PublicKey);
        signer.Dispose();
    }

    [Fact]
    public void Plain_ReadableByOthers_IsRefusedUnlessInsecureIsAllowed()
    {
        if (OperatingSystem.IsWindows()) return; // no such modes there
        string path = Path.Combine(_folder, "id.json");
        Assert.Equal(KeyFileStatus.Ok, KeypairFile.TryCreate(path, _seed));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        foreach (UnixFileMode extra in (UnixFileMode[])[UnixFileMode.GroupRead, UnixFileMode.OtherRead,
            UnixFileMode.GroupWrite])
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);
            byte[] seed = new byte[32];
            Assert.Equal(KeyFileStatus.InsecurePermissions, KeypairFile.TryLoad(path, false, seed, out _));
            Assert.Equal(new byte[32], seed);
            Assert.Equal(KeyFileStatus.InsecurePermissions, KeyLoader.TryOpen(path, false, null, out _));
            Assert.Equal(KeyFileStatus.Ok, KeypairFile.TryLoad(path, true, seed, out _));
        }
    }

    [Fact]
    public void Parse_WrongPublicHalf_IsRefusedAndZeroed()
    {
        byte[] pair = new byte[64];
        _seed.CopyTo(pair, 0);
        ManagedEd25519.PublicKey(_seed).CopyTo(pair.AsSpan(32));
        byte[] seed = new byte[32];
        Assert.Equal(KeyFileStatus.Ok, KeypairFile.TryParse(Json(pair), seed, out _));
        Assert.Equal(_seed, seed);
        pair[40] ^= 1;
        Assert.Equal(KeyFileStatus.WrongPublicHalf, KeypairFile.TryParse(Json(pair), seed, out _));
        Assert.Equal(new byte[32], seed);
    }

    [Fact]
    public void Parse_BadTexts_AreRefused()
    {
        byte[] pair = new byte[64];
        ManagedEd25519.PublicKey(pair.AsSpan(0, 32)).CopyTo(pair.AsSpan(32));
        string good = Encoding.UTF8.GetString(Json(pair));
        string[] bad =
        [
            string.Empty, "[]", "{}", "null", good[..^1], good + ",", good + "x", "[" + good + "]",
                good.Replace("[0,", "[00,", StringComparison.Ordinal),
            good.Replace("[0,", "[256,", StringComparison.Ordinal),
                good.Replace("[0,", "[-0,", StringComparison.Ordinal),
            good.Replace("[0,", "[0.0,", StringComparison.Ordinal), good.Replace("[0,", "[", StringComparison.Ordinal),
        ];
        foreach (string text in bad)
        {
            Assert.Equal(KeyFileStatus.NotAKeyFile, KeypairFile.TryParse(Encoding.UTF8.GetBytes(text), new byte[32],
                out _));
        }

        string spaced = " \n" + good.Replace(",", " , ", StringComparison.Ordinal) + "\r\n";
        Assert.Equal(KeyFileStatus.Ok, KeypairFile.TryParse(Encoding.UTF8.GetBytes(spaced), new byte[32], out _));
    }

    [Fact]
    public void Load_MissingOrLargeFile_IsAStatus()
    {
        Assert.Equal(KeyFileStatus.NotFound, KeypairFile.TryLoad(Path.Combine(_folder, "no"), true, new byte[32],
            out _));
        string path = Path.Combine(_folder, "large");
        File.WriteAllBytes(path, new byte[5000]);
        Assert.Equal(KeyFileStatus.NotAKeyFile, KeypairFile.TryLoad(path, true, new byte[32], out _));
    }

    [Fact]
    public void Encrypted_RightPassword_OpensWrongOneDoesNot()
    {
        string path = Path.Combine(_folder, "key.enc");
        KeyFileStatus created = EncryptedKeyFile.TryCreate(path, _seed, "correct horse"u8,
            EncryptedKeyFile.MinIterations);
        Assert.Equal(KeyFileStatus.Ok, created);
        Assert.Equal(KeyFileStatus.PasswordNeeded, KeyLoader.TryOpen(path, false, null, out _));
        Assert.Equal(KeyFileStatus.WrongPassword, KeyLoader.TryOpen(path, false, () => Password("wrong"u8), out _));
        Assert.Equal(KeyFileStatus.Ok, KeyLoader.TryOpen(path, false, () => Password("correct horse"u8),
            out Ed25519Signer? signer));
        Assert.Equal(ManagedEd25519.PublicKey(_seed), signer!.PublicKey);
        signer.Dispose();
        Assert.DoesNotContain(Convert.ToBase64String(_seed), File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void TryOpen_ObjectThatIsNoKey_AsksForNoPassword()
    {
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, "{ \"maxHops\": 3 }");
        Assert.Equal(KeyFileStatus.NotAKeyFile, KeyLoader.TryOpen(path, false, () => throw new Exception(), out _));
    }

    [Fact]
    public void Encrypted_ChangedHeaderOrText_DoesNotOpen()
    {
        string path = Path.Combine(_folder, "key.enc");
        Assert.Equal(KeyFileStatus.Ok, EncryptedKeyFile.TryCreate(path, _seed, "pw"u8, EncryptedKeyFile.MinIterations));
        string text = File.ReadAllText(path);
        string otherKey = text.Replace(
            ManagedEd25519.PublicKey(_seed).ToString(), ProgramIds.Token.ToString(), StringComparison.Ordinal);
        Assert.Equal(KeyFileStatus.WrongPassword, Open(otherKey));
        Assert.Equal(KeyFileStatus.WrongPassword, Open(text.Replace("100000", "100001", StringComparison.Ordinal)));
        Assert.Equal(KeyFileStatus.NotAKeyFile, Open(text.Replace("100000", "1", StringComparison.Ordinal)));
        Assert.Equal(KeyFileStatus.NotAKeyFile, Open(text.Replace("100000", "2000000000", StringComparison.Ordinal)));
        Assert.Equal(KeyFileStatus.NotAKeyFile, Open(text.Replace("aes-256-gcm", "none", StringComparison.Ordinal)));
        Assert.Equal(KeyFileStatus.NotAKeyFile, Open(text.Replace("\"tag\"", "\"tug\"", StringComparison.Ordinal)));
        for (int cut = 0; cut < text.TrimEnd().Length; cut += 13)
        {
            Assert.Equal(KeyFileStatus.NotAKeyFile, Open(text[..cut]));
        }

        Assert.Equal(KeyFileStatus.Ok, Open(text));
    }

    [Fact]
    public void Plain_EveryTruncationAndMutation_IsAStatusAndLeavesNoSecretOnFailure()
    {
        const int seed = 64;
        Random random = new(seed);
        byte[] pair = new byte[64];
        _seed.CopyTo(pair, 0);
        ManagedEd25519.PublicKey(_seed).CopyTo(pair.AsSpan(32));
        byte[] good = Json(pair);
        byte[] read = new byte[32];
        for (int length = 0; length < good.Length; length++)
            Assert.Equal(KeyFileStatus.NotAKeyFile, KeypairFile.TryParse(good.AsSpan(0, length), read, out _));
        for (int round = 0; round < 1_500; round++)
        {
            byte[] bytes = [.. good];
            bytes[random.Next(bytes.Length)] = (byte)(round % 3 == 0 ? random.Next(256) : '0' + random.Next(10));
            KeyFileStatus status = KeypairFile.TryParse(bytes, read, out _);
            bool isSame = bytes.AsSpan().SequenceEqual(good);
            Assert.True((status == KeyFileStatus.Ok) == isSame || IsSpacing(bytes), $"seed {seed}, round {round}");
            if (status != KeyFileStatus.Ok) Assert.Equal(new byte[32], read);
        }

        bool IsSpacing(byte[] bytes) => bytes.AsSpan().IndexOfAny(" \t\r\n"u8) >= 0;
    }

    [Fact]
    public void Encrypted_EveryChangedByte_IsAStatusAndGivesNoOtherKey()
    {
        const int seed = 256;
        Random random = new(seed);
        string path = Path.Combine(_folder, "key.enc");
        Assert.Equal(KeyFileStatus.Ok, EncryptedKeyFile.TryCreate(path, _seed, "pw"u8, EncryptedKeyFile.MinIterations));
        byte[] good = File.ReadAllBytes(path);
        byte[] read = new byte[32];
        for (int length = 0; length + 2 < good.Length; length++)
        {
            KeyFileStatus status = EncryptedKeyFile.TryOpen(good.AsSpan(0, length), "pw"u8, read, out _);
            Assert.Equal(KeyFileStatus.NotAKeyFile, status);
        }

        int wrong = 0;
        for (int at = 0; at < good.Length; at += 1 + random.Next(6)) // each that parses costs a key derivation
        {
            byte[] bytes = [.. good];
            bytes[at] ^= (byte)(1 << random.Next(7));
            KeyFileStatus status = EncryptedKeyFile.TryOpen(bytes, "pw"u8, read, out Pubkey key);
            if (status == KeyFileStatus.WrongPassword) wrong++;
            if (status == KeyFileStatus.Ok) Assert.Equal(ManagedEd25519.PublicKey(_seed), key); // spacing, padding bits
            else Assert.Equal(new byte[32], read);
        }

        Assert.True(wrong > 10, $"{wrong} changed files reached the cipher");
    }

    [Fact]
    public void SecretBuffer_Disposed_IsZeroAndSilent()
    {
        SecretBuffer secret = new(4);
        secret.Bytes.Fill(7);
        Assert.Equal("(secret)", secret.ToString());
        secret.Dispose();
        Assert.Equal(new byte[4], secret.Bytes.ToArray());
    }

    private static KeyFileStatus Open(string text) =>
        EncryptedKeyFile.TryOpen(Encoding.UTF8.GetBytes(text), "pw"u8, new byte[32], out _);

    private static SecretBuffer Password(ReadOnlySpan<byte> text)
    {
        SecretBuffer password = new(text.Length);
        text.CopyTo(password.Bytes);
        return password;
    }

    private static byte[] Json(byte[] pair) => Encoding.UTF8.GetBytes("[" + string.Join(",", pair) + "]");
}
