namespace LowLatency.Benchmarks.Table;

/// <summary>
/// The targets, one line each, in the order of an event's way. A target without a measurement stays in the table
/// with its reason.
/// </summary>
internal static class Targets
{
    private const string Account = "micro:Feeds.AccountNotificationBenchmark.";
    private const string WebSocket = "micro:Feeds.WebSocketReaderBenchmark.Read";
    private const string Clmm = "(Crossings=0,Direction=AToB)";
    private const string Hub = "micro:Cycles.HubMarketBenchmark.";
    private const string Graph = "micro:Cycles.CycleFinderBenchmark.";
    private const string Sizer = "micro:Scoring.InputSizerBenchmark.";
    private const string Transaction = "micro:Instructions.TransactionBench.";
    private const string Address = "micro:Instructions.ProgramAddressBench.";
    private const string Sign = "micro:Instructions.Ed25519Bench.Sign(Library=Sodium)";
    private const string SignBare = "Instructions.Ed25519Bench.SignBare(Library=Sodium)";
    private const string SimdJson = "simdjson:simdjson on demand";
    private const string WireSigned = "wire:5 intended arrival to first signed/";
    private const string Small = "(Size=Mints100Pools600)";
    private const string Medium = "(Size=Mints1kPools10k)";
    private const string Large = "(Size=Mints10kPools100k)";

    internal static readonly TargetRow[] Rows =
    [
        new("Ring round trip, 64 B over two rings, as ratio to the core-to-core probe", 1.3, "x",
            "Disruptor-net 1.62", "ringprobe:round trip 64 B, stamp in entry",
            Beside: "LMAX:round trip 64 B, LMAX|ConcurrentQueue:round trip 64 B, ConcurrentQueue"),
        new("Ring 1P1C, publish 1, 64 K entries", 500, "M/s", "Disruptor-net 464, LMAX 323, ConcurrentQueue 29",
            "ring:1P1C publish=1, stamp beside (8 B)",
            Beside: "LMAX:1P1C publish=1 LMAX|ConcurrentQueue:1P1C ConcurrentQueue|Channel:1P1C Channel"),
        new("Ring 1P1C, publish 16", 1000, "M/s", "C++ 1,380, LMAX 592, Disruptor-net 470",
            "ring:1P1C publish=16, stamp beside (8 B)", Beside: "LMAX:1P1C publish=16 LMAX"),
        new("Ring, three producers", 60, "M/s", "14-23", "ring:3P1C publish=1", Beside: "LMAX:3P1C publish=1 LMAX"),
        new("Ring, three stages fused on one consumer", 400, "M/s", "Disruptor-net 198",
            "ring:3 stages fused on one consumer"),
        new("accountNotification of 1,312 B to claimed event, known shape", 75, "ns", "simdjson 124", Account + "Fast",
            Beside: SimdJson),
        new("same, strict path", 200, "ns", "Utf8JsonReader 327, serde_json 1,370", Account + "Strict",
            Beside: SimdJson),
        new("Yellowstone account update of 950 B to claimed event", 40, "ns", "hand walk 37.9, Google.Protobuf 212",
            "micro:Feeds.GeyserAccountBenchmark.Decoder"),
        new("Notification of 1.3 KB over loopback WebSocket to the feed thread", 4000, "ns", string.Empty,
            WebSocket + "(Tls=False)"),
        new("same, notifications a second and connection", 250_000, "/s", string.Empty, WebSocket + "(Tls=False)"),
        new("same over TLS", 250_000, "/s", string.Empty, WebSocket + "(Tls=True)"),
        new("Dedup, an arrival, key fully verified (1,000 x 3)", 16, "ns", "absl 20, std 19, hashbrown 16.7",
            "micro:Dedup.DedupBenchmark.Arrival"),
        new("same, its table alone (tag, index, whole key)", 8, "ns", "u64 prefix unverified 7.8",
            "micro:Dedup.DedupBenchmark.Find"),
        new("Constant-product quote with all fees, whole AMM v4 quote", 6, "ns", "Raydium's Rust 5.4",
            "micro:Venues.ConstantProductBench.QuoteExactIn"),
        .. Crossings("Whirlpool", "Whirlpool", "Orca's Rust 3,554", "Orca's Rust 4,210", "Orca's Rust 5,443"),
        .. Crossings("Raydium CLMM", "RaydiumClmm", string.Empty, string.Empty, string.Empty),
        new("Square root price at a tick", 35, "ns", string.Empty,
            "micro:Venues.WhirlpoolBenchmarks.SqrtPriceAtTick" + Clmm),
        new("same, of an initialized tick, kept", 2, "ns", string.Empty, "micro:Venues.TickPriceBenchmarks.Kept"),
        new("DLMM quote, a bin (of 20), first quote of a state", 40, "ns", "price of a bin alone 22 (Rust)",
            "micro:Venues.DlmmQuoteBenchmarks.Walk(Bins=20,Direction=AToB)", 20),
        new("same, all 20 bins, any later quote of that state", 0, "ns", string.Empty,
            "micro:Venues.DlmmQuoteBenchmarks.Quote(Bins=20,Direction=AToB)"),
        new("Edge update in the graph", 10, "ns", string.Empty, Graph + "EdgeUpdate"),
        new("No cycle can be profitable: rejected, 100 mints / 600 pools", 15, "ns", "potentials 6.0",
            Hub + "Reject" + Small),
        new("same, 10 k / 100 k", 100, "ns", "potentials 96", Hub + "Reject" + Large),
        new("Best cycle of 3 hops or less through a pool, real three-DEX graph", 130, "ns", "C++ 122, scalar 270",
            Graph + "BestCycleUpTo3"),
        new("same, 4 hops", 1100, "ns", "C++ 1,003, scalar 2,994", Graph + "BestCycleUpTo4"),
        new("Every profitable one of 3 hops or less, through SOL, each read, best first", 260, "ns", string.Empty,
            Graph + "ReadUpTo3"),
        new("same, 4 hops", 2200, "ns", string.Empty, Graph + "ReadUpTo4"),
        new("Update and best cycle of 4 hops or less, 100 / 600", 300, "ns", "C++ 258",
            Hub + "UpdateAndBestUpTo4" + Small),
        new("same, 1 k / 10 k", 3200, "ns", "C++ 2,993", Hub + "UpdateAndBestUpTo4" + Medium),
        new("same, 10 k / 100 k", 32_000, "ns", "C++ 30,771", Hub + "UpdateAndBestUpTo4" + Large),
        new("Update and every profitable cycle of 4 hops or less, 100 / 600", 300, "ns", "best one only: C++ 258",
            Hub + "UpdateAndSearchUpTo4" + Small),
        new("same, 1 k / 10 k", 3200, "ns", "best one only: C++ 2,993", Hub + "UpdateAndSearchUpTo4" + Medium),
        new("same, 10 k / 100 k", 32_000, "ns", "best one only: C++ 30,771",
            Hub + "UpdateAndSearchUpTo4" + Large),
        new("Negative-cycle detection, arbitrage present, 100 / 600", 3000, "ns", "rustworkx 13,500, Boost 73,000",
            Hub + "FirstGlobalCycle" + Small,
            Beside: "Boost:Mints100Pools600, Boost|igraph:Mints100Pools600, igraph"
                + "|NetworkX:Mints100Pools600, NetworkX"),
        new("same, 1 k / 10 k", 45_000, "ns", "rustworkx 157,000, Boost 14,000,000",
            Hub + "FirstGlobalCycle" + Medium, Beside: "Boost:Mints1kPools10k, Boost"),
        new("same, 10 k / 100 k", 1_600_000, "ns", "rustworkx 3,300,000", Hub + "FirstGlobalCycle" + Large),
        new("Sizing of a 4-hop cycle, closed form", 5, "ns", "prototype 2.3", Sizer + "ChainOptimum",
            Beside: "NumPy, 10,000 at once:4-leg chain, NumPy"),
        new("same, exact size that a decision is made on (not proven best)", 150, "ns", string.Empty,
            Sizer + "ClosedFormAndExactQuotes"),
        new("same, exact integer polish and local proof, off the way of the decision", 150, "ns", string.Empty,
            Sizer + "Polished"),
        new("same, gradient by every reserve, as ratio to the closed form", 2, "x", string.Empty,
            Sizer + "ChainGradient|Scoring.InputSizerBenchmark.ChainOptimum"),
        new("Scoring of one candidate (of 8, two constant-product legs)", 100, "ns", string.Empty,
            "micro:Scoring.ScoringBenchmark.Decide", 8),
        new("Build a 3-leg v0 message", 300, "ns", string.Empty, Transaction + "Build"),
        new("Patch one, as the pipeline does it", 60, "ns", string.Empty, Transaction + "PatchFromCache"),
        new("Sign 700 B, as ratio to libsodium's bare call", 1.03, "x", "libsodium 14,300 ns", Sign + "|" + SignBare),
        new("Program address, derived", 6500, "ns", string.Empty, Address + "Derived"),
        new("same, from the pool's table", 25, "ns", string.Empty, Address + "Cached"),
        .. Latency("no opportunity", "1 no opportunity", 250, hasFloor: true),
        new("same, stored, priced and searched all the same, p50", 0, "ns", string.Empty,
            "bench:2000/7 no opportunity, searched/p50"),
        .. Latency("first decision", "3 first decision", 1800),
        .. Latency("first unsigned transaction", "4 first unsigned transaction", 2500),
        new("End to end, 2,000 messages/s, to all sizes proven, p50", 0, "ns", string.Empty,
            "bench:2000/6 all refined/p50"),
        new("Messages a second, one core, closed loop", 700_000, "/s", string.Empty, "bench:max/rate"),
        new("Bytes allocated in that run", 0, "B", string.Empty, "bench:max/bytes"),
        new("Wire to signed transaction, 2,000/s, p50", 30_000, "ns", string.Empty, WireSigned + "p50"),
        new("same, p99", 120_000, "ns", string.Empty, WireSigned + "p99"),
        new("Wire to no opportunity, searched, 2,000/s, p50", 0, "ns", string.Empty,
            "wire:1 intended arrival to no opportunity, searched/p50"),
        new("Bytes allocated in that run, all threads", 0, "B", string.Empty, "wire:bytes"),
        new("Resident memory, 10,000 pools, console on", 120_000_000, "B", string.Empty,
            "ring:resident memory, 10000 pools, console on"),
    ];

    // Targets: 70 ns in range, 60 more a crossing walked, 120 for any number from sums.
    private static TargetRow[] Crossings(string venue, string type, string none, string five, string fifteen) =>
    [
        new($"{venue} quote, in range", 70, "ns", none, Quote(type, "Quote", 0)),
        new($"{venue} quote, 5 crossings, walked", 370, "ns", five, Quote(type, "Walk", 5)),
        new($"{venue} quote, 15 crossings, walked", 970, "ns", fifteen, Quote(type, "Walk", 15)),
        new("same, as quotes without a limit are made, from sums", 120, "ns", fifteen, Quote(type, "Quote", 15)),
    ];

    private static string Quote(string type, string method, int crossings) =>
        $"micro:Venues.{type}Benchmarks.{method}(Crossings={crossings},Direction=AToB)";

    private static TargetRow[] Latency(string end, string outcome, double limit, bool hasFloor = false) =>
    [
        new($"End to end, 2,000 messages/s, to {end}, p50", limit, "ns", string.Empty, $"bench:2000/{outcome}/p50",
            Beside: hasFloor ? Floor("p50") : string.Empty),
        new("same, p99", 2 * limit, "ns", string.Empty, $"bench:2000/{outcome}/p99",
            Beside: hasFloor ? Floor("p99") : string.Empty),
    ];

    // No peer offers these; beside them stands what no engine can be below (lowlatency bench --floor).
    private static string Floor(string percentile) =>
        $"no engine, base64 alone:floor, 2000, base64, {percentile}|"
        + $"with four lines of tables:floor, 2000, base64, four lines, {percentile}";
}
