using System;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>Venues in few columns; the details name them in full.</summary>
internal static class VenueNames
{
    private static readonly string[] Full = Enum.GetNames<VenueId>(); // by number, as those have no gap

    /// <summary>Its name in full; allocates nothing.</summary>
    public static string Of(VenueId venue) => Full[(int)venue];

    public static string Short(string venue) => venue switch
    {
        "RaydiumAmm" => "RayAmm",
        "RaydiumCpmm" => "RayCp",
        "RaydiumClmm" => "RayCl",
        "OrcaWhirlpool" => "Orca",
        "MeteoraDlmm" => "Dlmm",
        "MeteoraDamm" => "Damm",
        "PumpSwap" => "Pump",
        "TokenSwap" => "Swap",
        _ => venue,
    };
}
