using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Capture;

namespace LowLatency.TestNode.State;

/// <summary>One slot of a recorded market: what changed and when it was seen.</summary>
/// <param name="Slot">Slot of the capture.</param>
/// <param name="ParentSlot">Its parent.</param>
/// <param name="CreatedNs">First slotNotification of any endpoint, from the capture's start.</param>
/// <param name="FrozenNs">First account of the slot at any endpoint, from the capture's start.</param>
/// <param name="Writes">Accounts written, in the order in which they were first seen.</param>
/// <param name="IsAbandoned">Not an ancestor of the last slot.</param>
public sealed record TapeSlot(
    ulong Slot, ulong ParentSlot, long CreatedNs, long FrozenNs, IReadOnlyList<AccountState> Writes, bool IsAbandoned);

/// <summary>
/// A capture turned back into the chain it was taken from: base accounts out of the snapshots, then slots with their
/// writes. Endpoints are merged (what one lost the other saw); states that were sent again because a fork was given up
/// are left out, because the node sends them by itself when it replays the fork.
/// </summary>
public sealed class MarketTape
{
    private MarketTape(IReadOnlyList<AccountState> accounts, IReadOnlyList<TapeSlot> slots, IReadOnlyList<Pubkey> keys)
    {
        BaseAccounts = accounts;
        Slots = slots;
        SubscribedKeys = keys;
    }

    /// <summary>State before the first slot.</summary>
    public IReadOnlyList<AccountState> BaseAccounts { get; }

    public IReadOnlyList<TapeSlot> Slots { get; }

    /// <summary>Accounts the recorded client subscribed to, in its order; some do not exist.</summary>
    public IReadOnlyList<Pubkey> SubscribedKeys { get; }

    /// <exception cref="InvalidDataException">The capture is damaged or holds no slots.</exception>
    public static MarketTape Load(string path)
    {
        using CaptureReader? reader = CaptureReader.Open(path, new CaptureReaderOptions(), out CaptureFault? fault);
        if (reader is null) throw new InvalidDataException($"{fault}");
        Collector collector = new();
        while (reader.TryRead(out CaptureFrame frame)) collector.Take(in frame);
        if (reader.Fault is not null) throw new InvalidDataException($"{reader.Fault}");
        return collector.Build(path);
    }

    internal static AccountState ReadAccount(Pubkey key, JsonElement value) => new(
        key,
        value.GetProperty("lamports").GetUInt64(),
        Pubkey.Parse(value.GetProperty("owner").GetString()),
        value.GetProperty("data")[0].GetBytesFromBase64(),
        value.GetProperty("executable").GetBoolean(),
        value.GetProperty("rentEpoch").GetUInt64());

    private sealed class Collector
    {
        private readonly Dictionary<(int Endpoint, ulong Id), Pubkey> _requests = [];
        private readonly Dictionary<(int Endpoint, ulong Subscription), Pubkey> _keys = [];
        private readonly Dictionary<(int Endpoint, ulong Subscription), List<(long, JsonElement)>> _early = [];
        private readonly Dictionary<Pubkey, AccountState> _base = [];
        private readonly SortedDictionary<ulong, Growing> _slots = [];
        private readonly List<Pubkey> _subscribed = [];
        private long _startNs;

        public void Take(in CaptureFrame frame)
        {
            if (_startNs == 0) _startNs = frame.ReceiveUtcNs;
            long ns = frame.ReceiveUtcNs - _startNs;
            switch (frame.Kind)
            {
                case CaptureFrameKind.Open:
                    byte endpoint = frame.EndpointId;
                    foreach (var id in _keys.Keys.Where(k => k.Endpoint == endpoint).ToList()) _keys.Remove(id);
                    break;
                case CaptureFrameKind.Request:
                    OnRequest(frame.EndpointId, Parse(frame.Bytes));
                    break;
                case CaptureFrameKind.Message:
                    OnMessage(frame.EndpointId, ns, Parse(frame.Bytes));
                    break;
                case CaptureFrameKind.Http:
                    OnSnapshot(Parse(frame.HttpRequest), Parse(frame.Bytes));
                    break;
            }
        }

        public MarketTape Build(string path)
        {
            if (_slots.Count == 0) throw new InvalidDataException($"{path}: no slot in this capture");
            HashSet<ulong> chain = [];
            ulong slot = _slots.Keys.Last();
            for (; _slots.TryGetValue(slot, out Growing? s); slot = s.Parent) chain.Add(slot);
            Dictionary<Pubkey, AccountState> state = new(_base);
            List<TapeSlot> slots = [];
            bool afterFork = false;
            foreach ((ulong number, Growing s) in _slots)
            {
                bool isAbandoned = !chain.Contains(number);
                List<AccountState> writes = s.Writes.Values.OrderBy(w => w.Order).Select(w => w.State).ToList();
                if (afterFork)
                    writes.RemoveAll(w => (state.GetValueOrDefault(w.Key) ?? AccountState.Missing(w.Key)).SameAs(w));
                long created = s.CreatedNs < 0 ? s.FrozenNs : s.CreatedNs;
                slots.Add(new(number, s.Parent, created, Math.Max(created, s.FrozenNs), writes, isAbandoned));
                afterFork = isAbandoned;
                if (isAbandoned) continue;
                foreach (AccountState write in writes) state[write.Key] = write;
            }

            return new MarketTape([.. _base.Values], slots, _subscribed);
        }

        private static JsonElement Parse(ReadOnlySpan<byte> text)
        {
            Utf8JsonReader reader = new(text);
            return JsonElement.ParseValue(ref reader);
        }

        private void OnRequest(int endpoint, JsonElement request)
        {
            if (request.GetProperty("method").GetString() != "accountSubscribe") return;
            Pubkey key = Pubkey.Parse(request.GetProperty("params")[0].GetString());
            _requests[(endpoint, request.GetProperty("id").GetUInt64())] = key;
            if (!_subscribed.Contains(key)) _subscribed.Add(key);
        }

        private void OnMessage(int endpoint, long ns, JsonElement message)
        {
            if (!message.TryGetProperty("params", out JsonElement parameters))
            {
                ulong id = message.GetProperty("id").GetUInt64();
                if (!_requests.TryGetValue((endpoint, id), out Pubkey key)) return;
                var subscription = (endpoint, message.GetProperty("result").GetUInt64());
                _keys[subscription] = key;
                if (!_early.Remove(subscription, out List<(long Ns, JsonElement Result)>? early)) return;
                foreach ((long earlyNs, JsonElement earlyResult) in early) OnAccount(key, earlyNs, earlyResult);
                return;
            }

            JsonElement result = parameters.GetProperty("result");
            if (message.GetProperty("method").ValueEquals("slotNotification"))
            {
                Growing slot = At(result.GetProperty("slot").GetUInt64());
                slot.Parent = result.GetProperty("parent").GetUInt64();
                if (slot.CreatedNs < 0) slot.CreatedNs = ns;
            }
            else if (message.GetProperty("method").ValueEquals("accountNotification"))
            {
                var subscription = (endpoint, parameters.GetProperty("subscription").GetUInt64());
                if (_keys.TryGetValue(subscription, out Pubkey key)) OnAccount(key, ns, result);
                else if (_early.TryGetValue(subscription, out var early)) early.Add((ns, result));
                else _early[subscription] = [(ns, result)];
            }
        }

        private void OnAccount(Pubkey key, long ns, JsonElement result)
        {
            Growing slot = At(result.GetProperty("context").GetProperty("slot").GetUInt64());
            if (slot.FrozenNs == 0) slot.FrozenNs = ns;
            if (!slot.Writes.ContainsKey(key))
                slot.Writes[key] = (slot.Writes.Count, ReadAccount(key, result.GetProperty("value")));
        }

        /// <summary>
        /// The first snapshot of an account is its state before the market. Should the account have been written in
        /// the slots before the snapshot, those writes come from the notifications all the same.
        /// </summary>
        private void OnSnapshot(JsonElement request, JsonElement answer)
        {
            if (request.GetProperty("method").GetString() != "getMultipleAccounts") return;
            if (!answer.TryGetProperty("result", out JsonElement result)) return;
            JsonElement values = result.GetProperty("value");
            int index = 0;
            foreach (JsonElement name in request.GetProperty("params")[0].EnumerateArray())
            {
                Pubkey key = Pubkey.Parse(name.GetString());
                JsonElement value = values[index++];
                _base.TryAdd(key, value.ValueKind == JsonValueKind.Null
                    ? AccountState.Missing(key)
                    : ReadAccount(key, value));
            }
        }

        private Growing At(ulong slot)
        {
            if (!_slots.TryGetValue(slot, out Growing? growing))
                _slots[slot] = growing = new Growing { Parent = slot - 1 };
            return growing;
        }
    }

    private sealed class Growing
    {
        public ulong Parent { get; set; }

        public long CreatedNs { get; set; } = -1;

        public long FrozenNs { get; set; }

        public Dictionary<Pubkey, (int Order, AccountState State)> Writes { get; } = [];
    }
}
