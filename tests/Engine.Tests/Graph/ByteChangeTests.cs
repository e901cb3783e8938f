using System;
using LowLatency.Engine.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Graph;

public sealed class ByteChangeTests
{
    private const int Seed = 20261129;

    [Fact]
    public void TryCopy_AnyChanges_GivesTheRangeAndEqualBytes()
    {
        Random random = new(Seed);
        for (int round = 0; round < 20_000; round++)
        {
            int longest = round % 8 == 0 ? 2 * ByteChange.WholeBytes : 300;
            byte[] known = new byte[random.Next(0, longest)];
            random.NextBytes(known);
            byte[] data = known[..random.Next(0, known.Length + 1)];
            byte[] rest = known[data.Length..];
            (int first, int last) = (-1, -1);
            for (int change = random.Next(0, 4); change > 0 && data.Length > 0; change--)
            {
                int at = random.Next(data.Length);
                data[at] ^= (byte)random.Next(0, 3);
            }

            for (int i = 0; i < data.Length; i++)
            {
                if (data[i] == known[i]) continue;
                if (first < 0) first = i;
                last = i;
            }

            bool isChanged = ByteChange.TryCopy(data, known, out int from, out int to);
            string what = $"seed {Seed}, round {round}";
            Assert.True(isChanged == (first >= 0), what);
            Assert.True(data.AsSpan().SequenceEqual(known.AsSpan(0, data.Length)), what);
            Assert.True(rest.AsSpan().SequenceEqual(known.AsSpan(data.Length)), what);
            int end = data.Length > ByteChange.WholeBytes ? last + 1 : data.Length;
            if (isChanged) Assert.Equal((first, end), (from, to));
            else Assert.Equal(from, to);
        }
    }
}
