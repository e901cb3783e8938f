using System;
using System.Collections.Generic;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// Learns what a key takes by letting its reader read: bounds and choices stand in one place, the catalog.
/// </summary>
internal sealed class ValueProbe
{
    /// <summary>True if a whole number is taken; the last thing asked for wins.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>True if true and false are taken.</summary>
    public bool IsBool { get; private set; }

    /// <summary>True if an address is taken.</summary>
    public bool IsAddress { get; private set; }

    /// <summary>Words that are taken; null for any.</summary>
    public IReadOnlyList<string>? Choices { get; private set; }

    /// <summary>Least number.</summary>
    public ulong Min { get; private set; }

    /// <summary>Largest number.</summary>
    public ulong Max { get; private set; }

    /// <summary>What a key takes.</summary>
    public static ValueProbe Of(ConfigKey key)
    {
        ValueProbe probe = new();
        const string Address = "So11111111111111111111111111111111111111112"; // valid wherever an address is
        List<ConfigItem> items = [new ConfigItem(Address, Address, string.Empty)];
        key.Apply(
            new EngineConfig(),
            new ConfigValue(ConfigLayer.File, string.Empty, key.Name, string.Empty, items) { Probe = probe });
        return probe;
    }

    internal ulong OnWhole(ulong min, ulong max)
    {
        IsWhole = true;
        (Min, Max) = (min, max);
        return min;
    }

    internal bool OnBool()
    {
        IsBool = true;
        return false;
    }

    internal Engine.Solana.Pubkey OnAddress()
    {
        IsAddress = true;
        return Engine.Solana.ProgramIds.WrappedSolMint;
    }

    internal T OnChoice<T>()
        where T : struct, Enum
    {
        List<string> names = [];
        foreach (string name in Enum.GetNames<T>()) names.Add(name.ToLowerInvariant());
        Choices = names;
        return default;
    }
}
