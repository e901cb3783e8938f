using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text.Json;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>
/// A fact that runs the venues' own programs: needs litesvm, and LOWLATENCY_PROGRAMS naming a folder of binaries.
/// Reported as skipped, with the reason, where something is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramsFactAttribute : FactAttribute
{
    public ProgramsFactAttribute()
    {
        if (ProgramFolder.Programs.Count == 0) Skip = "LOWLATENCY_PROGRAMS names no folder with a venue's program";
        else if (!LiteSvm.IsInstalled) Skip = "Node or litesvm is missing";
    }
}

/// <summary>
/// The program binaries of the folder: files called after their program address (address.so), and files of any name
/// whose SHA-256 is that of a binary the bundled market was made with (manifest.json).
/// </summary>
internal static class ProgramFolder
{
    private static readonly Lazy<Dictionary<Pubkey, string>> Found = new(Find);

    /// <summary>Path of the binary by program address.</summary>
    public static IReadOnlyDictionary<Pubkey, string> Programs => Found.Value;

    private static Dictionary<Pubkey, string> Find()
    {
        Dictionary<Pubkey, string> found = [];
        string? folder = Environment.GetEnvironmentVariable("LOWLATENCY_PROGRAMS");
        if (string.IsNullOrEmpty(folder) || !Directory.Exists(folder)) return found;
        Dictionary<string, Pubkey> known = KnownHashes();
        foreach (string path in Directory.EnumerateFiles(folder, "*.so"))
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
            bool isNamed = Pubkey.TryParse(Path.GetFileNameWithoutExtension(path), out Pubkey program);
            if (isNamed) found[program] = path;
            else if (known.TryGetValue(hash, out program)) found.TryAdd(program, path);
        }

        return found;
    }

    private static Dictionary<string, Pubkey> KnownHashes()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Repository.MarketSmall("manifest.json")));
        Dictionary<string, Pubkey> hashes = [];
        foreach (JsonProperty program in file.RootElement.GetProperty("program_binaries").EnumerateObject())
            hashes[program.Value.GetProperty("sha256").GetString()!] = Pubkey.Parse(program.Name);
        return hashes;
    }
}
