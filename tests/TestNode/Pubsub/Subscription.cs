using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.Rpc;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Pubsub;

/// <summary>What a subscription is about; the name begins the names of its three methods.</summary>
internal enum SubscriptionKind
{
    Account,
    Program,
    Slot,
    SlotsUpdates,
    Root,
    Logs,
    Signature,
}

/// <summary>One subscription of one connection; changed under the ledger's lock.</summary>
internal sealed class Subscription
{
    public Subscription(ulong id, SubscriptionKind kind, PubsubConnection connection)
    {
        Id = id;
        Kind = kind;
        Connection = connection;
        Prefix = Encoding.ASCII.GetBytes(
            $"{{\"jsonrpc\":\"2.0\",\"method\":\"{Name(kind)}Notification\",\"params\":{{\"result\":");
        Suffix = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"subscription\":{id}}}}}"));
    }

    public ulong Id { get; }

    public SubscriptionKind Kind { get; }

    public PubsubConnection Connection { get; }

    /// <summary>Notification up to its result.</summary>
    public byte[] Prefix { get; }

    /// <summary>Notification after its result.</summary>
    public byte[] Suffix { get; }

    /// <summary>Account, program or mentioned key.</summary>
    public Pubkey Key { get; init; }

    public Commitment Commitment { get; init; }

    public string? DataEncoding { get; init; }

    public IReadOnlyList<AccountFilter> Filters { get; init; } = [];

    public string Signature { get; init; } = string.Empty;

    public bool WantsReceived { get; init; }

    /// <summary>Logs: `all`, `allWithVotes`, or null for the mentioned key.</summary>
    public string? LogsFilter { get; init; }

    /// <summary>Slot of the last write that was shown; another one is shown, an older one after a fork too.</summary>
    public ulong LastNotifiedSlot { get; set; }

    public static string Name(SubscriptionKind kind) => kind switch
    {
        SubscriptionKind.SlotsUpdates => "slotsUpdates",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
