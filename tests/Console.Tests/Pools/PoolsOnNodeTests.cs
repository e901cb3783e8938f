using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Pools;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using Xunit;

namespace LowLatency.Console.Tests.Pools;

/// <summary><c>pools discover</c> and <c>pools audit</c> against a node with the market of market-small.</summary>
public sealed class PoolsOnNodeTests : IAsyncLifetime
{
    private const string Sol = "So11111111111111111111111111111111111111112";
    private const string Usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    private static readonly Pubkey Loader = Pubkey.Parse("BPFLoaderUpgradeab1e11111111111111111111111");
    private static readonly Pubkey ProgramData = Pubkey.Parse("SysvarRent111111111111111111111111111111111");

    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-pools-").FullName;
    private SolanaNode _node = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _node = await SolanaNode.StartAsync(new SolanaNodeOptions());
        _node.Step(3);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Url => _node.Endpoints[0].RpcUrl.ToString();

    private string Watch => Path.Combine(_folder, "watch.json");

    [Fact]
    public void Discover_AllVenues_FindsExactlyThePoolsOfTheLedger()
    {
        HashSet<string> expected = [];
        foreach (AccountState account in _node.Ledger.Truth().Values)
        {
            AccountView view = new(account.Key, account.Owner, account.Lamports, account.Data);
            if (VenueRegistry.TryClassify(in view, out AccountClass kind) && kind.Role == AccountRole.Pool)
                expected.Add(account.Key.ToString());
        }

        (int code, string output, string errors) = Run("discover", "--out", Watch, "--json");
        Assert.True(code == ExitCodes.Ok, errors);
        Assert.True(expected.Count > 5);
        using JsonDocument json = JsonDocument.Parse(output);
        List<JsonElement> pools = [.. json.RootElement.GetProperty("pools").EnumerateArray()];
        Assert.Equal(expected, pools.Select(p => p.GetProperty("address").GetString()!).ToHashSet());
        WatchList list = WatchList.Load(Watch);
        Assert.Equal(expected, list.Pools.Select(p => p.Address.ToString()).ToHashSet());
        Assert.Equal(_node.Ledger.Confirmed.Slot, list.Slot);
        Assert.All(pools, p => Assert.True(p.GetProperty("balance_a_raw").GetUInt64() > 0));
        foreach (VenueId venue in list.Pools.Select(p => p.Venue).Distinct()) Assert.Contains($"{venue}: ", errors);
    }

    [Fact]
    public void Discover_MintsBetweenAndVenue_NarrowTheScanOnTheNode()
    {
        WatchList all = Discover();
        (int code, string output, _) = Run("discover", "--mint", Sol, Usdc, "--between", "--show", "0");
        Assert.Equal(ExitCodes.Ok, code);
        List<WatchedPool> between = all.Pools.FindAll(
            p => new HashSet<string> { p.MintA.ToString(), p.MintB.ToString() }.SetEquals([Sol, Usdc]));
        Assert.NotEmpty(between);
        Assert.Contains($"{between.Count} pools at slot", output);
        Assert.All(between, p => Assert.Contains(p.Address.ToString(), output));

        VenueId venue = all.Pools[0].Venue;
        (_, output, _) = Run("discover", "--venue", venue.ToString().ToLowerInvariant(), "--mint", Sol);
        int expected = all.Pools.Count(
            p => p.Venue == venue && (p.MintA == ProgramIds.WrappedSolMint || p.MintB == ProgramIds.WrappedSolMint));
        Assert.Contains($"{expected} pools at slot", output);
    }

    [Fact]
    public void Discover_ListsAndFloor_LeaveOutWithAReason()
    {
        WatchList all = Discover();
        string config = Path.Combine(_folder, "config.json");
        string denied = all.Pools[^1].Address.ToString();
        File.WriteAllText(config, $$"""
            { "endpoints": [{ "http": "{{Url}}" }],
              "denied": ["{{denied}}", "{{PoolAccountShape.Of(VenueId.MeteoraDamm).Program}}"],
              "watch": {
                "deny": ["{{all.Pools[0].Venue}}"], "liquidityFloorRaw": { "{{Sol}}": 18446744073709551615 } } }
            """);
        using StringWriter output = new();
        using StringWriter errors = new();
        int code = Program.Run(["pools", "discover", "--config", config], output, errors);
        Assert.True(code == ExitCodes.Ok, errors.ToString());
        int byVenue = all.Pools.Count(p => p.Venue == all.Pools[0].Venue);
        bool IsDenied(WatchedPool p) => p.Address.ToString() == denied || p.Venue == VenueId.MeteoraDamm;
        List<WatchedPool> others = [.. all.Pools.Where(p => p.Venue != all.Pools[0].Venue)];
        int byDenied = others.Count(IsDenied);
        Assert.True(byDenied >= 2, $"{byDenied}");
        int bySol = others.Count(p => !IsDenied(p)
            && (p.MintA == ProgramIds.WrappedSolMint || p.MintB == ProgramIds.WrappedSolMint));
        Assert.Contains($"left out: {byVenue} on the deny list", output.ToString());
        Assert.Contains($"left out: {byDenied} denied", output.ToString());
        Assert.Contains($"left out: {bySol} below the liquidity floor", output.ToString());
    }

    [Fact]
    public void Discover_NodeRefusesOrIsDown_ExitsUnavailableInWords()
    {
        (int code, string output, string errors) = Run("discover", "--venue", "PumpSwop");
        Assert.Equal((ExitCodes.Usage, string.Empty), (code, output));
        Assert.Contains("--venue PumpSwop: no such venue; did you mean 'PumpSwap'?", errors);

        _node.Inject(new FaultStep(0, 0, FaultKind.TooManyRequests, Count: 100));
        (code, _, errors) = Run("discover", "--venue", "PumpSwap");
        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains("rate limit", errors);
        _node.EndFaults();

        File.WriteAllText(Watch, "mine");
        (code, _, errors) = Run("discover", "--out", Watch);
        Assert.Equal((ExitCodes.CannotCreate, "mine"), (code, File.ReadAllText(Watch)));
    }

    [Fact]
    public void Audit_WholeMarket_IsFine()
    {
        WatchList list = Discover();
        (int code, string output, string errors) = Run("audit", "--watch", Watch);
        Assert.True(code == ExitCodes.Ok, output + errors);
        Assert.Contains($"{list.Pools.Count} of {list.Pools.Count} pools can quote; 0 wrong", output);
    }

    [Fact]
    public void Audit_BrokenAccounts_AreFoundOneByOne()
    {
        PutProgram(slot: 100);
        WatchList list = Discover();
        List<WatchedPool> pools = [.. list.Pools.Where(p => p.Venue == VenueId.RaydiumCpmm)];
        Assert.True(pools.Count >= 3, "the market has too few pools of a kind for this test");
        Assert.Equal(100UL, list.DeployedSlots[PoolAccountShape.Of(VenueId.RaydiumCpmm).Program]);
        AccountState first = State(pools[0].Address);
        AccountState second = State(pools[1].Address);
        AccountState third = State(pools[2].Address);
        byte[] disabled = [.. third.Data];
        disabled[329] |= 4; // swap bit of the status. Source: Raydium CPMM status@329
        Pubkey closedVault = list.Pools.Where(p => p.Venue == VenueId.RaydiumAmm)
            .Select(p => Pubkey.Read(State(p.Address).Data, PoolAccountShape.Of(VenueId.RaydiumAmm).VaultA)).First();
        PutProgram(
            slot: 200,
            AccountState.Missing(first.Key),
            new AccountState(second.Key, 1, ProgramIds.Token, second.Data, false, 0),
            new AccountState(third.Key, third.Lamports, third.Owner, disabled, false, 0),
            AccountState.Missing(closedVault));

        (int code, string output, string errors) = Run("audit", "--watch", Watch, "--json");
        Assert.True(code == ExitCodes.CheckFailed, output + errors);
        using JsonDocument json = JsonDocument.Parse(output);
        Dictionary<string, string> kinds = [];
        foreach (JsonElement f in json.RootElement.GetProperty("findings").EnumerateArray())
            kinds[f.GetProperty("subject").GetString()!] = f.GetProperty("kind").GetString()!;
        Assert.Equal("missing", kinds[first.Key.ToString()]);
        Assert.Equal("owner", kinds[second.Key.ToString()]);
        Assert.Equal("disabled", kinds[third.Key.ToString()]);
        Assert.Contains("incomplete", kinds.Values);
        Assert.Equal("program", kinds[PoolAccountShape.Of(VenueId.RaydiumCpmm).Program.ToString()]);
        Assert.True(list.Pools.Count - 4 == json.RootElement.GetProperty("good_pools").GetInt32(), output);
    }

    [Fact]
    public void Audit_UninitialisedMintRefusedAndThin_AreTold()
    {
        WatchList list = Discover();
        WatchedPool zeroed = list.Pools.First(p => p.Venue == VenueId.RaydiumClmm);
        AccountState account = State(zeroed.Address);
        WatchedPool other = list.Pools.First(
            p => p.Venue != VenueId.RaydiumClmm && p.MintA != ProgramIds.WrappedSolMint);
        Write(
            new AccountState(account.Key, 1, account.Owner, new byte[account.Data.Length], false, 0),
            new AccountState(other.MintA, 1, ProgramIds.Token, new byte[5], false, 0));
        (int code, string output, _) = Run(
            "audit", "--watch", Watch, "--set", $"watch.liquidityFloorRaw={Sol}=18446744073709551615");
        Assert.Equal(ExitCodes.CheckFailed, code);
        Assert.Contains("FAIL uninitialised: RaydiumClmm", output);
        Assert.Contains("FAIL mint: ", output);
        Assert.Contains("warn liquidity: ", output);
    }

    [Fact]
    public void Audit_NoListOrNoNode_SaysSo()
    {
        (int code, _, string errors) = Run("audit");
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("nothing is watched", errors);
        (code, _, errors) = Run("audit", "--watch", Path.Combine(_folder, "none.json"));
        Assert.Equal(ExitCodes.NoInput, code);
    }

    private WatchList Discover()
    {
        (int code, _, string errors) = Run("discover", "--out", Watch);
        Assert.True(code == ExitCodes.Ok, errors);
        return WatchList.Load(Watch);
    }

    private AccountState State(Pubkey key) => _node.Ledger.Truth()[key];

    /// <summary>Raydium CPMM's program as deployed at a slot, and other accounts, from the next slots on.</summary>
    private void PutProgram(ulong slot, params AccountState[] others)
    {
        byte[] program = new byte[36];
        program[0] = 2;
        ProgramData.CopyTo(program.AsSpan(4));
        byte[] data = new byte[45];
        data[0] = 3;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(4), slot);
        Pubkey id = PoolAccountShape.Of(VenueId.RaydiumCpmm).Program;
        Write([
            new AccountState(id, 1, Loader, program, executable: true, 0),
            new AccountState(ProgramData, 1, Loader, data, executable: false, 0),
            .. others,
        ]);
    }

    private void Write(params AccountState[] states)
    {
        Bank bank = _node.Player.Begin();
        lock (_node.Ledger.Gate)
        {
            foreach (AccountState state in states) _node.Ledger.Write(bank, state);
        }

        _node.Player.Finish(bank);
        _node.Step(); // confirmed is one slot behind
    }

    private (int Code, string Output, string Errors) Run(string verb, params string[] arguments)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter errors = new() { NewLine = "\n" };
        int code = Program.Run(["pools", verb, "--http", Url, .. arguments], output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
