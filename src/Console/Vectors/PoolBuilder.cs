using System.Collections.Generic;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Builds a pool from a set of accounts the way the engine does: the pool account first, then what the pool asks for,
/// then every other account of the venue that says it belongs to the pool. Accounts not in the set are absent.
/// </summary>
internal sealed class PoolBuilder
{
    // Dependencies can lead to more (a config names an oracle): few rounds reach the end of every venue's chain.
    private const int MaxRounds = 4;
    private const int MaxDependencies = 256;

    private readonly IReadOnlyDictionary<Pubkey, AccountText> _accounts;
    private readonly AccountDependency[] _dependencies = new AccountDependency[MaxDependencies];

    /// <summary>A builder over <paramref name="accounts"/>.</summary>
    internal PoolBuilder(IReadOnlyDictionary<Pubkey, AccountText> accounts)
    {
        _accounts = accounts;
    }

    /// <summary>Which account played which role in the pool built last.</summary>
    internal Dictionary<Pubkey, AccountRole> Roles { get; } = [];

    /// <summary>
    /// Builds the pool at <paramref name="address"/>; null with the reason in <paramref name="problem"/> if the
    /// account is
    /// missing, of no supported venue, or its bytes are refused.
    /// </summary>
    internal Pool? Build(in Pubkey address, out string problem)
    {
        Roles.Clear();
        problem = string.Empty;
        if (!_accounts.TryGetValue(address, out AccountText? account))
        {
            problem = $"account {address} is not in the file";
            return null;
        }

        if (!VenueRegistry.TryClassify(account.View, out AccountClass kind) || kind.Role != AccountRole.Pool
            || VenueRegistry.Create(kind.Venue, in address) is not { } pool)
        {
            string what = $"owner {account.Owner}, {account.Data.Length} bytes";
            problem = $"account {address} ({what}) is no pool of a supported venue";
            return null;
        }

        DecodeStatus status = pool.Apply(AccountRole.Pool, account.View);
        if (status != DecodeStatus.Ok)
        {
            problem = $"pool account {address} was refused: {status}";
            return null;
        }

        Roles[address] = AccountRole.Pool;
        problem = ApplyDependencies(pool);
        if (problem.Length == 0) problem = ApplyOthers(pool, kind.Venue);
        if (problem.Length != 0) return null;
        pool.MarkArraysComplete();
        return pool;
    }

    private string ApplyDependencies(Pool pool)
    {
        for (int round = 0; round < MaxRounds; round++)
        {
            bool isNew = false;
            int count = pool.CopyDependencies(_dependencies);
            for (int i = 0; i < count; i++)
            {
                AccountDependency dependency = _dependencies[i];
                if (dependency.Key.IsZero || !Roles.TryAdd(dependency.Key, dependency.Role)) continue;
                isNew = true;
                string problem = ApplyDependency(pool, in dependency);
                if (problem.Length != 0) return problem;
            }

            if (!isNew) break;
        }

        return string.Empty;
    }

    private string ApplyDependency(Pool pool, in AccountDependency dependency)
    {
        Pubkey key = dependency.Key;
        if (_accounts.TryGetValue(key, out AccountText? account))
            return Describe(pool.Apply(dependency.Role, account.View), dependency.Role, in key);
        // Arrays, bitmaps and oracles may not exist; vaults, mints and configurations always do, so a file that omits
        // them
        // leaves them unknown.
        bool mayBeAbsent = dependency.Role is AccountRole.TickArray or AccountRole.BinArray
            or AccountRole.BitmapExtension or AccountRole.Oracle;
        if (!mayBeAbsent) return string.Empty;
        AccountView absent = new(in key, in ProgramIds.System, 0, []);
        return Describe(pool.Apply(dependency.Role, in absent), dependency.Role, in key);
    }

    private string ApplyOthers(Pool pool, VenueId venue)
    {
        foreach (AccountText account in _accounts.Values)
        {
            if (!VenueRegistry.TryClassify(account.View, out AccountClass kind)) continue;
            if (kind.Venue != venue || kind.Pool != pool.Address || !Roles.TryAdd(account.Key, kind.Role)) continue;
            string problem = Describe(pool.Apply(kind.Role, account.View), kind.Role, account.Key);
            if (problem.Length != 0) return problem;
        }

        return string.Empty;
    }

    private static string Describe(DecodeStatus status, AccountRole role, in Pubkey key) =>
        status is DecodeStatus.Ok or DecodeStatus.UnknownRole
            ? string.Empty
            : $"account {key} was refused as {role}: {status}";
}
