using LowLatency.Engine.Numerics;
using Xunit;

namespace LowLatency.Engine.Tests.Numerics;

public sealed class PrngTests
{
    [Fact]
    public void SameSeed_SameNumbers_OtherSeed_OtherNumbers()
    {
        Prng first = new(42);
        Prng second = new(42);
        Prng other = new(43);
        int equal = 0;
        for (int i = 0; i < 1_000; i++)
        {
            ulong number = first.NextUInt64();
            Assert.Equal(number, second.NextUInt64());
            equal += number == other.NextUInt64() ? 1 : 0;
        }
        Assert.Equal(0, equal);
    }

    [Fact]
    public void NextUInt64_AgreesWithThePublishedAlgorithm()
    {
        // Written here from the published description, step by step, as an independent check of the order of
        // operations.
        ulong[] state = new ulong[4];
        ulong seed = 0;
        for (int i = 0; i < 4; i++)
        {
            seed += 0x9E3779B97F4A7C15;
            ulong z = seed;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            state[i] = z ^ (z >> 31);
        }
        // First output of SplitMix64 with seed 0, as published with the generator.
        Assert.Equal(0xE220A8397B1DCDAFUL, state[0]);
        Prng prng = new(0);
        for (int i = 0; i < 100; i++)
        {
            ulong product = state[1] * 5;
            ulong expected = ((product << 7) | (product >> 57)) * 9;
            ulong t = state[1] << 17;
            state[2] ^= state[0];
            state[3] ^= state[1];
            state[1] ^= state[2];
            state[0] ^= state[3];
            state[2] ^= t;
            state[3] = (state[3] << 45) | (state[3] >> 19);
            Assert.Equal(expected, prng.NextUInt64());
        }
    }

    [Fact]
    public void NextInt32_StaysInRange_AndReachesEveryValueEvenly()
    {
        Prng prng = new(1);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
            counts[prng.NextInt32(7)]++;
        foreach (int count in counts)
            Assert.InRange(count, 9_500, 10_500);
        Assert.Equal(0, prng.NextInt32(0));
        Assert.Equal(0, prng.NextInt32(-3));
        Assert.Equal(0, prng.NextInt32(1));
    }

    [Fact]
    public void NextDouble_IsFromZeroToBelowOne()
    {
        Prng prng = new(9);
        double sum = 0;
        for (int i = 0; i < 10_000; i++)
        {
            double value = prng.NextDouble();
            Assert.True(value is >= 0 and < 1);
            sum += value;
        }
        Assert.InRange(sum / 10_000, 0.49, 0.51);
    }
}
