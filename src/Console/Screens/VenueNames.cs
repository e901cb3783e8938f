namespace LowLatency.ConsoleHost.Screens;

/// <summary>Venues in few columns; the details name them in full.</summary>
internal static class VenueNames
{
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
