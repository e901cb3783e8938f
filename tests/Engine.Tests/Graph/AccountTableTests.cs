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
