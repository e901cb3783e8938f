using System;
using LowLatency.Engine.Venues.RaydiumClmm;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.RaydiumClmm;

public sealed class RaydiumArrayBitmapTests
{
    private const int Half = 7_680;

    /// <summary>Few and many bits, from and to numbers anywhere, against a look at one number after another.</summary>
    [Fact]
    public void TryNext_RandomBits_IsTheNearestSetNumber()
    {
        (int found, int none) = (0, 0);
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            RaydiumArrayBitmap bitmap = new();
            int reach = seed % 2 == 0 ? Half : 300;
            for (int bits = random.Next(1, 40); bits > 0; bits--) bitmap.Flip(random.Next(-reach, reach));
            for (int query = 0; query < 50; query++)
            {
                int number = random.Next(-Half + 1, Half - 1);
                bool isDown = random.Next(2) == 0;
                int last = isDown ? random.Next(-Half - 5, number) : random.Next(number + 1, Half + 5);
                int expected = number + (isDown ? -1 : 1);
                while (!bitmap.IsSet(expected) && (isDown ? expected > last : expected < last))
                    expected += isDown ? -1 : 1;
                bool isThere = bitmap.IsSet(expected);
                Assert.Equal(isThere, bitmap.TryNext(number, last, isDown, out int next));
                if (isThere) Assert.Equal(expected, next);
                if (isThere) found++;
                else none++;
            }
        }

        Assert.True(found > 1000 && none > 1000, $"{found} {none}");
    }
}
