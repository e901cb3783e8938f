using System;
using System.Text.Json;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Rpc;

/// <summary>How final a state must be before the node tells it.</summary>
public enum Commitment : byte
{
    /// <summary>Of a bank that the node works on; may be of a fork that is abandoned.</summary>
    Processed = 0,

    /// <summary>Voted for by two thirds of the stake.</summary>
    Confirmed = 1,

    /// <summary>Rooted.</summary>
    Finalized = 2,
}

/// <summary>
/// A condition on an account of a program, for programSubscribe and getProgramAccounts; at most four are taken.
/// Source: agave b64857b5 rpc-client-types/src/filter.rs.
/// </summary>
public sealed class AccountFilter
{
    /// <summary>Most filters of a request.</summary>
    public const int MaxCount = 4;

    /// <summary>Most bytes of a comparison.</summary>
    public const int MaxBytes = 128;

    private readonly ulong _number;
    private readonly string? _base58;

    private AccountFilter(ulong number, string? base58)
    {
        _number = number;
        _base58 = base58;
    }

    /// <summary>Data of exactly this length, bytes.</summary>
    public static AccountFilter DataSize(ulong sizeBytes) => new(sizeBytes, null);

    /// <summary>Data with these bytes at this offset.</summary>
    public static AccountFilter Memcmp(ulong offsetBytes, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Length > MaxBytes) throw new ArgumentException("1 to 128 bytes.", nameof(bytes));
        return new AccountFilter(offsetBytes, Base58.Encode(bytes));
    }

    internal static void WriteAll(Utf8JsonWriter writer, ReadOnlySpan<AccountFilter> filters)
    {
        if (filters.Length > MaxCount) throw new ArgumentException("At most four filters.", nameof(filters));
        if (filters.IsEmpty) return;
        writer.WriteStartArray("filters");
        foreach (AccountFilter filter in filters) filter.Write(writer);
        writer.WriteEndArray();
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (_base58 is null)
        {
            writer.WriteNumber("dataSize", _number);
        }
        else
        {
            writer.WriteStartObject("memcmp");
            writer.WriteNumber("offset", _number);
            writer.WriteString("bytes", _base58);
            writer.WriteString("encoding", "base58");
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}

/// <summary>Commitments as nodes write them.</summary>
internal static class CommitmentText
{
    public static string Of(Commitment commitment) => commitment switch
    {
        Commitment.Processed => "processed",
        Commitment.Confirmed => "confirmed",
        _ => "finalized",
    };
}
