using System;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Graph;

public sealed class GapTableTests
{
    /// <summary>
    /// Random changes of accounts, new links and losses of all feeds: a pool may be gapped exactly if one of the known
    /// accounts linked to it is.
    /// </summary>
    [Fact]
    public void MayBeGapped_RandomChanges_EqualsAskingEveryAccount()
    {
        const int Accounts = 40;
        const int Pools = 12;
        int gapped = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            AccountTable accounts = new(Accounts);
            GapTable gaps = new(accounts, new PoolRecord[Pools]);
            bool[,] isLinked = new bool[Accounts, Pools];
            for (int i = 0; i < Accounts; i++) accounts.FindOrAdd(TestPool.Key(3, i));
            for (int step = 0; step < 600; step++)
            {
                int account = random.Next(Accounts);
                Change(accounts, gaps, isLinked, account, random);
                for (int pool = 0; pool < Pools; pool++)
                {
                    bool expected = false;
                    for (int i = 0; i < Accounts; i++) expected |= isLinked[i, pool] && IsGapped(accounts, gaps, i);
                    Assert.True(expected == gaps.MayBeGapped(pool), $"seed {seed}, step {step}, pool {pool}");
                    if (expected) gapped++;
                }
            }
        }

        Assert.InRange(gapped, 1000, (20 * 600 * Pools) - 1000);
    }

    private static bool IsGapped(AccountTable accounts, GapTable gaps, int account) =>
        accounts[account].Knowledge != AccountKnowledge.Unknown && gaps.IsGapped(in accounts[account]);

    private static void Change(AccountTable accounts, GapTable gaps, bool[,] isLinked, int account, Random random)
    {
        switch (random.Next(20))
        {
            case 0:
                if (random.Next(10) == 0) gaps.BeginEpoch();
                return;
            case < 4:
                int pool = random.Next(isLinked.GetLength(1));
                if (accounts.TryLink(account, pool, AccountRole.VaultA, out bool added) && added)
                    gaps.OnLinked(account, pool);
                isLinked[account, pool] |= added;
                return;
            case 4:
                accounts[account].IsCoverLost = random.Next(3) == 0;
                break;
            case 5:
                accounts[account].IsInConflict = random.Next(3) == 0;
                break;
            default:
                Pubkey owner = default;
                accounts.Store(account, in owner, (ulong)random.Next(), [], false, 1);
                accounts[account].GapEpoch = gaps.Epoch;
                break;
        }

        gaps.Note(account);
    }
}
