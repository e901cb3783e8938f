using System;
using System.Collections.Generic;
using System.IO;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Config;
using LowLatency.ConsoleHost.Pools;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Console.Tests.Config;

/// <summary>Endpoints and watch lists: what is read, what is refused, and that no key leaks.</summary>
public sealed class EndpointConfigTests : IDisposable
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private const string Sol = "So11111111111111111111111111111111111111112";
    private const string ClmmProgram = "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK";
    private const string Usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    private const string Usdt = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB";

    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-endpoints-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Endpoints_OfBothKinds_ResolveWithSecretsFromVariablesAndFiles()
    {
        File.WriteAllText(Path.Combine(_folder, "token.txt"), Key + "\n");
        EngineConfig config = Read("""
            {
              "endpoints": [
                { "http": "http://127.0.0.1:8899", "ws": "ws://127.0.0.1:8900", "shards": 3, "callsPerSecond": 7 },
                { "name": "provider", "http": "env:RPC_URL" },
                { "name": "geyser", "kind": "yellowstone", "grpc": "https://g.example/", "token": "file:token.txt" },
              ]
            }
            """);
        config.Validate();
        Dictionary<string, string> variables = new() { ["RPC_URL"] = $"https://p.example/?api-key={Key}" };
        List<LiveEndpoint> live = config.Endpoints.ConvertAll(e => e.Resolve(variables));
        Assert.Equal(("rpc-1", EndpointKind.Rpc, 3, 7),
            (live[0].Name, live[0].Kind, live[0].Shards, live[0].CallsPerSecond));
        Assert.Equal(new Uri("ws://127.0.0.1:8900"), live[0].WebSocket);
        Assert.Equal(new Uri($"wss://p.example/?api-key={Key}"), live[1].WebSocket);
        Assert.Equal((new Uri("https://g.example/"), Key), (live[2].Grpc, live[2].Token));
        Assert.Equal([new KeyValuePair<string, string>("x-token", Key)], live[2].Headers);
        Assert.Null(live[2].Http);
        Assert.Empty(live[0].Headers);
        foreach (LiveEndpoint endpoint in live) Assert.DoesNotContain(Key, endpoint.ToString());
    }

    [Theory]
    [InlineData("http://127.0.0.1:8899", "ws://127.0.0.1:8899/")]
    [InlineData("https://a.example", "wss://a.example/")]
    [InlineData("https://a.example:8443/path/", "wss://a.example:8443/path/")]
    public void WebSocket_NotGiven_IsBesideHttp(string http, string expected)
    {
        EngineConfig config = Read($$"""{ "endpoints": [{ "http": "{{http}}" }] }""");
        Assert.Equal(new Uri(expected), config.Endpoints[0].Resolve(NoVariables).WebSocket);
    }

    [Theory]
    [InlineData("""{ "endpoint": [] }""", "column 3: unknown key 'endpoint'; did you mean 'endpoints'?")]
    [InlineData("""{ "endpoints": [] }""", "column 16: endpoints: give at least one endpoint")]
    [InlineData("""{ "endpoints": {} }""", "column 16: endpoints: give a list [ ]")]
    [InlineData("""{ "endpoints": ["x"] }""", "column 17: endpoints: give an object { }")]
    [InlineData("""{ "endpoints": [{ "htp": "" }] }""",
        "column 19: endpoints: unknown key 'htp'; did you mean 'http'?")]
    [InlineData("""{ "endpoints": [{ "ws": "ws://a" }] }""",
        "column 17: endpoints[0]: 'http' is missing: the address, or env:NAME")]
    [InlineData("""{ "endpoints": [{ "http": "http://a" }, { "kind": "grpc" }] }""",
        "column 43: endpoints[1].kind 'grpc': give rpc, yellowstone")]
    [InlineData("""{ "endpoints": [{ "http": "http://a", "grpc": "http://b" }] }""",
        "column 39: endpoints[0].grpc: belongs to kind yellowstone; this endpoint is of kind rpc")]
    [InlineData("""{ "endpoints": [{ "http": "http://a", "shards": 65 }] }""",
        "column 39: endpoints[0].shards '65': give a whole number from 1 to 64")]
    [InlineData("""{ "endpoints": [{ "name": "A", "http": "http://a" }, { "name": "a", "http": "http://b" }] }""",
        "column 16: endpoints: two endpoints are called 'a'; names must differ")]
    [InlineData("""{ "watch": { "pool": [] } }""", "column 14: unknown key 'pool'; did you mean 'pools'?")]
    [InlineData("""{ "watch": { "allow": ["Raydum"] } }""",
        "column 24: watch.allow 'Raydum': neither an address nor a venue")]
    [InlineData("""{ "watch": { "deny": ["PumpSwop"] } }""",
        "column 23: watch.deny 'PumpSwop': neither an address nor a venue; did you mean 'PumpSwap'?")]
    public void Wrong_IsRefusedWithPlaceAndSuggestion(string text, string expected)
    {
        CommandException fault = Assert.Throws<CommandException>(() => Read(text));
        Assert.Equal(ExitCodes.Config, fault.ExitCode);
        Assert.EndsWith($"config.json, line 1, {expected}", fault.Message);
    }

    [Theory]
    [InlineData("""{ "endpoints": [{ "http": "0123456789abcdef0123456789abcdef" }] }""")]
    [InlineData("""{ "endpoints": [{ "http": "ftp://a/0123456789abcdef0123456789abcdef" }] }""")]
    [InlineData("""{ "endpoints": [{ "http": "http://a", "ws": "http://a/?k=0123456789abcdef0123456789abcdef" }] }""")]
    [InlineData("""{ "endpoints": [{ "http": "http://a", "token": "0123456789abcdef0123456789abcdef" }] }""")]
    [InlineData("""{ "endpoints": [{ "http": "http://a/?k=0123456789abcdef0123456789abcdef", "grpc": "x" }] }""")]
    public void Wrong_WithKeys_DoesNotRepeatThem(string text)
    {
        CommandException fault = Assert.Throws<CommandException>(() => Read(text));
        Assert.Contains("endpoints[0].", fault.Message);
        Assert.DoesNotContain(Key, fault.Message);
    }

    [Fact]
    public void Resolve_VariableMissingOrNoAddress_NamesTheVariableOnly()
    {
        EngineConfig config = Read("""{ "endpoints": [{ "http": "env:RPC_URL" }] }""");
        CommandException missing = Assert.Throws<CommandException>(() => config.Endpoints[0].Resolve(NoVariables));
        Assert.Contains("line 1, column 17: endpoints[0].http: variable RPC_URL is not set", missing.Message);
        CommandException wrong = Assert.Throws<CommandException>(
            () => config.Endpoints[0].Resolve(new Dictionary<string, string> { ["RPC_URL"] = Key }));
        Assert.Contains("env:RPC_URL holds no address that begins with http or https://", wrong.Message);
        Assert.DoesNotContain(Key, wrong.Message);
    }

    [Fact]
    public void Endpoints_InAFlag_AreAddressesWithCommas()
    {
        ConfigLayers layers = new();
        layers.AddAssignment("endpoints=http://127.0.0.1:1,http://127.0.0.1:2");
        Assert.Equal(["rpc-1", "rpc-2"], layers.Config.Endpoints.ConvertAll(e => e.Name));
        CommandException fault = Assert.Throws<CommandException>(
            () => layers.AddAssignment($"endpoint=http://a/?api-key={Key}"));
        Assert.Equal("--set endpoint: unknown key 'endpoint'; did you mean 'endpoints'?", fault.Message);
        fault = Assert.Throws<CommandException>(() => layers.AddAssignment($"endpoints={Key}"));
        Assert.Equal(ExitCodes.Usage, fault.ExitCode);
        Assert.StartsWith("--set endpoints: no address; give http://", fault.Message);
        Assert.DoesNotContain(Key, fault.Message);
    }

    [Fact]
    public void Endpoints_OnlyYellowstone_AreRefused()
    {
        EngineConfig config = Read("""{ "endpoints": [{ "kind": "yellowstone", "grpc": "http://a" }] }""");
        CommandException fault = Assert.Throws<CommandException>(config.Validate);
        Assert.Contains("none is of kind rpc", fault.Message);
    }

    [Fact]
    public void Watch_FromEnvironment_WinsOverFile()
    {
        ConfigLayers layers = new();
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, """{ "watch": { "file": "a.json", "allow": ["pumpswap"] } }""");
        layers.AddFile(path);
        Assert.Equal(Path.Combine(_folder, "a.json"), layers.Config.Watch.File);
        layers.AddEnvironment(new Dictionary<string, string>
        {
            ["LOWLATENCY_WATCH_FILE"] = "b.json",
            ["LOWLATENCY__Watch__LiquidityFloorRaw"] = $"{Sol}=5_000",
        });
        Assert.Equal("b.json", layers.Config.Watch.File);
        Assert.Equal(5000UL, layers.Config.Watch.LiquidityFloorRaw[ProgramIds.WrappedSolMint]);
        Assert.Contains(VenueId.PumpSwap, layers.Config.Watch.Allow.Venues);
    }

    [Theory]
    [InlineData("[]", "[]", WatchRefusal.None)]
    [InlineData("[\"RaydiumClmm\"]", "[]", WatchRefusal.None)]
    [InlineData("[\"PumpSwap\"]", "[]", WatchRefusal.VenueNotAllowed)]
    [InlineData("[\"" + Sol + "\"]", "[]", WatchRefusal.AddressNotAllowed)]
    [InlineData("[\"" + Sol + "\", \"" + Usdc + "\"]", "[]", WatchRefusal.None)]
    [InlineData("[\"" + Usdt + "\"]", "[]", WatchRefusal.None)]
    [InlineData("[\"" + Usdt + "\"]", "[\"" + Usdt + "\"]", WatchRefusal.PoolDenied)]
    [InlineData("[]", "[\"" + Sol + "\"]", WatchRefusal.MintDenied)]
    [InlineData("[\"RaydiumClmm\"]", "[\"RaydiumClmm\"]", WatchRefusal.VenueDenied)]
    [InlineData("[]", "[\"" + ClmmProgram + "\"]", WatchRefusal.VenueDenied)]
    [InlineData("[\"" + ClmmProgram + "\"]", "[]", WatchRefusal.None)]
    [InlineData("[\"whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc\"]", "[]", WatchRefusal.VenueNotAllowed)]
    public void Judge_DenyWinsOverAllow(string allow, string deny, object expected)
    {
        WatchConfig watch = Read($$"""{ "watch": { "allow": {{allow}}, "deny": {{deny}} } }""").Watch;
        WatchRefusal refusal = watch.Judge(
            VenueId.RaydiumClmm, Pubkey.Parse(Usdt), Pubkey.Parse(Sol), Pubkey.Parse(Usdc));
        Assert.Equal(expected, refusal);
    }

    /// <summary>A program that is no venue's would keep nothing out: said with line and field, not taken.</summary>
    [Theory]
    [InlineData(
        "\"denied\": [\"" + Usdt + "\",\n  \"TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb\"]",
        ", line 2, column 3: denied '")]
    [InlineData("\"watch\": { \"deny\": [\"ComputeBudget111111111111111111111111111111\"] }", ": watch.deny")]
    [InlineData("\"watch\": { \"allow\": [\"SysvarC1ock11111111111111111111111111111111\"] }", ": watch.allow")]
    public void Lists_ProgramOfNoVenue_IsRefusedWithItsPlace(string member, string place)
    {
        CommandException fault = Assert.Throws<CommandException>(() => Read($"{{ {member} }}"));
        Assert.Equal(ExitCodes.Config, fault.ExitCode);
        Assert.Contains(place, fault.Message);
        Assert.EndsWith("would keep nothing out: neither a pool, nor a mint, nor a venue's program", fault.Message);
    }

    [Fact]
    public void WatchList_SavedAndGathered_IsTheSameLessWhatIsDenied()
    {
        WatchList list = new() { Slot = 7 };
        list.Pools.Add(new WatchedPool(
            Pubkey.Parse(Usdt), VenueId.RaydiumClmm, Pubkey.Parse(Sol), Pubkey.Parse(Usdc)));
        list.DeployedSlots[Pubkey.Parse(Usdc)] = 9;
        string path = Path.Combine(_folder, "watch.json");
        list.Save(path);
        CommandException again = Assert.Throws<CommandException>(() => list.Save(path));
        Assert.Equal(ExitCodes.CannotCreate, again.ExitCode);
        WatchConfig watch =
            Read($$"""{ "watch": { "file": "watch.json", "pools": ["{{Sol}}", "{{Usdt}}"] } }""").Watch;
        WatchList read = WatchList.Gather(watch);
        Assert.Equal(list.Pools[0], read.Pools[0]);
        Assert.Equal((2, 7UL, 9UL), (read.Pools.Count, read.Slot, read.DeployedSlots[Pubkey.Parse(Usdc)]));
        WatchRule deny = new(new HashSet<VenueId>(), new HashSet<Pubkey> { Pubkey.Parse(Usdc) });
        WatchList denied = WatchList.Gather(watch with { Deny = deny });
        Assert.Equal((1, 1), (denied.Pools.Count, denied.RefusedPools));
    }

    [Theory]
    [InlineData("""{ "format": "x", "pools": [] }""", "\"format\" is not")]
    [InlineData("""{ "format": "lowlatency-watch-1", "pools": [], "extra": 1 }""", "extra")]
    [InlineData("""{ "format": "lowlatency-watch-1", "pools": [], "accounts": ["x"] }""", "accounts: 'x' is not")]
    [InlineData("""{ "format": "lowlatency-watch-1" """, "line 1: no watch list")]
    public void WatchList_Wrong_ExitsBadData(string text, string expected)
    {
        string path = Path.Combine(_folder, "watch.json");
        File.WriteAllText(path, text);
        CommandException fault = Assert.Throws<CommandException>(() => WatchList.Load(path));
        Assert.Equal(ExitCodes.BadData, fault.ExitCode);
        Assert.Contains(expected, fault.Message);
    }

    private EngineConfig Read(string text)
    {
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, text);
        ConfigLayers layers = new();
        layers.AddFile(path);
        return layers.Config;
    }
}
