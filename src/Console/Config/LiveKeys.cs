using System.Collections.Generic;
using System.IO;

namespace LowLatency.ConsoleHost.Config;

/// <summary>The keys of a live run: where it gets the chain from, and what of it.</summary>
internal static class LiveKeys
{
    private const long Million = 1_000_000;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const int PpmPerBps = 100;

    /// <summary>The keys.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        new("Feeds", "endpoints", ConfigShape.Objects, "Nodes to read from; the first copy of an update wins.",
            (c, v) => c.Endpoints = EndpointReader.Read(v),
            c => c.Endpoints.ConvertAll(endpoint => endpoint.ToString())) { Members = EndpointReader.Members },
        new("Feeds", "compressAccounts", ConfigShape.Scalar, "Ask rpc endpoints for base64+zstd: less to receive.",
            (c, v) => c.CompressAccounts = v.Bool(),
            c => c.CompressAccounts),
        new("Feeds", "blockhashEveryMs", ConfigShape.Scalar, "Milliseconds between blockhashes; 0 = none fetched.",
            (c, v) => c.Chain = c.Chain with { BlockhashEveryMs = v.Int(0, 60_000) },
            c => c.Chain.BlockhashEveryMs),
        new("Feeds", "blockhashAgreement", ConfigShape.Scalar, "A blockhash waits for a second endpoint's word.",
            (c, v) => c.Chain = c.Chain with { AgreesOnBlockhashes = v.Bool() },
            c => c.Chain.AgreesOnBlockhashes),
        new("Feeds", "priorityFeesEveryMs", ConfigShape.Scalar, "Milliseconds between priority fees; 0 = none.",
            (c, v) => c.Chain = c.Chain with { FeesEveryMs = v.Int(0, 60_000) },
            c => c.Chain.FeesEveryMs),
        new("Feeds", "simulate", ConfigShape.Scalar, "Simulate taken decisions on a node, learn from it; no sending.",
            (c, v) => c.Simulate = v.Bool(),
            c => c.Simulate),
        new("Feeds", "simulationsPerSecond", ConfigShape.Scalar, "Most simulations a second; the rest is skipped.",
            (c, v) => c.SimulationsPerSecond = v.Int(1, 1000),
            c => c.SimulationsPerSecond),
        new("Feeds", "demoteEndpoints", ConfigShape.Scalar, "Leave an endpoint whose data is bad alone for a while.",
            (c, v) => c.Health = c.Health with { IsOn = v.Bool() },
            c => c.Health.IsOn),
        new("Feeds", "demoteLateMs", ConfigShape.Scalar, "Bad: half of its updates so late after the first copy.",
            (c, v) => c.Health = c.Health with { LateNs = v.Int(1, 60_000) * Million },
            c => c.Health.LateNs / Million),
        new("Feeds", "demoteLossBps", ConfigShape.Scalar, "Bad: this share of updates lost, 1/10,000.",
            (c, v) => c.Health = c.Health with { LossPpm = v.Int(1, 10_000) * PpmPerBps },
            c => c.Health.LossPpm / PpmPerBps),
        new("Feeds", "demoteRetrySeconds", ConfigShape.Scalar, "First wait of a demoted endpoint; doubles to 10 min.",
            (c, v) => c.Health = c.Health with { FirstWaitNs = v.Int(1, 600) * NanosecondsPerSecond },
            c => c.Health.FirstWaitNs / NanosecondsPerSecond),
        new("Feeds", "silentMs", ConfigShape.Scalar, "Without a new slot for so long, /healthz and /readyz say 503.",
            (c, v) => c.SilentNs = v.Int(500, 600_000) * Million,
            c => c.SilentNs / Million),
        new("Watch", "watch.pools", ConfigShape.List, "Pools to watch, besides those of the file.",
            (c, v) => c.Watch = c.Watch with { Pools = v.Addresses() },
            c => c.Watch.Pools),
        new("Watch", "watch.accounts", ConfigShape.List, "Further accounts to watch, such as lookup tables.",
            (c, v) => c.Watch = c.Watch with { Accounts = v.Addresses() },
            c => c.Watch.Accounts),
        new("Watch", "watch.file", ConfigShape.Scalar, "Watch list that `pools discover` wrote.",
            (c, v) => c.Watch = c.Watch with { File = Path.Combine(v.Folder, v.Text) },
            c => c.Watch.File),
        new("Watch", "watch.allow", ConfigShape.List, "Venues (or programs), mints, pools that may be; none = all.",
            (c, v) => c.Watch = c.Watch with { Allow = AddressLists.Rule(v) },
            c => c.Watch.Allow.Texts()),
        new("Watch", "watch.deny", ConfigShape.List, "Venues (or programs), mints, pools never watched; beats allow.",
            (c, v) => c.Watch = c.Watch with { Deny = AddressLists.Rule(v) },
            c => c.Watch.Deny.Texts()),
        new("Watch", "watch.liquidityFloorRaw", ConfigShape.Map, "Least balance of a pool's vault by mint, base units.",
            (c, v) => c.Watch = c.Watch with { LiquidityFloorRaw = v.AmountMap() },
            c => c.Watch.LiquidityFloorRaw),
    ];
}
