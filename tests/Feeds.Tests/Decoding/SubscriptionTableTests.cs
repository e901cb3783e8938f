using System;
using System.Collections.Generic;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class SubscriptionTableTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Table_RandomOperations_AgreesWithADictionary(bool holdsKeys)
    {
        for (int seed = 1; seed <= 300; seed++)
        {
            Random random = new(seed);
            SubscriptionTable table = new(capacity: 8, holdsKeys);
            Dictionary<ulong, ulong> model = [];
            for (int step = 0; step < 400; step++)
            {
                ulong id = (ulong)random.Next(24);
                string place = $"seed {seed}, step {step}";
                if (random.Next(2) == 0)
                {
                    bool fits = model.ContainsKey(id) || model.Count < 8;
                    bool isSet = table.TrySet(id, SubscriptionKind.Account, KeyAt(step), (ulong)step);
                    Assert.True(isSet == fits, place);
                    if (fits) model[id] = (ulong)step;
                }
                else
                {
                    Assert.True(table.Remove(id) == model.Remove(id), place);
                }

                Assert.True(table.Count == model.Count, place);
                for (ulong probe = 0; probe < 24; probe++)
                {
                    ref readonly SubscriptionTable.Entry entry = ref table.Find(probe);
                    bool isKnown = model.TryGetValue(probe, out ulong target);
                    Assert.True((entry.Kind == SubscriptionKind.Account) == isKnown, place);
                    Assert.True(!isKnown || entry.Target == target, place);
                    Assert.True(!isKnown || !holdsKeys || table.KeyOf(probe) == KeyAt((int)target), place);
                }
            }

            table.Clear();
            Assert.True(table.Count == 0 && table.Find(3).Kind == SubscriptionKind.None, $"seed {seed}");
        }
    }
    [Fact]
    public void Table_ThatGrows_KeepsIdsAndKeys()
    {
        SubscriptionTable table = new(capacity: 4096, holdsKeys: true);
        for (int id = 0; id < 4096; id++)
            Assert.True(table.TrySet((ulong)id, SubscriptionKind.Account, KeyAt(id), (ulong)(2 * id)));
        Assert.False(table.TrySet(4096, SubscriptionKind.Account, KeyAt(0), 0));
        for (int id = 0; id < 4096; id++)
        {
            Assert.Equal((ulong)(2 * id), table.Find((ulong)id).Target);
            Assert.Equal(KeyAt(id), table.KeyOf((ulong)id));
        }
    }

    private static Pubkey KeyAt(int number)
    {
        Span<byte> bytes = stackalloc byte[32];
        BitConverter.TryWriteBytes(bytes, number + 1);
        return Pubkey.Read(bytes, 0);
    }
}
