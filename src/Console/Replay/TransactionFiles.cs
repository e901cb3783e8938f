using System;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>
/// Writes each taken decision to a JSON file of its own: slot, route, predicted amounts of every leg, and the
/// unsigned message as base64. A message that the trading gate withholds is marked so: whoever sends leaves it alone.
/// The blockhash is that of the capture, long expired, or zero: the signer puts a recent one there. Allocates; only
/// with <c>--emit-transactions</c>.
/// </summary>
internal sealed class TransactionFiles : IMessageReceiver
{
    private readonly string _folder;
    private IPoolDirectory? _pools;
    private bool _isSynthetic;

    public TransactionFiles(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Files written.</summary>
    public long Written { get; private set; }

    /// <summary>Why the first file could not be written; null if all were.</summary>
    public string? Failure { get; private set; }

    /// <summary>Gives it the names of pools and says whether the market is synthetic; before the first one.</summary>
    public void Attach(IPoolDirectory pools, bool isSynthetic) => (_pools, _isSynthetic) = (pools, isSynthetic);

    public void OnMessage(in Opportunity decision, ReadOnlySpan<byte> message, bool isWithheld)
    {
        if (Failure is not null) return;
        string id = string.Create(CultureInfo.InvariantCulture, $"{decision.Sequence}.{decision.Ordinal}");
        JsonArray legs = [];
        for (int i = 0; i < decision.LegCount; i++) legs.Add((JsonNode)Describe(decision.Legs[i]));
        JsonObject file = new()
        {
            ["id"] = id,
            ["synthetic"] = _isSynthetic,
            ["withheld"] = isWithheld,
            ["slot"] = decision.Slot,
            ["route_digest"] = decision.RouteDigest.ToString("x16", CultureInfo.InvariantCulture),
            ["amount_in"] = Text(decision.AmountInRaw),
            ["amount_out"] = Text(decision.AmountOutRaw),
            ["minimum_out"] = Text(decision.MinimumOutRaw),
            ["gross_profit"] = Text(decision.GrossProfitRaw),
            ["net_profit_lamports"] = Text(decision.NetProfitLamports),
            ["tip_lamports"] = Text(decision.TipLamports),
            ["priority_fee_lamports"] = Text(decision.PriorityFeeLamports),
            ["compute_unit_limit"] = decision.ComputeUnitLimit,
            ["message_version"] = decision.MessageVersion switch { 0 => "legacy", 1 => "v0", _ => "v1" },
            ["legs"] = legs,
            ["message_base64"] = Convert.ToBase64String(message),
        };
        Save(Path.Combine(_folder, $"{decision.Slot}-{id}.json"), file);
    }

    private JsonObject Describe(Leg leg)
    {
        PoolDescription pool = _pools!.Describe(leg.PoolId);
        bool aToB = leg.Direction == (byte)SwapDirection.AToB;
        return new JsonObject
        {
            ["pool"] = pool.Address.ToString(),
            ["venue"] = ((VenueId)pool.Venue).ToString(),
            ["input_mint"] = (aToB ? pool.MintA : pool.MintB).ToString(),
            ["output_mint"] = (aToB ? pool.MintB : pool.MintA).ToString(),
            ["amount_in"] = Text(leg.AmountInRaw),
            ["amount_out"] = Text(leg.AmountOutRaw),
        };
    }

    private void Save(string path, JsonObject file)
    {
        try
        {
            File.WriteAllText(path, file.ToJsonString(JsonOutput.Indented));
            Written++;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Failure = fault.Message;
        }
    }

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
