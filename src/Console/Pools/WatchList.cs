using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;
using LowLatency.ConsoleHost.Config;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Pools;

/// <summary>A pool of a watch list.</summary>
/// <param name="Address">Pool account.</param>
/// <param name="Venue">Venue; None if only the address was given (in the configuration).</param>
/// <param name="MintA">Mint of side A; zero if only the address was given.</param>
/// <param name="MintB">Mint of side B; zero if only the address was given.</param>
internal sealed record WatchedPool(Pubkey Address, VenueId Venue, Pubkey MintA, Pubkey MintB);

/// <summary>
/// What is watched live: pools, further accounts, and which deployment of each venue's program was seen when the list
/// was made. As a file: JSON, comments allowed, written by <c>pools discover</c> and read by <c>run</c> and
/// <c>pools audit</c>.
/// </summary>
internal sealed class WatchList
{
    /// <summary>What the file's "format" must be.</summary>
    public const string Format = "lowlatency-watch-1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = JsonShapes.Default,
    };

    /// <summary>Pools, each once.</summary>
    public List<WatchedPool> Pools { get; } = [];

    /// <summary>Accounts besides those that the pools need.</summary>
    public List<Pubkey> Accounts { get; } = [];

    /// <summary>Slot of the last deployment by program, as seen when the list was made.</summary>
    public Dictionary<Pubkey, ulong> DeployedSlots { get; } = [];

    /// <summary>Slot at which the list was made; 0 if it is not known.</summary>
    public ulong Slot { get; set; }

    /// <summary>What to do about a list of nothing.</summary>
    public const string Remedy = "lowlatency pools discover --out watch.json, and watch.file in the configuration";

    /// <summary>True if it names neither a pool nor an account.</summary>
    public bool IsEmpty => Pools.Count + Accounts.Count == 0;

    /// <summary>Pools of the configuration or its file that its allow and deny lists keep out.</summary>
    public int RefusedPools { get; private set; }

    /// <summary>
    /// Pools and accounts of the configuration and of the file that it names; what its lists keep out is left out as
    /// far as mints and venue are known.
    /// </summary>
    /// <exception cref="CommandException">The file is missing or wrong.</exception>
    public static WatchList Gather(WatchConfig config)
    {
        WatchList all = config.File is null ? new WatchList() : Load(config.File);
        HashSet<Pubkey> pools = [];
        foreach (WatchedPool pool in all.Pools) pools.Add(pool.Address);
        foreach (Pubkey address in config.Pools)
        {
            if (pools.Add(address)) all.Pools.Add(new WatchedPool(address, VenueId.None, default, default));
        }

        HashSet<Pubkey> accounts = [.. all.Accounts];
        foreach (Pubkey address in config.Accounts)
        {
            if (accounts.Add(address)) all.Accounts.Add(address);
        }

        all.RefusedPools = all.Pools.RemoveAll(pool => IsRefused(config, pool));
        return all;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandException">The file is missing or wrong.</exception>
    public static WatchList Load(string path)
    {
        FileShape? shape;
        try
        {
            shape = JsonSerializer.Deserialize(File.ReadAllBytes(path), Json.Shape<FileShape>());
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"watch list {path}: {fault.Message}", ExitCodes.NoInput);
        }
        catch (JsonException fault)
        {
            throw new CommandException(
                $"watch list {path}, line {(fault.LineNumber ?? 0) + 1}: no watch list as `pools discover --out` writes"
                + $"{(fault.Path is { Length: > 1 } member ? $" (at {member})" : string.Empty)}",
                ExitCodes.BadData);
        }

        if (shape?.Format != Format)
            throw new CommandException($"watch list {path}: \"format\" is not \"{Format}\"", ExitCodes.BadData);
        return FromShape(shape, path);
    }

    /// <summary>Writes a new file; an existing one is never overwritten.</summary>
    /// <exception cref="CommandException">The file exists or cannot be written.</exception>
    public void Save(string path)
    {
        SortedDictionary<string, ulong> programs = new(StringComparer.Ordinal);
        foreach ((Pubkey program, ulong slot) in DeployedSlots) programs[program.ToString()] = slot;
        FileShape shape = new()
        {
            Format = Format,
            Slot = Slot,
            DeployedSlots = programs,
            Accounts = Accounts.ConvertAll(account => account.ToString()),
            Pools = Pools.ConvertAll(pool => new PoolShape
            {
                Address = pool.Address.ToString(),
                Venue = pool.Venue.ToString(),
                MintA = pool.MintA.ToString(),
                MintB = pool.MintB.ToString(),
            }),
        };
        UserFile.WriteNew(
            $"--out {path}", path, file => JsonSerializer.Serialize(file, shape, Json.Shape<FileShape>()));
    }

    private static bool IsRefused(WatchConfig config, WatchedPool pool)
    {
        if (pool.Venue == VenueId.None) return config.Deny.Addresses.Contains(pool.Address);
        return config.Judge(pool.Venue, pool.Address, pool.MintA, pool.MintB) != WatchRefusal.None;
    }

    private static WatchList FromShape(FileShape shape, string path)
    {
        WatchList list = new() { Slot = shape.Slot };
        HashSet<Pubkey> seen = [];
        foreach (PoolShape pool in shape.Pools)
        {
            Pubkey address = Address(pool.Address, path, "pools");
            if (!Enum.TryParse(pool.Venue, ignoreCase: true, out VenueId venue) || venue == VenueId.None)
            {
                string hint = Nearest.Hint(pool.Venue, Enum.GetNames<VenueId>()[1..]);
                throw new CommandException($"watch list {path}: no venue '{pool.Venue}'{hint}", ExitCodes.BadData);
            }

            if (!seen.Add(address)) continue;
            Pubkey mintA = Address(pool.MintA, path, "mintA");
            list.Pools.Add(new WatchedPool(address, venue, mintA, Address(pool.MintB, path, "mintB")));
        }

        foreach (string account in shape.Accounts) list.Accounts.Add(Address(account, path, "accounts"));
        foreach ((string program, ulong slot) in shape.DeployedSlots)
            list.DeployedSlots[Address(program, path, "deployedSlots")] = slot;
        return list;
    }

    private static Pubkey Address(string text, string path, string member) =>
        Pubkey.TryParse(text, out Pubkey key)
            ? key
            : throw new CommandException(
                $"watch list {path}: {member}: '{text}' is not an address", ExitCodes.BadData);

    /// <summary>The file. Members that may be absent have a setter: their default stays only then.</summary>
    internal sealed class FileShape
    {
        public required string Format { get; init; }

        public ulong Slot { get; init; }

        public SortedDictionary<string, ulong> DeployedSlots { get; set; } = [];

        public List<string> Accounts { get; set; } = [];

        public required List<PoolShape> Pools { get; init; }
    }

    /// <summary>A pool in the file.</summary>
    internal sealed class PoolShape
    {
        public required string Address { get; init; }

        public required string Venue { get; init; }

        public required string MintA { get; init; }

        public required string MintB { get; init; }
    }
}
