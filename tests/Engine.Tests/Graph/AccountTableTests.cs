using System;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Dedup;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Graph;

/// <summary>Tables of accounts whose index in use grows with them.</summary>
public sealed class AccountTableTests
{
    [Fact]
    public void OwnerOf_AccountsThatChangeHands_IsEachAccountsOwnAndNumbersAreUsedAgain()
    {
        AccountTable table = new(40);
        for (int i = 0; i < 40; i++) table.FindOrAdd(KeyOf(i));
        int most = 0;
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 40; i++)
            {
                table.Store(i, KeyOf(1_000 + (round * 40) + i), 1, [1], absent: false, slot: 1);
                most = Math.Max(most, table[i].OwnerNumber);
            }

            for (int i = 0; i < 40; i++)
            {
                Assert.Equal(KeyOf(1_000 + (round * 40) + i), table.OwnerOf(i));
                Assert.Equal(KeyOf(1_000 + (round * 40) + i), table.View(i).Owner);
            }
        }

        Assert.InRange(most, 40, 41); // one each, and one while an account goes over
    }

    /// <summary>
    /// Whatever bytes change, and however seldom those that changed last do: what is held, whether it is new and where
    /// is that of a comparison of all bytes.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Store_AnyChange_IsNoticedAndHeldAsAComparisonWould(int seed)
    {
        int[] lengths = [0, 1, 7, 8, 9, 64, 165, 653, 2_048, 2_049, 10_136];
        Random random = new(seed);
        AccountTable table = new(1);
        int id = table.FindOrAdd(KeyOf(1));
        byte[] bytes = [];
        int alike = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] next = [.. bytes];
            bool isOther = i == 0 || random.Next(50) == 0;
            if (isOther) random.NextBytes(next = new byte[lengths[random.Next(lengths.Length)]]);
            else if (next.Length != 0 && random.Next(4) != 0) next[Place(random, next.Length)] ^= (byte)random.Next(2);
            bool isSame = next.AsSpan().SequenceEqual(bytes);
            bool isFirst = i == 0; // nothing was known of the account
            Assert.Equal(isFirst || !isSame, table.Store(id, KeyOf(2), 5, next, absent: false, slot: (ulong)i));
            Assert.True(table.View(id).Data.SequenceEqual(next));
            if (isSame) alike++;
            else if (next.Length == bytes.Length && !isOther) AssertWithin(table, bytes, next);
            bytes = next;
        }

        Assert.InRange(alike, 5_000, 15_000);
    }

    /// <summary>Mostly one of a few places, as a program writes.</summary>
    private static int Place(Random random, int length) =>
        random.Next(3) == 0 ? random.Next(length) : random.Next(3) * (length - 1) / 2;

    private static void AssertWithin(AccountTable table, byte[] before, byte[] now)
    {
        for (int at = 0; at < now.Length; at++)
        {
            if (before[at] != now[at]) Assert.True(at >= table.ChangedFrom && at < table.ChangedTo);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    [InlineData(5_000)]
    public void AccountTable_ManyAccounts_FindsAllUpToItsCapacity(int capacity)
    {
        AccountTable table = new(capacity);
        for (int i = 0; i < capacity; i++)
        {
            Assert.Equal(-1, table.Find(KeyOf(i)));
            Assert.Equal(i, table.FindOrAdd(KeyOf(i)));
        }

        Assert.Equal(-1, table.FindOrAdd(KeyOf(capacity)));
        for (int i = 0; i < capacity; i++) Assert.Equal(i, table.Find(KeyOf(i)));
        Assert.Equal(-1, table.Find(KeyOf(capacity)));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(300)]
    [InlineData(5_000)]
    public void ArrivalTable_ManyAccounts_FindsAllUpToItsCapacity(int capacity)
    {
        ArrivalTable table = new(capacity);
        for (int i = 0; i < capacity; i++)
        {
            Assert.False(IsKnown(table, i));
            Assert.Equal(i, table.IdOf(ref table.Add(KeyOf(i))));
        }

        Assert.True(Unsafe.IsNullRef(ref table.Add(KeyOf(capacity))));
        for (int i = 0; i < capacity; i++) Assert.Equal(i, table.IdOf(ref table.Find(KeyOf(i))));
        Assert.False(IsKnown(table, capacity));
    }

    private static bool IsKnown(ArrivalTable table, int number) =>
        !Unsafe.IsNullRef(ref table.Find(KeyOf(number)));

    private static Pubkey KeyOf(int number)
    {
        byte[] bytes = new byte[Pubkey.SizeBytes];
        BitConverter.TryWriteBytes(bytes, (number + 1) * 7_919);
        return Pubkey.Read(bytes);
    }
}
