using System.Collections.Generic;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

public sealed class StatedPriceTests
{
    /// <summary>What a pool's account states lies between what both directions pay, fees included.</summary>
    [Fact]
    public void StatedPrice_OfPoolsThatQuote_LiesBetweenTheirRates()
    {
        ReplayRun run = Tool.Replay(null);
        MarketGraph market = run.Pipeline!.Graph.Market;
        HashSet<VenueId> venues = [];
        for (int id = 0; id < market.PoolCount; id++)
        {
            Pool pool = market.Pool(id);
            double sold = market.Rate(MarketGraph.Edge(id, SwapDirection.AToB));
            double bought = market.Rate(MarketGraph.Edge(id, SwapDirection.BToA));
            if (pool.StatedPrice == 0 || sold <= 0 || bought <= 0) continue;
            Assert.True(
                sold <= pool.StatedPrice && pool.StatedPrice <= 1 / bought,
                $"{pool.Venue} {pool.Address}: {sold} {pool.StatedPrice} {1 / bought}");
            venues.Add(pool.Venue);
        }

        VenueId[] stating = [VenueId.RaydiumClmm, VenueId.OrcaWhirlpool, VenueId.MeteoraDlmm, VenueId.MeteoraDamm];
        Assert.True(venues.SetEquals(stating), string.Join(' ', venues));
    }
}
