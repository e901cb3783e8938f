using System;
using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>
/// What pools that may not quote wait for: accounts without which there is no quote, and that never came.
/// </summary>
internal static class LackingAccounts
{
    private const int MostDependencies = 64;

    /// <summary>How many pools wait, and for how many accounts by role; null if none does.</summary>
    public static string? Note(GraphStage graph)
    {
        HashSet<Pubkey> counted = [];
        SortedDictionary<string, int> byRole = new(StringComparer.Ordinal);
        int pools = 0;
        AccountDependency[] dependencies = new AccountDependency[MostDependencies];
        for (int id = 0; id < graph.Market.PoolCount; id++)
        {
            Pool pool = graph.Market.Pool(id);
            if (graph.Market.State(id) != PoolState.NotReady || pool.Readiness != QuoteStatus.Incomplete) continue;
            bool isWaiting = false;
            foreach (AccountDependency one in dependencies.AsSpan(0, pool.CopyDependencies(dependencies)))
            {
                int account = graph.Accounts.Find(one.Key);
                if (!one.Required || (account >= 0 && graph.Accounts[account].Knowledge != AccountKnowledge.Unknown))
                    continue;
                isWaiting = true;
                if (counted.Add(one.Key)) byRole[NameOf(one.Role)] = byRole.GetValueOrDefault(NameOf(one.Role)) + 1;
            }

            if (isWaiting) pools++;
        }

        if (pools == 0) return null;
        List<string> words = [];
        foreach ((string role, int count) in byRole)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{role} {count:N0}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{pools:N0} pools cannot quote for want of accounts that never came: {string.Join(", ", words)}.");
    }

    private static string NameOf(AccountRole role) => role switch
    {
        AccountRole.MintA or AccountRole.MintB => "Mint",
        AccountRole.VaultA or AccountRole.VaultB => "Vault",
        _ => role.ToString(),
    };
}
