using System;
using System.IO;
using System.Security.Cryptography;
using LowLatency.Engine.Solana;
using Microsoft.Win32.SafeHandles;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>
/// The key file of the Solana command line: a JSON array of 64 numbers, seed then public key. The text is parsed in
/// pinned memory that is zeroed afterwards, never as a string. Source: solana-sdk@122f32e5 keypair.
/// </summary>
public static class KeypairFile
{
    /// <summary>Largest file that is looked at; 64 numbers with generous spacing are below 1 KB.</summary>
    public const int MaxFileBytes = 4096;

    private const UnixFileMode GroupOrOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>
    /// Reads the seed (32 bytes) and verifies the public half. A file that group or others may access is refused unless
    /// <paramref name="allowInsecure"/>; Windows has no such modes and is not checked.
    /// </summary>
    public static KeyFileStatus TryLoad(string path, bool allowInsecure, Span<byte> seed, out Pubkey publicKey)
    {
        publicKey = default;
        using SecretBuffer text = new(MaxFileBytes);
        KeyFileStatus status = TryRead(path, allowInsecure, text.Bytes, out int length);
        return status == KeyFileStatus.Ok ? TryParse(text.Bytes[..length], seed, out publicKey) : status;
    }

    /// <summary>Parses the JSON text. On failure the seed is zeroed.</summary>
    public static KeyFileStatus TryParse(ReadOnlySpan<byte> json, Span<byte> seed, out Pubkey publicKey)
    {
        publicKey = default;
        Span<byte> pair = stackalloc byte[64];
        KeyFileStatus status = ParseNumbers(json, pair) ? KeyFileStatus.Ok : KeyFileStatus.NotAKeyFile;
        if (status == KeyFileStatus.Ok)
        {
            publicKey = ManagedEd25519.PublicKey(pair[..32]);
            if (publicKey != Pubkey.Read(pair, 32)) status = KeyFileStatus.WrongPublicHalf;
        }

        seed[..32].Clear();
        if (status == KeyFileStatus.Ok) pair[..32].CopyTo(seed);
        CryptographicOperations.ZeroMemory(pair);
        return status;
    }

    /// <summary>Writes a new file that only the user may access. An existing file is left alone.</summary>
    public static KeyFileStatus TryCreate(string path, ReadOnlySpan<byte> seed)
    {
        Span<byte> pair = stackalloc byte[64];
        seed[..32].CopyTo(pair);
        ManagedEd25519.PublicKey(seed).CopyTo(pair[32..]);
        using SecretBuffer text = new(64 * 4 + 2);
        int length = 0;
        text.Bytes[length++] = (byte)'[';
        for (int i = 0; i < 64; i++)
        {
            if (i > 0) text.Bytes[length++] = (byte)',';
            _ = pair[i].TryFormat(text.Bytes[length..], out int digits, default, null);
            length += digits;
        }

        text.Bytes[length++] = (byte)']';
        CryptographicOperations.ZeroMemory(pair);
        return TryWriteNew(path, text.Bytes[..length]);
    }

    /// <summary>Reads a key file's bytes after the permission check; the check is made on the open file.</summary>
    internal static KeyFileStatus TryRead(string path, bool allowInsecure, Span<byte> destination, out int length)
    {
        length = 0;
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path);
            if (!allowInsecure && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & GroupOrOthers) != 0)
            {
                return KeyFileStatus.InsecurePermissions;
            }

            long size = RandomAccess.GetLength(handle);
            if (size > destination.Length) return KeyFileStatus.NotAKeyFile;
            while (length < size)
            {
                int read = RandomAccess.Read(handle, destination[length..], length);
                if (read == 0) break;
                length += read;
            }

            return KeyFileStatus.Ok;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return KeyFileStatus.NotFound;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return KeyFileStatus.Unreadable;
        }
    }

    /// <summary>Creates a file with access for the user alone.</summary>
    internal static KeyFileStatus TryWriteNew(string path, ReadOnlySpan<byte> bytes)
    {
        if (File.Exists(path)) return KeyFileStatus.AlreadyExists;
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using FileStream stream = new(path, options);
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
            return KeyFileStatus.Ok;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return File.Exists(path) ? KeyFileStatus.AlreadyExists : KeyFileStatus.Unreadable;
        }
    }

    private static bool ParseNumbers(ReadOnlySpan<byte> json, Span<byte> pair)
    {
        int at = SkipSpace(json, 0);
        if (at >= json.Length || json[at++] != (byte)'[') return false;
        for (int i = 0; i < pair.Length; i++)
        {
            at = SkipSpace(json, at);
            int value = 0;
            int digits = 0;
            while (at < json.Length && json[at] is >= (byte)'0' and <= (byte)'9' && digits < 4)
            {
                value = (value * 10) + (json[at++] - '0');
                digits++;
            }

            if (digits == 0 || value > 255 || (digits > 1 && value < 10) || (digits > 2 && value < 100)) return false;
            pair[i] = (byte)value;
            at = SkipSpace(json, at);
            byte expected = i + 1 < pair.Length ? (byte)',' : (byte)']';
            if (at >= json.Length || json[at++] != expected) return false;
        }

        return SkipSpace(json, at) == json.Length;
    }

    private static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        return at;
    }
}
