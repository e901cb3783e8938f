using System;
using LowLatency.Engine.Numerics;
using Xunit;

namespace LowLatency.Engine.Tests.Numerics;

public sealed class NumberSortTests
{
    [Fact]
    public void Sort_RandomNumbersOfEveryLength_AreAsTheLibrarySortsThem()
    {
        Prng random = new(5);
        for (int length = 0; length < 300; length++)
        {
            // Many equal numbers, few, none.
            ulong bound = (length % 3) switch { 0 => 3, 1 => 1_000, _ => ulong.MaxValue };
            ulong[] numbers = new ulong[length];
            for (int i = 0; i < length; i++) numbers[i] = random.NextUInt64() % bound;
            ulong[] expected = [.. numbers];
            Array.Sort(expected);
            NumberSort.Sort(numbers);
            Assert.Equal(expected, numbers);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sort_OrderedNumbers_StayOrTurn(bool isFalling)
    {
        ulong[] numbers = new ulong[1_000];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = (ulong)(isFalling ? numbers.Length - i : i);
        NumberSort.Sort(numbers);
        for (int i = 1; i < numbers.Length; i++) Assert.True(numbers[i - 1] < numbers[i]);
    }
}
