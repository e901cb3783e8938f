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
