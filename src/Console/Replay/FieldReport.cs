using System;
using System.Collections.Generic;
using LowLatency.Engine.Fields;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>Fair price of a mint: base units of the reference mint for one base unit.</summary>
internal sealed record FairPrice(string Mint, string Name, double PriceInReferenceRaw);

/// <summary>
/// A pool's curl: how many basis points more of B a unit of A gives there before fees than at fair prices.
/// </summary>
internal sealed record PoolCurl(
    string Pool, string Venue, string Pair, double CurlBps, double CurlErrorBps, double Weight, double Energy);

/// <summary>The mispricing field as data for reports and screens.</summary>
internal sealed record FieldReport
{
    private const double BpsPerUnit = 10_000;

    /// <summary>Mint that prices are in.</summary>
    public required string ReferenceMint { get; init; }

    /// <summary>Groups of mints that pools connect.</summary>
    public required int Components { get; init; }

    /// <summary>Sum of weight times squared curl, log units.</summary>
    public required double Energy { get; init; }

    /// <summary>The energy is at most this far above the exact solution's.</summary>
    public required double EnergyErrorBound { get; init; }

    /// <summary>Slots in which the budget did not settle the field.</summary>
    public required long UnsettledSlots { get; init; }

    /// <summary>Mints of the reference mint's component, by address.</summary>
    public required IReadOnlyList<FairPrice> FairPrices { get; init; }

    /// <summary>Pools that quote both ways, most energy first.</summary>
    public required IReadOnlyList<PoolCurl> Pools { get; init; }

    /// <summary>
    /// The field as it is; call it while no event is on its way, on a pipeline that was drained.
    /// </summary>
    public static FieldReport Of(MarketPipeline pipeline)
    {
        MispricingStage stage = pipeline.Mispricing;
        MarketGraph market = pipeline.Graph.Market;
        stage.Settle();
        FieldMeasure measure = stage.Field.Measure();
        return new FieldReport
        {
            ReferenceMint = market.Mint(stage.ReferenceMint).ToString(),
            Components = measure.Components,
            Energy = measure.Energy,
            EnergyErrorBound = measure.EnergyErrorBound,
            UnsettledSlots = stage.UnsettledSlots,
            FairPrices = Prices(stage, market),
            Pools = Curls(stage.Field, measure, market),
        };
    }

    private static List<FairPrice> Prices(MispricingStage stage, MarketGraph market)
    {
        List<FairPrice> prices = [];
        MispricingField field = stage.Field;
        int component = field.Component(stage.ReferenceMint);
        for (int mint = 0; mint < market.MintCount && component >= 0; mint++)
        {
            if (field.Component(mint) != component) continue;
            double price = Math.Exp(field.Potential(mint) - field.Potential(stage.ReferenceMint));
            prices.Add(new FairPrice(market.Mint(mint).ToString(), MintName.Of(market.Mint(mint)), price));
        }

        prices.Sort((a, b) => string.CompareOrdinal(a.Mint, b.Mint));
        return prices;
    }

    private static List<PoolCurl> Curls(MispricingField field, FieldMeasure measure, MarketGraph market)
    {
        List<PoolCurl> pools = [];
        for (int id = 0; id < field.EdgeCount; id++)
        {
            if (!field.IsPresent(id)) continue;
            Pool pool = market.Pool(id);
            pools.Add(new PoolCurl(
                pool.Address.ToString(), pool.Venue.ToString(),
                $"{MintName.Of(pool.MintA)}/{MintName.Of(pool.MintB)}",
                field.Curl(id) * BpsPerUnit, field.CurlErrorBound(id, measure) * BpsPerUnit,
                field.Weight(id), field.CurlEnergy(id)));
        }

        pools.Sort((a, b) => a.Energy != b.Energy
            ? b.Energy.CompareTo(a.Energy)
            : string.CompareOrdinal(a.Pool, b.Pool));
        return pools;
    }
}
