using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

/// <summary>
/// Notifications in every spelling that JSON allows (orders of members, white space, escapes, members nobody knows,
/// numbers of other writers), read by our decoder and by System.Text.Json.
/// </summary>
public sealed class JsonOracleTests
{
    private static readonly string[] RentEpochs =
    [
        "18446744073709551615", "18446744073709552000", "1.8446744073709552e19", "1.8446744073709552E+19", "361", "0",
    ];

    // What providers put beside the members that are read, and worse.
    private static readonly string[] Extras =
    [
        "null", "true", "-1.5e-7", "0", "\"\"", "\"2.1.16\"", "[]", "{}", "[[],{\"a\":[1,2,{\"slot\":7}]}]",
        "{\"slot\":99,\"lamports\":1,\"data\":[\"AA==\",\"base64\"]}", "\"\\u00e9\\n\\\"}]{[\\\\\"",
        "\"\u20ac\ud83d\ude80\"",
        "[\"}\",\"\\\\\"]", "18446744073709551616",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OnMessage_EverySpelling_GivesWhatAnIndependentParserReads(bool fast)
    {
        RecordingPublisher publisher = new();
        JsonRpcDecoder decoder = Messages.Decoder(publisher, fast);
        int[] published = new int[4];
        for (int seed = 1; seed <= 20_000; seed++)
        {
            Writer writer = new(seed);
            int kind = writer.Random.Next(4);
            string message = writer.Message(kind);
            publisher.Events.Clear();

            DecodeCause cause = decoder.OnMessage(Encoding.UTF8.GetBytes(message), Messages.Stamp);

            using JsonDocument document = JsonDocument.Parse(message);
            JsonElement root = document.RootElement.GetProperty("params").GetProperty("result");
            string text = $"seed {seed}: {cause} {message}";
            Assert.True(cause == DecodeCause.None, text);
            if (kind < 2) Account(root, kind == 1, publisher, text);
            else Slot(root, publisher, text);
            published[kind] += publisher.Events.Count;
        }

        Assert.All(published, count => Assert.True(count > 1_000, $"{count} events of a kind"));
    }

    private static void Account(JsonElement root, bool isProgram, RecordingPublisher publisher, string text)
    {
        JsonElement value = root.GetProperty("value");
        JsonElement account = isProgram ? value.GetProperty("account") : value;
        string key = isProgram ? value.GetProperty("pubkey").GetString()! : Messages.Account;
        JsonElement rentEpoch = account.GetProperty("rentEpoch");
        MarketEvent entry = Assert.Single(publisher.Events).Entry;
        Assert.True(entry.Kind == EventKind.Account, text);
        Assert.True(entry.Account == Pubkey.Parse(key), text);
        Assert.True(entry.Owner == Pubkey.Parse(account.GetProperty("owner").GetString()!), text);
        Assert.True(entry.Slot == root.GetProperty("context").GetProperty("slot").GetUInt64(), text);
        Assert.True(entry.Lamports == account.GetProperty("lamports").GetUInt64(), text);
        Assert.True(entry.RentEpoch == (rentEpoch.TryGetUInt64(out ulong epoch) ? epoch : ulong.MaxValue), text);
        Assert.True((entry.Flags & EventFlags.Executable) != 0 == account.GetProperty("executable").GetBoolean(), text);
        Assert.True(
            publisher.Events[0].Payload.AsSpan().SequenceEqual(account.GetProperty("data")[0].GetBytesFromBase64()),
            text);
    }

    private static void Slot(JsonElement root, RecordingPublisher publisher, string text)
    {
        bool isUpdate = root.TryGetProperty("type", out JsonElement type);
        string said = isUpdate ? type.GetString()! : string.Empty;
        if (isUpdate && said is not ("createdBank" or "dead"))
        {
            Assert.True(publisher.Events.Count == 0, text);
            return;
        }

        MarketEvent entry = Assert.Single(publisher.Events).Entry;
        Assert.True(entry.Slot == root.GetProperty("slot").GetUInt64(), text);
        if (said == "dead") return;
        Assert.True(entry.ParentSlot == root.GetProperty("parent").GetUInt64(), text);
    }

    /// <summary>Writes one message in a spelling of its seed.</summary>
    private sealed class Writer(int seed)
    {
        private readonly bool _hasSpaces = seed % 3 == 0;
        private readonly bool _hasEscapes = seed % 5 == 0;
        private readonly bool _hasExtras = seed % 2 == 0;

        public Random Random { get; } = new(seed);

        public string Message(int kind)
        {
            string method = new[] { "account", "program", "slot", "slotsUpdates" }[kind] + "Notification";
            string result = kind switch
            {
                0 => Wrapped(Account()),
                1 => Wrapped(Object(("pubkey", Text(AKey())), ("account", Account()))),
                2 => Object(("slot", ASlot()), ("parent", ASlot()), ("root", ASlot())),
                _ => SlotUpdate(),
            };
            return Space() + Object(
                ("jsonrpc", "\"2.0\""),
                ("method", Text(method)),
                ("params", Object(("result", result), ("subscription", "7")))) + Space();
        }

        private string SlotUpdate()
        {
            string type = new[] { "createdBank", "dead", "frozen", "root", "completed", "firstShredReceived" }[
                Random.Next(6)];
            List<(string, string)> members = [("slot", ASlot()), ("timestamp", "1721000000123"), ("type", Text(type))];
            if (type == "createdBank") members.Add(("parent", ASlot()));
            if (type == "dead") members.Add(("err", Text("error: \"\u00fc\" \\ /")));
            return Object([.. members]);
        }

        private string Wrapped(string value) => Object(("context", Object(("slot", ASlot()))), ("value", value));

        private string Account()
        {
            byte[] data = Messages.Bytes(Random.Next(8) == 0 ? 0 : Random.Next(300), Random.Next());
            List<(string, string)> members =
            [
                ("lamports", Number(1 + ((ulong)Random.NextInt64() >> Random.Next(64)))),
                ("data", Pair(Text(Convert.ToBase64String(data)), Text("base64"))),
                ("owner", Text(Random.Next(2) == 0 ? Messages.Owner : AKey())),
                ("executable", Random.Next(2) == 0 ? "true" : "false"),
                ("rentEpoch", RentEpochs[Random.Next(RentEpochs.Length)]),
            ];
            if (Random.Next(3) != 0) members.Add(("space", Number((ulong)data.Length)));
            return Object([.. members]);
        }

        private string Pair(string first, string second) =>
            $"[{Space()}{first}{Space()},{Space()}{second}{Space()}]";

        private string Object(params (string Name, string Value)[] members)
        {
            List<(string Name, string Value)> all = [.. members];
            if (_hasExtras && Random.Next(2) == 0)
                all.Add(("x" + Random.Next(9), Extras[Random.Next(Extras.Length)]));
            if (seed % 4 != 0) return Join(all);
            return Join([.. all.OrderBy(_ => Random.Next())]);
        }

        private string Join(List<(string Name, string Value)> members) =>
            "{" + Space() + string.Join(
                "," + Space(),
                members.Select(m => Text(m.Name) + Space() + ":" + Space() + m.Value + Space())) + "}";

        private string AKey()
        {
            byte[] bytes = new byte[32];
            Random.NextBytes(bytes.AsSpan(Random.Next(3)));
            return Pubkey.Read(bytes, 0).ToString();
        }

        private string ASlot() => Number((ulong)Random.NextInt64() >> (16 + Random.Next(40)));

        private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);

        private string Space() =>
            _hasSpaces ? string.Concat(Enumerable.Range(0, Random.Next(3)).Select(_ => " \t\r\n"[Random.Next(4)]))
                : string.Empty;

        // A slash may be escaped, a plus is by some writers, any character may be.
        private string Text(string text)
        {
            StringBuilder builder = new("\"");
            foreach (char c in text)
            {
                if (c is '"' or '\\') builder.Append('\\').Append(c);
                else if (_hasEscapes && c == '/' && Random.Next(2) == 0) builder.Append("\\/");
                else if (_hasEscapes && (c == '+' || Random.Next(20) == 0))
                    builder.Append("\\u").Append(((int)c).ToString(Random.Next(2) == 0 ? "x4" : "X4"));
                else builder.Append(c);
            }

            return builder.Append('"').ToString();
        }
    }
}
