using System;
using System.Collections.Generic;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// Reads lists of pools, mints and programs. A venue's program stands for all of its pools; any other program would
/// have no effect, and is refused where it is known for certain.
/// </summary>
internal static class AddressLists
{
    private static readonly Pubkey[] OtherPrograms =
    [
        ProgramIds.System, ProgramIds.Token, ProgramIds.Token2022, ProgramIds.AssociatedToken, ProgramIds.ComputeBudget,
        ProgramIds.Memo, ProgramIds.AddressLookupTable, ProgramIds.ClockSysvar, ProgramIds.InstructionsSysvar,
    ];

    /// <summary>The addresses of <c>denied</c>.</summary>
    /// <exception cref="CommandException">One is no address, or has no effect.</exception>
    public static HashSet<Pubkey> Denied(ConfigValue value)
    {
        HashSet<Pubkey> addresses = [];
        for (int i = 0; i < value.Items.Count; i++)
        {
            Pubkey address = value.Address(i);
            RefuseOthers(value, value.Items[i], in address);
            addresses.Add(address);
        }

        return addresses;
    }

    /// <summary>An allow or deny list of what is watched.</summary>
    /// <exception cref="CommandException">An entry is neither venue nor address, or has no effect.</exception>
    public static WatchRule Rule(ConfigValue value)
    {
        HashSet<VenueId> venues = [];
        HashSet<Pubkey> addresses = [];
        string[] names = Enum.GetNames<VenueId>()[1..];
        foreach (ConfigItem item in value.Items)
        {
            if (Array.Exists(names, n => string.Equals(n, item.Text, StringComparison.OrdinalIgnoreCase)))
            {
                venues.Add(Enum.Parse<VenueId>(item.Text, ignoreCase: true));
            }
            else if (Pubkey.TryParse(item.Text, out Pubkey address))
            {
                RefuseOthers(value, item, in address);
                if (VenueOf(in address) is var venue and not VenueId.None) venues.Add(venue);
                else addresses.Add(address);
            }
            else
            {
                throw (value with { Place = item.Place }).Wrong(
                    item.Text, $"neither an address nor a venue{Nearest.Hint(item.Text, names)}");
            }
        }

        return new WatchRule(venues, addresses);
    }

    /// <summary>The venue whose program that is; none for any other address.</summary>
    private static VenueId VenueOf(in Pubkey address)
    {
        foreach (VenueId venue in Enum.GetValues<VenueId>())
        {
            if (venue != VenueId.None && PoolAccountShape.Of(venue).Program == address) return venue;
        }

        return VenueId.None;
    }

    private static void RefuseOthers(ConfigValue value, ConfigItem item, in Pubkey address)
    {
        if (Array.IndexOf(OtherPrograms, address) < 0) return;
        throw (value with { Place = item.Place }).Wrong(
            item.Text, "would keep nothing out: neither a pool, nor a mint, nor a venue's program");
    }
}
