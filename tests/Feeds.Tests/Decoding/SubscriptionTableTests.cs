using System;
using System.Collections.Generic;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

public sealed class SubscriptionTableTests
{
    [Fact]
    public void Table_RandomOperations_AgreesWithADictionary()
    {
        for (int seed = 1; seed <= 300; seed++)
        {
            Random random = new(seed);
            SubscriptionTable table = new(capacity: 8);
            Dictionary<ulong, ulong> model = [];
            for (int step = 0; step < 400; step++)
            {
                ulong id = (ulong)random.Next(24);
                string place = $"seed {seed}, step {step}";
                if (random.Next(2) == 0)
                {
                    bool fits = model.ContainsKey(id) || model.Count < 8;
                    bool isSet = table.TrySet(id, SubscriptionKind.Account, Messages.AccountKey, (ulong)step);
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
                }
            }

            table.Clear();
            Assert.True(table.Count == 0 && table.Find(3).Kind == SubscriptionKind.None, $"seed {seed}");
        }
    }
}
