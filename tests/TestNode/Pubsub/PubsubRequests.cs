using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.Rpc;

namespace LowLatency.TestNode.Pubsub;

/// <summary>
/// Turns subscribe and unsubscribe requests into subscriptions and answers, in the node's words.
/// Source: agave rpc/src/rpc_pubsub.rs (defaults, checks, messages), jsonrpc-core (envelope).
/// </summary>
internal sealed class PubsubRequests
{
    private const int SignatureBytes = 64;

    private static readonly Dictionary<string, SubscriptionKind> Subscribes = BuildNames("Subscribe");
    private static readonly Dictionary<string, SubscriptionKind> Unsubscribes = BuildNames("Unsubscribe");

    private readonly PubsubServer _server;

    public PubsubRequests(PubsubServer server) => _server = server;

    /// <summary>Answers a request or a batch of them; null if nothing is to be answered (notifications).</summary>
    public byte[]? Answer(PubsubConnection connection, ReadOnlyMemory<byte> text)
    {
        JsonElement request;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            request = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return RpcEnvelope.Failure("null", RpcError.ParseError);
        }

        if (request.ValueKind != JsonValueKind.Array) return AnswerOne(connection, request);
        List<string> answers = [];
        foreach (JsonElement one in request.EnumerateArray())
        {
            if (AnswerOne(connection, one) is { } answer) answers.Add(Encoding.UTF8.GetString(answer));
        }

        return answers.Count == 0 ? null : Encoding.UTF8.GetBytes($"[{string.Join(',', answers)}]");
    }

    private static Dictionary<string, SubscriptionKind> BuildNames(string suffix)
    {
        Dictionary<string, SubscriptionKind> names = [];
        foreach (SubscriptionKind kind in Enum.GetValues<SubscriptionKind>())
            names[Subscription.Name(kind) + suffix] = kind;
        return names;
    }

    private byte[]? AnswerOne(PubsubConnection connection, JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("method", out JsonElement name))
            return RpcEnvelope.Failure("null", RpcError.InvalidRequest);
        if (!request.TryGetProperty("id", out JsonElement id)) return null; // a notification, as web3.js's "ping"
        string idJson = id.GetRawText();
        try
        {
            string method = name.GetString() ?? string.Empty;
            RpcParameters parameters = new(request);
            if (Subscribes.TryGetValue(method, out SubscriptionKind kind))
            {
                string key = parameters.Count == 0 ? string.Empty : request.GetProperty("params").GetRawText();
                return RpcEnvelope.Success(idJson, $"{Subscribe(connection, kind, parameters, key)}");
            }

            if (!Unsubscribes.ContainsKey(method)) return RpcEnvelope.Failure(idJson, RpcError.MethodNotFound);
            bool isNumber = parameters[0].ValueKind == JsonValueKind.Number;
            if (!isNumber || !_server.Remove(connection, parameters[0].GetUInt64()))
                throw new RpcException(RpcError.InvalidParams("Invalid subscription id."));
            return RpcEnvelope.Success(idJson, "true");
        }
        catch (RpcException error)
        {
            return RpcEnvelope.Failure(idJson, error.Error);
        }
    }

    private ulong Subscribe(PubsubConnection connection, SubscriptionKind kind, RpcParameters parameters, string text)
    {
        RpcConfig config = parameters.Count > 1 ? parameters.Config(1) : default;
        ulong id = _server.IdOf($"{kind} {text}");
        Subscription subscription = kind switch
        {
            SubscriptionKind.Account or SubscriptionKind.Program => new(id, kind, connection)
            {
                Key = Key(parameters.Text(0), "pubkey"),
                Commitment = config.Commitment,
                DataEncoding = Encode(config.Encoding),
                Filters = kind == SubscriptionKind.Program ? config.Filters() : [],
            },
            SubscriptionKind.Logs => Logs(id, connection, parameters, config),
            SubscriptionKind.Signature => new(id, kind, connection)
            {
                Signature = Signature(parameters.Text(0)),
                Commitment = config.Commitment,
                WantsReceived = config.Flag("enableReceivedNotification"),
            },
            _ => new Subscription(id, kind, connection),
        };
        _server.Add(subscription);
        return id;
    }

    private static string? Encode(string? encoding)
    {
        AccountEncoding.Check(encoding);
        return encoding;
    }

    private static Subscription Logs(
        ulong id, PubsubConnection connection, RpcParameters parameters, RpcConfig config)
    {
        JsonElement filter = parameters[0];
        if (filter.ValueKind == JsonValueKind.String && filter.GetString() is "all" or "allWithVotes")
        {
            return new(id, SubscriptionKind.Logs, connection)
            {
                LogsFilter = filter.GetString(),
                Commitment = config.Commitment,
            };
        }

        if (filter.ValueKind != JsonValueKind.Object || !filter.TryGetProperty("mentions", out JsonElement mentions))
            throw new RpcException(RpcError.InvalidParams("Invalid params: unknown variant of logs filter"));
        if (mentions.GetArrayLength() != 1)
            throw new RpcException(RpcError.InvalidParams("Invalid Request: Only 1 address supported"));
        return new(id, SubscriptionKind.Logs, connection)
        {
            Key = Key(mentions[0].GetString() ?? string.Empty, "mentions"),
            Commitment = config.Commitment,
        };
    }

    private static Pubkey Key(string text, string thing) => Pubkey.TryParse(text, out Pubkey key)
        ? key
        : throw new RpcException(RpcError.InvalidParams($"Invalid Request: Invalid {thing} provided"));

    private static string Signature(string text)
    {
        byte[] bytes = new byte[SignatureBytes];
        return Base58.TryDecode(text, bytes, out int length) && length == SignatureBytes
            ? text
            : throw new RpcException(RpcError.InvalidParams("Invalid Request: Invalid signature provided"));
    }
}
