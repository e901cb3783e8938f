using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>What decides how many compute units one swap takes.</summary>
/// <param name="Venue">DEX family.</param>
/// <param name="Class">Token programs of the mints, and whether the pool's formula is the dearer one.</param>
/// <param name="Crossed">Ticks or bins crossed.</param>
/// <param name="ExtraSteps">Program steps beyond one and one for each crossing.</param>
public readonly record struct SwapWork(VenueId Venue, SwapWorkClass Class, int Crossed, int ExtraSteps)
{
    // Token-2022's transfer with fee takes 10,500 to 13,700 more than SPL Token's in the vectors.
    private const uint Token2022Units = 15_000;

    /// <summary>Mints of Token-2022.</summary>
    public int Token2022Count => (int)(Class & (SwapWorkClass.OneToken2022 | SwapWorkClass.TwoToken2022));

    /// <summary>True for the venue's dearer formula.</summary>
    public bool IsHeavy => (Class & SwapWorkClass.Heavy) != 0;

    /// <summary>The work of a sized leg.</summary>
    public static SwapWork Of(Pool pool, in Leg leg) =>
        new(pool.Venue, pool.WorkClass, leg.CrossedCount, leg.ExtraStepCount);

    /// <summary>The work of a quoted swap.</summary>
    public static SwapWork Of(Pool pool, in SwapQuote quote) =>
        new(pool.Venue, pool.WorkClass, quote.CrossedCount, quote.ExtraStepCount);

    /// <summary>
    /// Compute units, an upper estimate from the venue alone: a base, an amount for each tick or bin crossed, for each
    /// further step, and for each Token-2022 mint. PumpSwap has no measured vector: its base is an estimate for a
    /// constant-product swap with several fee transfers. An iteration of the stable curve takes 5,000 to 45,000 by the
    /// width of its numbers; the largest is assumed. Capped at what a transaction may use.
    /// Source: compute_units of the successful swaps on the real programs in the vectors, none of which exceeds its
    /// estimate (ComputeUnitVectorTests).
    /// </summary>
    public uint FixedUnits()
    {
        uint token2022 = (uint)Token2022Count * Token2022Units;
        uint units = Venue switch
        {
            VenueId.RaydiumAmm => 30_000,
            VenueId.RaydiumCpmm => 28_000,
            VenueId.RaydiumClmm => 88_000,
            VenueId.OrcaWhirlpool => IsHeavy ? 75_000u : 56_000u,
            VenueId.MeteoraDlmm => 52_000,
            VenueId.MeteoraDamm => 40_000,
            VenueId.PumpSwap => 120_000,
            VenueId.TokenSwap => IsHeavy ? 30_000u : 60_000u,
            _ => 200_000,
        };
        return Math.Min(units + token2022 + VariableUnits(Crossed), NetworkFees.MaxComputeUnits);
    }

    /// <summary>The part of <see cref="FixedUnits"/> for a number of crossings and the extra steps.</summary>
    internal uint VariableUnits(int crossed)
    {
        uint crossings = (uint)Math.Clamp(crossed, 0, ushort.MaxValue);
        uint steps = (uint)Math.Clamp(ExtraSteps, 0, ushort.MaxValue);
        return Venue switch
        {
            VenueId.RaydiumClmm => 20_000 * crossings,
            VenueId.OrcaWhirlpool => (14_000 * crossings) + (9_000 * steps),
            VenueId.MeteoraDlmm => 6_000 * crossings,
            VenueId.TokenSwap => 46_000 * steps,
            _ => 0,
        };
    }
}
