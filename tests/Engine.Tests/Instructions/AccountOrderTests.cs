using System;
using System.Numerics;
using LowLatency.Engine.Instructions;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class AccountOrderTests
{
    /// <summary>Both ways of placing give what a list by class and ordinal gives.</summary>
    [Fact]
    public void Place_RandomClasses_IsByClassThenByOrdinal()
    {
        const int seed = 21;
        Random random = new(seed);
        for (int i = 0; i < 5_000; i++)
        {
            int count = 1 + random.Next(64);
            ulong[] classes = new ulong[1 + random.Next(12)];
            for (int ordinal = 0; ordinal < count; ordinal++) classes[random.Next(classes.Length)] |= 1UL << ordinal;
            AccountOrder one = new();
            AccountOrder all = new();
            random.NextBytes(one.Entries);
            one.Entries.CopyTo(all.Entries);
            int at = 0;
            int position = 0;
            foreach (ulong members in classes)
            {
                at = one.Place(members, 0, at);
                for (int ordinal = 0; ordinal < 64; ordinal++)
                {
                    if ((members >> ordinal & 1) == 0) continue;
                    AssertPlace(one, ordinal, position++, i);
                }

                Assert.Equal(position, at);
            }

            Assert.Equal(count, at);
            if (!AccountOrder.IsVector(count)) continue;
            ulong[] counts = (ulong[])classes.Clone();
            all.PlaceAll(counts);
            for (int c = 0; c < classes.Length; c++)
                Assert.Equal((ulong)BitOperations.PopCount(classes[c]), counts[c]);
            for (position = 0; position < count; position++)
                AssertPlace(all, one.Ordinals[position], position, i);
        }

        void AssertPlace(AccountOrder order, int ordinal, int position, int round)
        {
            string text = $"seed {seed} round {round}: ordinal {ordinal}, position {position}";
            Assert.True(order.Ordinals[position] == ordinal, text);
            Assert.True(order.Positions[ordinal] == position, text);
            Assert.True(order.EntriesAt[position] == order.Entries[ordinal], text);
        }
    }

    [Fact]
    public void IsVector_MoreThanAVectorHolds_IsFalse() => Assert.False(AccountOrder.IsVector(65));
}
