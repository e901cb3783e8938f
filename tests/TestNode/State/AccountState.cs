using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LowLatency.Engine.Solana;

namespace LowLatency.TestNode.State;

/// <summary>
/// One state of one account, unchangeable. Its two JSON forms are made once, however many subscribers it goes to.
/// </summary>
public sealed class AccountState
{
    private byte[]? _pubsubJson;
    private byte[]? _httpJson;

    public AccountState(Pubkey key, ulong lamports, Pubkey owner, byte[] data, bool executable, ulong rentEpoch)
    {
        Key = key;
        Lamports = lamports;
        Owner = owner;
        Data = data;
        Executable = executable;
        RentEpoch = rentEpoch;
    }

    public Pubkey Key { get; }

    public ulong Lamports { get; }

    public Pubkey Owner { get; }

    public byte[] Data { get; }

    public bool Executable { get; }

    public ulong RentEpoch { get; }

    /// <summary>An account without lamports does not exist: null over HTTP, zeros in a notification.</summary>
    public bool Exists => Lamports != 0;

    /// <summary>UiAccount as pubsub writes it with base64, made once.</summary>
    public byte[] PubsubJson => _pubsubJson ??= PubsubJsonWith($"[\"{Convert.ToBase64String(Data)}\",\"base64\"]");

    /// <summary>UiAccount as HTTP writes it with base64, made once.</summary>
    public byte[] HttpJson => _httpJson ??= HttpJsonWith($"[\"{Convert.ToBase64String(Data)}\",\"base64\"]");

    private string Bool => Executable ? "true" : "false";

    /// <summary>The state of an account that is not there.</summary>
    public static AccountState Missing(Pubkey key) => new(key, 0, default, [], executable: false, 0);

    /// <summary>Pubsub form: members in the order of the node's struct. <paramref name="data"/> is JSON.</summary>
    public byte[] PubsubJsonWith(string data) => Json(
        $"{{\"lamports\":{Lamports},\"data\":{data},\"owner\":\"{Owner}\","
        + $"\"executable\":{Bool},\"rentEpoch\":{RentEpoch},\"space\":{Data.Length}}}");

    /// <summary>
    /// HTTP form: members in alphabetical order, because answers pass a sorted map. The space stays that of the whole
    /// account when <paramref name="data"/> is a slice.
    /// </summary>
    public byte[] HttpJsonWith(string data) => Json(
        $"{{\"data\":{data},\"executable\":{Bool},\"lamports\":{Lamports},"
        + $"\"owner\":\"{Owner}\",\"rentEpoch\":{RentEpoch},\"space\":{Data.Length}}}");

    /// <summary>
    /// Hash as in the captures' truth files: the first 16 bytes in hex of
    /// SHA-256(pubkey | lamports u64 | owner | executable u8 | data), or of (pubkey | "absent").
    /// </summary>
    public string TruthHash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] head = new byte[73];
        Key.CopyTo(head);
        if (!Exists)
        {
            hash.AppendData(head.AsSpan(0, 32));
            hash.AppendData("absent"u8);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(32), Lamports);
            Owner.CopyTo(head.AsSpan(40));
            head[72] = Executable ? (byte)1 : (byte)0;
            hash.AppendData(head);
            hash.AppendData(Data);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    public bool SameAs(AccountState other) =>
        Exists == other.Exists && Lamports == other.Lamports && Owner == other.Owner
        && Executable == other.Executable && Data.AsSpan().SequenceEqual(other.Data);

    private static byte[] Json(string text) => Encoding.ASCII.GetBytes(text);
}
