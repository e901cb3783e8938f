using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Rpc;

namespace LowLatency.ConsoleHost.Pools;

/// <summary>Something wrong with a watched pool or account.</summary>
/// <param name="Subject">Pool, account or program.</param>
/// <param name="Venue">Venue; None for accounts of none.</param>
/// <param name="Kind">What it is, in a word: missing, owner, undecodable, mints, incomplete, disabled, ...</param>
/// <param name="IsFailure">The pool cannot be used; else it can, but look at it.</param>
/// <param name="Text">What it is, in a sentence.</param>
internal sealed record AuditFinding(Pubkey Subject, VenueId Venue, string Kind, bool IsFailure, string Text);

/// <summary>
/// Reads the accounts of every watched pool anew, builds the pools as the engine does and says what is wrong with them.
/// </summary>
internal sealed class PoolAudit(SolanaRpc rpc)
{
    // Dependencies can lead to more (a config names an oracle): few rounds reach the end of every venue's chain.
    private const int MaxRounds = 4;
    private const int MaxDependencies = 256;

    private readonly Dictionary<Pubkey, RpcAccount?> _accounts = [];
    private readonly List<AuditFinding> _findings = [];

    /// <summary>Pools that quote.</summary>
    public int GoodPools { get; private set; }

    /// <summary>Accounts read.</summary>
    public int AccountsRead => _accounts.Count;

    /// <summary>What is wrong, in the list's order; an error if the node does not answer.</summary>
    public async Task<RpcResult<IReadOnlyList<AuditFinding>>> RunAsync(
        WatchList list, IReadOnlyDictionary<Pubkey, ulong> floors, CancellationToken cancellation)
    {
        List<Pubkey> wanted = [.. list.Accounts];
        foreach (WatchedPool watched in list.Pools) wanted.Add(watched.Address);
        if (await FetchAsync(wanted, cancellation).ConfigureAwait(false) is { } error) return Failed(error);
        List<(WatchedPool Watched, Pool Pool)> pools = [];
        foreach (WatchedPool watched in list.Pools)
        {
            if (Open(watched) is { } pool) pools.Add((watched, pool));
        }

        HashSet<(Pubkey Pool, Pubkey Account)> applied = [];
        for (int round = 0; round < MaxRounds; round++)
        {
            if (await FetchAsync(DependenciesOf(pools), cancellation).ConfigureAwait(false) is { } late)
                return Failed(late);
            foreach ((_, Pool pool) in pools) ApplyKnown(pool, applied);
        }

        foreach ((WatchedPool watched, Pool pool) in pools) Judge(watched, pool, floors);
        foreach (Pubkey account in list.Accounts)
        {
            if (_accounts[account] is null)
                Fail(account, VenueId.None, "missing", "the account is closed or never was");
        }

        return await CheckProgramsAsync(list, cancellation).ConfigureAwait(false) is { } versions
            ? Failed(versions)
            : new RpcResult<IReadOnlyList<AuditFinding>>(_findings, null);
    }

    private static RpcResult<IReadOnlyList<AuditFinding>> Failed(RpcError error) => new([], error);

    private static string Describe(QuoteStatus status) => status switch
    {
        QuoteStatus.SwapDisabled => "swaps are switched off in the pool's status",
        QuoteStatus.UnsupportedMint => "a mint has an extension that is refused (hook, frozen, paused, ...)",
        QuoteStatus.Frozen => "a vault is frozen or its mint is paused",
        QuoteStatus.UnsupportedPool => "the pool's type or version is not supported",
        _ => $"it cannot quote: {status}",
    };

    private static List<Pubkey> DependenciesOf(List<(WatchedPool Watched, Pool Pool)> pools)
    {
        List<Pubkey> keys = [];
        AccountDependency[] dependencies = new AccountDependency[MaxDependencies];
        foreach ((_, Pool pool) in pools)
        {
            int count = pool.CopyDependencies(dependencies);
            for (int i = 0; i < count; i++) keys.Add(dependencies[i].Key);
        }

        return keys;
    }

    private async Task<RpcError?> FetchAsync(List<Pubkey> keys, CancellationToken cancellation)
    {
        List<Pubkey> missing = [];
        HashSet<Pubkey> asked = [];
        foreach (Pubkey key in keys)
        {
            if (!key.IsZero && !_accounts.ContainsKey(key) && asked.Add(key)) missing.Add(key);
        }

        RpcResult<RpcAccount?[]> result = await rpc.GetMultipleAccountsAsync(
            missing.ToArray(), Commitment.Confirmed, cancellation: cancellation).ConfigureAwait(false);
        if (!result.IsOk) return result.Error;
        for (int i = 0; i < missing.Count; i++) _accounts[missing[i]] = result.Value[i];
        return null;
    }

    private Pool? Open(WatchedPool watched)
    {
        Pubkey key = watched.Address;
        if (_accounts[key] is not { } account)
        {
            Fail(key, watched.Venue, "missing", "the pool's account is closed or never was");
            return null;
        }

        AccountView view = ViewOf(account);
        bool isKnown = VenueRegistry.TryClassify(in view, out AccountClass kind) && kind.Role == AccountRole.Pool;
        VenueId venue = watched.Venue == VenueId.None && isKnown ? kind.Venue : watched.Venue;
        if (venue != VenueId.None && account.Owner != PoolAccountShape.Of(venue).Program)
        {
            Fail(key, venue, "owner", $"the account belongs to program {account.Owner} now");
            return null;
        }

        if (!isKnown || kind.Venue != venue)
        {
            bool isEmpty = !account.Data.AsSpan().ContainsAnyExcept((byte)0);
            Fail(key, venue, isEmpty ? "uninitialised" : "undecodable", isEmpty
                ? "the account holds only zeros: it was never initialised"
                : $"no pool account ({account.Data.Length} bytes, owner {account.Owner})");
            return null;
        }

        Pool pool = VenueRegistry.Create(venue, in key)!;
        DecodeStatus status = pool.Apply(AccountRole.Pool, in view);
        if (status != DecodeStatus.Ok)
        {
            Fail(key, venue, "undecodable", $"the pool's bytes are refused: {status}");
            return null;
        }

        bool areMintsKnown = !watched.MintA.IsZero && !watched.MintB.IsZero;
        if (areMintsKnown && (watched.MintA != pool.MintA || watched.MintB != pool.MintB))
        {
            string mints = $"{pool.MintA} and {pool.MintB}";
            Fail(key, venue, "mints", $"its mints are {mints}, not those of the watch list");
        }

        return pool;
    }

    private void ApplyKnown(Pool pool, HashSet<(Pubkey Pool, Pubkey Account)> applied)
    {
        AccountDependency[] dependencies = new AccountDependency[MaxDependencies];
        int count = pool.CopyDependencies(dependencies);
        for (int i = 0; i < count; i++)
        {
            AccountDependency dependency = dependencies[i];
            bool isNew = _accounts.TryGetValue(dependency.Key, out RpcAccount? account)
                && applied.Add((pool.Address, dependency.Key));
            if (!isNew) continue;
            Pubkey key = dependency.Key;
            AccountView view = account is null
                ? new AccountView(in key, in ProgramIds.System, 0, [])
                : ViewOf(account);
            DecodeStatus status = pool.Apply(dependency.Role, in view);
            bool isTold = dependency.Role is AccountRole.MintA or AccountRole.MintB; // by JudgeMint
            if (status is DecodeStatus.Ok or DecodeStatus.UnknownRole || account is null || isTold) continue;
            Fail(
                pool.Address, pool.Venue, "undecodable",
                $"its {dependency.Role} {dependency.Key} is refused: {status}");
        }
    }

    private void Judge(WatchedPool watched, Pool pool, IReadOnlyDictionary<Pubkey, ulong> floors)
    {
        AccountDependency[] dependencies = new AccountDependency[MaxDependencies];
        int count = pool.CopyDependencies(dependencies);
        for (int i = 0; i < count; i++)
        {
            AccountDependency dependency = dependencies[i];
            // An array, bitmap or oracle that is not there is empty; only the rest must exist.
            bool mayBeAbsent = dependency.Role is AccountRole.TickArray or AccountRole.BinArray
                or AccountRole.BitmapExtension or AccountRole.Oracle;
            bool isNeeded = dependency.Required && !mayBeAbsent;
            if (!isNeeded || _accounts.GetValueOrDefault(dependency.Key) is not null) continue;
            Fail(
                pool.Address, pool.Venue, "incomplete",
                $"its {dependency.Role} {dependency.Key} is closed or never was");
        }

        JudgeMint(pool, pool.MintA);
        JudgeMint(pool, pool.MintB);
        if (pool.Readiness == QuoteStatus.Ok) GoodPools++;
        else if (pool.Readiness == QuoteStatus.SwapDisabled)
            Fail(pool.Address, pool.Venue, "disabled", Describe(pool.Readiness));
        else if (!_findings.Exists(finding => finding.Subject == pool.Address))
            Fail(pool.Address, pool.Venue, "unready", Describe(pool.Readiness));
        JudgeLiquidity(watched, floors, pool);
    }

    private void JudgeMint(Pool pool, Pubkey mint)
    {
        if (_accounts.GetValueOrDefault(mint) is not { } account) return;
        AccountView view = ViewOf(account);
        if (MintInfo.TryDecode(in view, out MintInfo info) && !info.IsRefused) return;
        Fail(pool.Address, pool.Venue, "mint", info.IsKnown
            ? $"mint {mint} has extensions that are refused: {info.Features & MintFeatures.Refused}"
            : $"mint {mint} is not a mint that can be read");
    }

    private void JudgeLiquidity(WatchedPool watched, IReadOnlyDictionary<Pubkey, ulong> floors, Pool pool)
    {
        PoolAccountShape shape = PoolAccountShape.Of(pool.Venue);
        byte[] data = _accounts[watched.Address]!.Data;
        Check(pool.MintA, Pubkey.Read(data, shape.VaultA));
        Check(pool.MintB, Pubkey.Read(data, shape.VaultB));

        void Check(Pubkey mint, Pubkey vault)
        {
            if (!floors.TryGetValue(mint, out ulong floor)) return;
            if (_accounts.GetValueOrDefault(vault) is not { } account) return;
            AccountView view = ViewOf(account);
            if (!TokenAccountInfo.TryDecode(in view, out TokenAccountInfo token) || token.AmountRaw >= floor) return;
            string amounts = string.Create(CultureInfo.InvariantCulture, $"{token.AmountRaw}, floor {floor}");
            Warn(pool.Address, pool.Venue, "liquidity", $"its vault of {mint} holds {amounts}");
        }
    }

    private async Task<RpcError?> CheckProgramsAsync(WatchList list, CancellationToken cancellation)
    {
        if (list.DeployedSlots.Count == 0) return null;
        RpcResult<Dictionary<Pubkey, ulong>> now = await ProgramVersions.ReadAsync(
            rpc, list.DeployedSlots.Keys, cancellation).ConfigureAwait(false);
        if (!now.IsOk) return now.Error;
        foreach ((Pubkey program, ulong slot) in list.DeployedSlots)
        {
            if (!now.Value.TryGetValue(program, out ulong current))
                Warn(program, VenueId.None, "program", "the program is gone or cannot be upgraded any more");
            else if (current != slot)
                Warn(program, VenueId.None, "program", string.Create(
                    CultureInfo.InvariantCulture,
                    $"deployed anew at slot {current} (list: {slot}): layouts and formulas may have changed"));
        }

        return null;
    }

    private static AccountView ViewOf(RpcAccount account) =>
        new(account.Key, account.Owner, account.Lamports, account.Data);

    private void Fail(Pubkey subject, VenueId venue, string kind, string text) =>
        _findings.Add(new AuditFinding(subject, venue, kind, IsFailure: true, text));

    private void Warn(Pubkey subject, VenueId venue, string kind, string text) =>
        _findings.Add(new AuditFinding(subject, venue, kind, IsFailure: false, text));
}
