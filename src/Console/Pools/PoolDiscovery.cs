using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Config;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Rpc;

namespace LowLatency.ConsoleHost.Pools;

/// <summary>What to look for.</summary>
internal sealed record DiscoveryRequest
{
    public required IReadOnlyList<VenueId> Venues { get; init; }

    /// <summary>A pool must have one of these; empty for any.</summary>
    public IReadOnlyList<Pubkey> Mints { get; init; } = [];

    /// <summary>Both mints of a pool must be among <see cref="Mints"/>.</summary>
    public bool IsBetween { get; init; }

    /// <summary>Allow and deny lists, and the liquidity floor.</summary>
    public required WatchConfig Watch { get; init; }

    /// <summary>Pools and mints that the engine never uses.</summary>
    public required IReadOnlySet<Pubkey> Denied { get; init; }
}

/// <summary>A pool that was found.</summary>
/// <param name="Pool">Address, venue, mints.</param>
/// <param name="VaultA">Vault of mint A.</param>
/// <param name="VaultB">Vault of mint B.</param>
/// <param name="BalanceARaw">Its balance, base units; null if there is no such token account.</param>
/// <param name="BalanceBRaw">Balance of vault B.</param>
internal sealed record FoundPool(
    WatchedPool Pool, Pubkey VaultA, Pubkey VaultB, ulong? BalanceARaw, ulong? BalanceBRaw);

/// <summary>What a search found.</summary>
internal sealed class DiscoveryResult
{
    /// <summary>Pools, by venue and address.</summary>
    public List<FoundPool> Pools { get; } = [];

    /// <summary>How many were left out, by reason.</summary>
    public SortedDictionary<string, int> LeftOut { get; } = new(StringComparer.Ordinal);

    /// <summary>What an endpoint refused, by venue.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Slot of the last deployment by program.</summary>
    public Dictionary<Pubkey, ulong> DeployedSlots { get; set; } = [];

    /// <summary>Lowest slot at which the node answered.</summary>
    public ulong Slot { get; set; }

    /// <summary>As a watch list.</summary>
    public WatchList ToWatchList()
    {
        WatchList list = new() { Slot = Slot };
        foreach (FoundPool found in Pools) list.Pools.Add(found.Pool);
        foreach ((Pubkey program, ulong slot) in DeployedSlots) list.DeployedSlots[program] = slot;
        return list;
    }
}

/// <summary>
/// Finds pools by scanning the venues' programs with filters that the node applies (length, discriminator, mints),
/// decodes them with the venue's own code and keeps those that lists and liquidity let in.
/// </summary>
internal sealed class PoolDiscovery(SolanaRpc rpc, Action<string> progress)
{
    private readonly DiscoveryResult _result = new();

    /// <summary>Searches; what fails is in the result.</summary>
    public async Task<DiscoveryResult> RunAsync(DiscoveryRequest request, CancellationToken cancellation)
    {
        Dictionary<Pubkey, FoundPool> found = [];
        foreach (VenueId venue in request.Venues)
        {
            int before = found.Count;
            PoolAccountShape shape = PoolAccountShape.Of(venue);
            foreach (List<AccountFilter> filters in Filters(shape, request))
            {
                RpcResult<RpcAccount[]> accounts = await rpc.GetProgramAccountsAsync(
                    shape.Program, filters, cancellation: cancellation).ConfigureAwait(false);
                if (!accounts.IsOk)
                {
                    _result.Failures.Add($"{venue}: {RpcSource.Words(accounts.Error!)}");
                    break;
                }

                SeeSlot(accounts.ContextSlot);
                foreach (RpcAccount account in accounts.Value) Take(found, venue, shape, account, request);
            }

            progress(string.Create(CultureInfo.InvariantCulture, $"{venue}: {found.Count - before:N0} pools"));
        }

        await AddLiquidityAsync([.. found.Values], request.Watch.LiquidityFloorRaw, cancellation)
            .ConfigureAwait(false);
        RpcResult<Dictionary<Pubkey, ulong>> versions = await ProgramVersions.ReadAsync(
            rpc, ProgramsOf(_result.Pools), cancellation).ConfigureAwait(false);
        if (versions.IsOk) _result.DeployedSlots = versions.Value;
        else _result.Failures.Add($"program versions: {RpcSource.Words(versions.Error!)}");
        return _result;
    }

    /// <summary>The programs of some pools, each once.</summary>
    public static HashSet<Pubkey> ProgramsOf(IEnumerable<FoundPool> pools)
    {
        HashSet<Pubkey> programs = [];
        foreach (FoundPool found in pools) programs.Add(PoolAccountShape.Of(found.Pool.Venue).Program);
        return programs;
    }

    private static IEnumerable<List<AccountFilter>> Filters(PoolAccountShape shape, DiscoveryRequest request)
    {
        List<AccountFilter> common = [];
        if (shape.SizeBytes != 0) common.Add(AccountFilter.DataSize((ulong)shape.SizeBytes));
        if (shape.Discriminator != 0)
        {
            byte[] bytes = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, shape.Discriminator);
            common.Add(AccountFilter.Memcmp(0, bytes));
        }

        if (request.Mints.Count == 0) yield return common;
        foreach (Pubkey mint in request.Mints)
        {
            if (!request.IsBetween)
            {
                yield return [.. common, OfMint(shape.MintA, mint)];
                yield return [.. common, OfMint(shape.MintB, mint)];
                continue;
            }

            foreach (Pubkey other in request.Mints)
            {
                if (other != mint)
                    yield return [.. common, OfMint(shape.MintA, mint), OfMint(shape.MintB, other)];
            }
        }
    }

    private static AccountFilter OfMint(int offset, Pubkey mint)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        mint.CopyTo(bytes);
        return AccountFilter.Memcmp((ulong)offset, bytes);
    }

    private void Take(
        Dictionary<Pubkey, FoundPool> found, VenueId venue, PoolAccountShape shape, RpcAccount account,
        DiscoveryRequest request)
    {
        if (found.ContainsKey(account.Key)) return;
        AccountView view = new(account.Key, account.Owner, account.Lamports, account.Data);
        Pool pool = VenueRegistry.Create(venue, account.Key)!;
        bool isPool = VenueRegistry.TryClassify(in view, out AccountClass kind)
            && kind.Venue == venue && kind.Role == AccountRole.Pool
            && pool.Apply(AccountRole.Pool, in view) == DecodeStatus.Ok && !pool.MintA.IsZero && !pool.MintB.IsZero;
        if (!isPool)
        {
            LeaveOut("not a pool that can be decoded");
            return;
        }

        WatchRefusal refusal = request.Watch.Judge(venue, account.Key, pool.MintA, pool.MintB);
        bool isDenied = request.Denied.Contains(account.Key) || request.Denied.Contains(pool.MintA)
            || request.Denied.Contains(pool.MintB) || request.Denied.Contains(shape.Program);
        if (refusal != WatchRefusal.None || isDenied)
        {
            LeaveOut(refusal switch
            {
                WatchRefusal.None => "denied",
                WatchRefusal.VenueNotAllowed => "venue not on the allow list",
                WatchRefusal.AddressNotAllowed => "mints not on the allow list",
                _ => "on the deny list",
            });
            return;
        }

        WatchedPool watched = new(account.Key, venue, pool.MintA, pool.MintB);
        Pubkey vaultA = Pubkey.Read(account.Data, shape.VaultA);
        found.Add(account.Key, new FoundPool(watched, vaultA, Pubkey.Read(account.Data, shape.VaultB), null, null));
    }

    private async Task AddLiquidityAsync(
        List<FoundPool> found, IReadOnlyDictionary<Pubkey, ulong> floors, CancellationToken cancellation)
    {
        Pubkey[] vaults = new Pubkey[2 * found.Count];
        for (int i = 0; i < found.Count; i++) (vaults[2 * i], vaults[2 * i + 1]) = (found[i].VaultA, found[i].VaultB);
        RpcResult<RpcAccount?[]> accounts = await rpc.GetMultipleAccountsAsync(
            vaults, Commitment.Confirmed, cancellation: cancellation).ConfigureAwait(false);
        if (!accounts.IsOk)
        {
            _result.Failures.Add($"vault balances: {RpcSource.Words(accounts.Error!)}");
            return;
        }

        if (found.Count > 0) SeeSlot(accounts.ContextSlot);
        for (int i = 0; i < found.Count; i++)
        {
            ulong? a = Balance(accounts.Value[2 * i], found[i].Pool.MintA);
            ulong? b = Balance(accounts.Value[2 * i + 1], found[i].Pool.MintB);
            if (a is null || b is null) LeaveOut("a vault is missing");
            else if (a < floors.GetValueOrDefault(found[i].Pool.MintA)
                || b < floors.GetValueOrDefault(found[i].Pool.MintB)) LeaveOut("below the liquidity floor");
            else _result.Pools.Add(found[i] with { BalanceARaw = a, BalanceBRaw = b });
        }

        _result.Pools.Sort(static (x, y) => x.Pool.Venue != y.Pool.Venue
            ? x.Pool.Venue.CompareTo(y.Pool.Venue)
            : string.CompareOrdinal(x.Pool.Address.ToString(), y.Pool.Address.ToString()));
    }

    private static ulong? Balance(RpcAccount? account, Pubkey mint)
    {
        if (account is null) return null;
        AccountView view = new(account.Key, account.Owner, account.Lamports, account.Data);
        return TokenAccountInfo.TryDecode(in view, out TokenAccountInfo token) && token.Mint == mint
            ? token.AmountRaw
            : null;
    }

    private void LeaveOut(string reason) => _result.LeftOut[reason] = _result.LeftOut.GetValueOrDefault(reason) + 1;

    private void SeeSlot(ulong slot) => _result.Slot = _result.Slot == 0 ? slot : Math.Min(_result.Slot, slot);
}
