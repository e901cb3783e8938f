using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>
/// What a <c>pools.json</c> beside a capture says about the searcher: wallet, and token accounts that are not its
/// associated ones (<c>usdc_account</c> is that of the mint that its <c>mints</c> call USDC). Pools are not read
/// from it: the engine finds them in the account bytes. Without the file, or without a searcher in it, a dry-run
/// address stands in: SHA-256 of a fixed text, for which nobody has a key.
/// </summary>
internal sealed record CaptureSidecar(Pubkey Wallet, IReadOnlyDictionary<Pubkey, Pubkey> TokenAccounts)
{
    private const string FileName = "pools.json";
    private const string AccountSuffix = "_account";

    /// <summary>The address of runs that are given none.</summary>
    public static Pubkey DryRunWallet { get; } = HashOf("lowlatency dry run"u8);

    /// <summary>Reads the file beside a capture.</summary>
    /// <exception cref="CommandException">The file is there and is not what it should be.</exception>
    public static CaptureSidecar ReadBeside(string capturePath)
    {
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(capturePath)) ?? string.Empty, FileName);
        return File.Exists(path) ? Read(path) : new CaptureSidecar(DryRunWallet, new Dictionary<Pubkey, Pubkey>());
    }

    /// <summary>Apart from the above, so that a run without such a file does not load the JSON assembly.</summary>
    private static CaptureSidecar Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            return Read(document.RootElement, path);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException) // not JSON, not Unicode
        {
            throw new CommandException($"{path}: not JSON ({fault.Message})", ExitCodes.BadData);
        }
    }

    private static CaptureSidecar Read(JsonElement root, string path)
    {
        Dictionary<Pubkey, Pubkey> accounts = [];
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("searcher", out JsonElement searcher)
            || searcher.ValueKind != JsonValueKind.Object)
            return new CaptureSidecar(DryRunWallet, accounts);
        Pubkey wallet = ReadKey(searcher, "searcher", "wallet", path) ?? DryRunWallet;
        foreach (JsonProperty member in searcher.EnumerateObject())
        {
            if (!member.Name.EndsWith(AccountSuffix, StringComparison.Ordinal)) continue;
            if (FindMint(root, member.Name[..^AccountSuffix.Length], path) is not { } mint) continue;
            if (ReadKey(searcher, "searcher", member.Name, path) is { } account) accounts[mint] = account;
        }

        return new CaptureSidecar(wallet, accounts);
    }

    /// <summary>Mint of a symbol in any case, as the file's <c>mints</c> name it; wsol needs no entry there.</summary>
    private static Pubkey? FindMint(JsonElement root, string symbol, string path)
    {
        if (symbol == "wsol") return ProgramIds.WrappedSolMint;
        bool hasMints = root.TryGetProperty("mints", out JsonElement mints);
        if (!hasMints || mints.ValueKind != JsonValueKind.Object) return null;
        foreach (JsonProperty mint in mints.EnumerateObject())
        {
            if (mint.Name.Equals(symbol, StringComparison.OrdinalIgnoreCase))
                return ReadKey(mint.Value, $"mints.{mint.Name}", "mint", path);
        }

        return null;
    }

    private static Pubkey? ReadKey(JsonElement element, string name, string member, string path)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(member, out JsonElement value))
            return null;
        if (value.ValueKind == JsonValueKind.String && Pubkey.TryParse(value.GetString(), out Pubkey key)) return key;
        throw new CommandException($"{path}: {name}.{member} is not an address", ExitCodes.BadData);
    }

    private static Pubkey HashOf(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[Sha256.SizeBytes];
        Sha256.HashData(text, hash);
        return Pubkey.Read(hash);
    }
}
