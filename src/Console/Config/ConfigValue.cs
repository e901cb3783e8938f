using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Config;

/// <summary>Where a setting was written; a later layer wins over an earlier one.</summary>
internal enum ConfigLayer
{
    /// <summary>The configuration file.</summary>
    File = 0,

    /// <summary>An environment variable.</summary>
    Environment = 1,

    /// <summary>The command line.</summary>
    CommandLine = 2,
}

/// <summary>Shape of a value.</summary>
internal enum ConfigShape
{
    /// <summary>One number, word or address.</summary>
    Scalar = 0,

    /// <summary>A JSON array; commas in variables and flags.</summary>
    List = 1,

    /// <summary>A JSON object; name=value with commas in variables and flags.</summary>
    Map = 2,

    /// <summary>A JSON array of objects; in variables and flags a list of what matters most of each.</summary>
    Objects = 3,
}

/// <summary>One element of a list (name empty) or map.</summary>
internal sealed record ConfigItem(string Name, string Text, string Place);

/// <summary>One object of a list of objects.</summary>
internal sealed record ConfigObject(IReadOnlyList<ConfigItem> Items, string Place);

/// <summary>
/// One setting as a person wrote it: key, text and place. Its readers turn it into a number or address, or throw a
/// one-line
/// <see cref="CommandException"/> that names place, key and what to write instead.
/// </summary>
/// <param name="Layer">Layer.</param>
/// <param name="Place">File with line and column, variable or flag.</param>
/// <param name="Key">Key; empty where the place says it (flags).</param>
/// <param name="Text">Text of a scalar.</param>
/// <param name="Items">Elements of a list or map.</param>
internal sealed record ConfigValue(
    ConfigLayer Layer, string Place, string Key, string Text, IReadOnlyList<ConfigItem> Items)
{
    /// <summary>The objects of a list of objects; from files only.</summary>
    public IReadOnlyList<ConfigObject> Objects { get; init; } = [];

    /// <summary>Folder of the file it is written in; empty elsewhere. Paths in a file start there.</summary>
    public string Folder { get; init; } = string.Empty;

    /// <summary>If set, the reader only tells it what it would take, and gets something valid.</summary>
    public ValueProbe? Probe { get; init; }

    private int FaultCode => Layer == ConfigLayer.CommandLine ? ExitCodes.Usage : ExitCodes.Config;

    public ulong Whole(ulong min, ulong max)
    {
        if (Probe is not null) return Probe.OnWhole(min, max);
        if (ulong.TryParse(Digits(Text), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            && number >= min && number <= max)
        {
            return number;
        }

        throw Wrong(
            Text,
            max == ulong.MaxValue
                ? string.Create(CultureInfo.InvariantCulture, $"give a whole number of at least {min}")
                : string.Create(CultureInfo.InvariantCulture, $"give a whole number from {min} to {max}"));
    }

    public int Int(int min, int max) => (int)Whole((ulong)min, (ulong)max);

    public bool Bool()
    {
        if (Probe is not null) return Probe.OnBool();
        return Text switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => throw Wrong(Text, "give true or false"),
        };
    }

    public T Choice<T>()
        where T : struct, System.Enum
    {
        if (Probe is not null) return Probe.OnChoice<T>();
        foreach (T value in System.Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), Text, System.StringComparison.OrdinalIgnoreCase)) return value;
        }

        throw Wrong(Text, $"give {string.Join(", ", System.Enum.GetNames<T>()).ToLowerInvariant()}");
    }

    public Pubkey Address() => Address(Text, Place, string.Empty);

    public Pubkey Address(int index) => Address(Items[index].Text, Items[index].Place, ItemName(index));

    public List<Pubkey> Addresses()
    {
        List<Pubkey> keys = [];
        for (int i = 0; i < Items.Count; i++)
        {
            Pubkey key = Address(i);
            if (!keys.Contains(key)) keys.Add(key);
        }

        return keys;
    }

    public Dictionary<Pubkey, Pubkey> AddressMap()
    {
        Dictionary<Pubkey, Pubkey> map = [];
        foreach (ConfigItem item in Items)
            map[Address(item.Name, item.Place, " name")] = Address(item.Text, item.Place, $".{item.Name}");
        return map;
    }

    public Dictionary<Pubkey, ulong> AmountMap()
    {
        Dictionary<Pubkey, ulong> map = [];
        foreach (ConfigItem item in Items)
        {
            ConfigValue amount = this with { Key = $"{Key}.{item.Name}", Place = item.Place, Text = item.Text };
            Pubkey mint = Address(item.Name, item.Place, " name");
            map[mint] = amount.Whole(0, ulong.MaxValue);
        }

        return map;
    }

    /// <summary>The error for a wrong text.</summary>
    public CommandException Wrong(string text, string fix) => Wrong(text, fix, Place, string.Empty);

    /// <summary>The error for its own text.</summary>
    public CommandException Wrong(string fix) => Wrong(Text, fix);

    /// <summary>The error for what must not be repeated (addresses hold keys), or for a whole.</summary>
    public CommandException Fault(string place, string suffix, string message) =>
        new($"{place}{(Key.Length == 0 ? string.Empty : $": {Key}{suffix}")}: {message}", FaultCode);

    private CommandException Wrong(string text, string fix, string place, string suffix)
    {
        string key = Key.Length == 0 ? string.Empty : $": {Key}{suffix}";
        return new CommandException($"{place}{key} '{text}': {fix}", FaultCode);
    }

    private Pubkey Address(string text, string place, string suffix)
    {
        if (Probe is not null) return Probe.OnAddress();
        return Pubkey.TryParse(text, out Pubkey key)
            ? key
            : throw Wrong(text, "not an address (give the Base58 text of 32 bytes)", place, suffix);
    }

    private string ItemName(int index) =>
        Layer == ConfigLayer.File ? string.Create(CultureInfo.InvariantCulture, $"[{index}]") : string.Empty;

    /// <summary>Numbers may be grouped with underscores on the command line and in variables.</summary>
    private string Digits(string text) => Layer == ConfigLayer.File ? text : text.Replace("_", string.Empty);
}
