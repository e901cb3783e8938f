using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Rpc;

/// <summary>Parameters of a request: an array of positions, the last of them often a configuration object.</summary>
internal readonly struct RpcParameters
{
    private readonly JsonElement _array;

    public RpcParameters(JsonElement request)
    {
        if (!request.TryGetProperty("params", out _array)) return;
        if (_array.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
            throw new RpcException(RpcError.InvalidParams("Invalid params: expected an array"));
    }

    public int Count => _array.ValueKind == JsonValueKind.Array ? _array.GetArrayLength() : 0;

    public JsonElement this[int index] => index < Count ? _array[index] : default;

    public string Text(int index)
    {
        JsonElement value = this[index];
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new RpcException(RpcError.InvalidParams($"`params` should have at least {index + 1} argument(s)"));
    }

    public IReadOnlyList<string> Texts(int index)
    {
        JsonElement value = this[index];
        if (value.ValueKind != JsonValueKind.Array)
            throw new RpcException(RpcError.InvalidParams("Invalid params: invalid type: expected a sequence."));
        List<string> texts = [];
        foreach (JsonElement item in value.EnumerateArray()) texts.Add(item.GetString() ?? string.Empty);
        return texts;
    }

    public Pubkey Key(int index) => ParseKey(Text(index));

    /// <summary>The configuration object at a position; empty if it is not given.</summary>
    public RpcConfig Config(int index) => new(this[index]);

    /// <summary>Source: agave rpc/src/rpc.rs verify_pubkey.</summary>
    public static Pubkey ParseKey(string text) => Pubkey.TryParse(text, out Pubkey key)
        ? key
        : throw new RpcException(RpcError.InvalidParams("Invalid param: Invalid"));
}

/// <summary>What part of the data is wanted.</summary>
internal readonly record struct DataSlice(int Offset, int Length);

/// <summary>A configuration object: commitment, encoding, slice, filters.</summary>
internal readonly struct RpcConfig
{
    private readonly JsonElement _value;

    public RpcConfig(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object))
            throw new RpcException(RpcError.InvalidParams("Invalid params: invalid type: expected a configuration"));
        _value = value;
    }

    /// <summary>Finalized if not given, as on the node.</summary>
    public Commitment Commitment => Text("commitment") switch
    {
        null or "finalized" or "max" or "root" => Commitment.Finalized,
        "processed" or "recent" => Commitment.Processed,
        "confirmed" or "single" or "singleGossip" => Commitment.Confirmed,
        _ => throw new RpcException(RpcError.InvalidParams("Invalid params: unknown variant of commitment")),
    };

    public string? Encoding => Text("encoding");

    public ulong? MinContextSlot => Number("minContextSlot");

    public DataSlice? Slice => Member("dataSlice") is { ValueKind: JsonValueKind.Object } slice
        ? new DataSlice(slice.GetProperty("offset").GetInt32(), slice.GetProperty("length").GetInt32())
        : null;

    public bool Flag(string name) => Member(name).ValueKind == JsonValueKind.True;

    public ulong? Number(string name) => Member(name) is { ValueKind: JsonValueKind.Number } n ? n.GetUInt64() : null;

    public string? Text(string name) => Member(name) is { ValueKind: JsonValueKind.String } s ? s.GetString() : null;

    public JsonElement Member(string name) =>
        _value.ValueKind == JsonValueKind.Object && _value.TryGetProperty(name, out JsonElement member)
            ? member : default;

    public IReadOnlyList<AccountFilter> Filters() => AccountFilter.ParseAll(Member("filters"));
}
