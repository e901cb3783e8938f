using System.Collections.Generic;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Geyser;

/// <summary>When an update is final enough to be sent.</summary>
public enum GeyserCommitment : byte
{
    /// <summary>As soon as the node has executed it.</summary>
    Processed = 0,

    /// <summary>Voted on by two thirds of the stake.</summary>
    Confirmed = 1,

    /// <summary>Rooted.</summary>
    Finalized = 2,
}

/// <summary>Bytes that an account's data must have at an offset.</summary>
/// <param name="Offset">Offset in the data, bytes.</param>
/// <param name="Bytes">The bytes.</param>
public sealed record GeyserMemcmp(ulong Offset, byte[] Bytes);

/// <summary>
/// One named filter of accounts: any of the keys or any of the owners, and all of the conditions on the data. A server
/// limits keys and owners a filter and may refuse owners with many accounts.
/// </summary>
public sealed record GeyserAccountFilter
{
    /// <summary>Name that the server repeats in every update.</summary>
    public required string Name { get; init; }

    /// <summary>Accounts.</summary>
    public IReadOnlyList<Pubkey> Accounts { get; init; } = [];

    /// <summary>Owner programs.</summary>
    public IReadOnlyList<Pubkey> Owners { get; init; } = [];

    /// <summary>Length that the data must have, bytes; null = any.</summary>
    public ulong? DataSizeBytes { get; init; }

    /// <summary>Bytes that the data must have.</summary>
    public IReadOnlyList<GeyserMemcmp> Memcmps { get; init; } = [];
}

/// <summary>One named filter of transactions; they are counted, not traded on.</summary>
public sealed record GeyserTransactionFilter
{
    /// <summary>Name that the server repeats in every update.</summary>
    public required string Name { get; init; }

    /// <summary>Whether votes pass; null = both.</summary>
    public bool? Vote { get; init; }

    /// <summary>Whether failed ones pass; null = both.</summary>
    public bool? Failed { get; init; }

    /// <summary>Any of these accounts must be mentioned, if there are any here.</summary>
    public IReadOnlyList<Pubkey> AnyOf { get; init; } = [];

    /// <summary>All of these accounts must be mentioned.</summary>
    public IReadOnlyList<Pubkey> AllOf { get; init; } = [];
}

/// <summary>
/// Everything that a connection asks for. A new request replaces the one before as a whole.
/// Source: rpcpool/yellowstone-grpc@0013f2d5 geyser.proto, SubscribeRequest and its filters (field numbers).
/// </summary>
public sealed record YellowstoneSubscription
{
    private const string FilterName = "lowlatency";

    /// <summary>Filters of accounts.</summary>
    public IReadOnlyList<GeyserAccountFilter> Accounts { get; init; } = [];

    /// <summary>Filters of transactions.</summary>
    public IReadOnlyList<GeyserTransactionFilter> Transactions { get; init; } = [];

    /// <summary>Slot statuses, those between processed and confirmed too. Also the feed's sign of life.</summary>
    public bool Slots { get; init; } = true;

    /// <summary>Block metas: blockhash and height.</summary>
    public bool BlocksMeta { get; init; } = true;

    /// <summary>Commitment of accounts, transactions and block metas; slot statuses come at every level.</summary>
    public GeyserCommitment Commitment { get; init; } = GeyserCommitment.Processed;

    /// <summary>A request that only answers or sends a ping; the server leaves the filters as they are.</summary>
    public static byte[] Ping(int id) =>
        new ProtoWriter().Message(9, new ProtoWriter().Number(1, (ulong)id)).ToArray();

    /// <summary>The request's protobuf bytes; <paramref name="fromSlot"/> 0 asks for no replay.</summary>
    public byte[] ToRequest(ulong fromSlot = 0)
    {
        ProtoWriter request = new();
        foreach (GeyserAccountFilter filter in Accounts) request.MapEntry(1, filter.Name, Write(filter));
        if (Slots)
        {
            // filter_by_commitment off, interslot_updates on
            request.MapEntry(2, FilterName, new ProtoWriter().Number(1, 0).Number(2, 1));
        }

        foreach (GeyserTransactionFilter filter in Transactions) request.MapEntry(3, filter.Name, Write(filter));
        if (BlocksMeta) request.MapEntry(5, FilterName, new ProtoWriter());
        request.Number(6, (ulong)Commitment);
        if (fromSlot != 0) request.Number(11, fromSlot);
        return request.ToArray();
    }

    private static ProtoWriter Write(GeyserAccountFilter filter)
    {
        ProtoWriter message = new();
        foreach (Pubkey account in filter.Accounts) message.Text(2, account.ToString());
        foreach (Pubkey owner in filter.Owners) message.Text(3, owner.ToString());
        if (filter.DataSizeBytes is ulong size) message.Message(4, new ProtoWriter().Number(2, size));
        foreach (GeyserMemcmp memcmp in filter.Memcmps)
        {
            ProtoWriter condition = new ProtoWriter().Number(1, memcmp.Offset).Bytes(2, memcmp.Bytes);
            message.Message(4, new ProtoWriter().Message(1, condition));
        }

        return message;
    }

    private static ProtoWriter Write(GeyserTransactionFilter filter)
    {
        ProtoWriter message = new();
        if (filter.Vote is bool vote) message.Number(1, vote ? 1UL : 0);
        if (filter.Failed is bool failed) message.Number(2, failed ? 1UL : 0);
        foreach (Pubkey account in filter.AnyOf) message.Text(3, account.ToString());
        foreach (Pubkey account in filter.AllOf) message.Text(6, account.ToString());
        return message;
    }
}
