using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LowLatency.Feeds.Capture;

namespace LowLatency.ConsoleHost.Bench.Wire;

/// <summary>One text of the script as a WebSocket frame, and where its slot numbers and its due time stand.</summary>
internal sealed record WireText(byte[] Frame, int[] SlotOffsets, int DueOffset);

/// <summary>
/// What the sender's process sends: one endpoint's recorded notifications, word for word but for slot numbers, which
/// move on from lap to lap, and the rent epoch, which carries the intended arrival. Each lap begins with every
/// account as the recorded snapshot tells it, so that a lap is the recorded market and not a mixture of two moments.
/// </summary>
internal sealed class WireScript
{
    /// <summary>Digits of a due time in a message; the decoders' fast path takes up to 15.</summary>
    public const int DueDigits = 15;

    /// <summary>Added to a due time, so that it has all its digits and no real rent epoch looks like one.</summary>
    public const long DueBase = 100_000_000_000_000;

    private static readonly Regex RentEpoch = new("\"rentEpoch\":[0-9]+", RegexOptions.Compiled);
    private static readonly string[] SlotMembers = ["\"slot\":", "\"parent\":", "\"root\":"];
    private readonly Dictionary<string, ulong> _subscriptions = [];
    private readonly Dictionary<ulong, string> _asked = [];
    private readonly Dictionary<string, string> _states = [];
    private readonly List<WireText> _reset = [];
    private readonly List<WireText> _messages = [];
    private ulong _slotSubscription;
    private ulong _firstSlot = ulong.MaxValue;
    private ulong _lastSlot;

    private WireScript()
    {
    }

    /// <summary>Accounts with the subscription ids that the recorded node gave them.</summary>
    public IReadOnlyDictionary<string, ulong> Subscriptions => _subscriptions;

    /// <summary>Recorded subscription id of slots.</summary>
    public ulong SlotSubscription => _slotSubscription;

    /// <summary>Every account before the first message.</summary>
    public IReadOnlyList<WireText> Reset => _reset;

    /// <summary>Recorded notifications in their order.</summary>
    public IReadOnlyList<WireText> Messages => _messages;

    /// <summary>Slots of a lap, the one before it included.</summary>
    public ulong SlotsPerLap => _lastSlot - _firstSlot + 2;

    /// <summary>Reads the first endpoint of a capture of JSON-RPC messages.</summary>
    /// <exception cref="CommandException">It cannot be used.</exception>
    public static WireScript Read(string path)
    {
        WireScript script = new();
        using CaptureReader? reader = CaptureReader.Open(path, new CaptureReaderOptions(), out CaptureFault? fault);
        if (reader is null) throw new CommandException($"{path}: {fault}", ExitCodes.BadData);
        List<string> notifications = [];
        int opens = 0;
        try
        {
            while (reader.TryRead(out CaptureFrame frame))
            {
                if (frame.EndpointId != 0) continue;
                if (frame.Kind == CaptureFrameKind.Open) opens++;
                string text = Encoding.UTF8.GetString(frame.Bytes);
                if (frame.Kind == CaptureFrameKind.Request) script.Ask(text);
                if (frame.Kind == CaptureFrameKind.Http)
                    script.Keep(Encoding.UTF8.GetString(frame.HttpRequest), text);
                if (frame.Kind != CaptureFrameKind.Message) continue;
                if (text.Contains("Notification\"", StringComparison.Ordinal)) notifications.Add(text);
                else script.Acknowledge(text);
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CommandException($"{path}: not JSON-RPC as needed here ({wrong.Message})", ExitCodes.BadData);
        }

        if (reader.Fault is { } damage) throw new CommandException($"{damage}", ExitCodes.BadData);
        if (opens != 1 || notifications.Count == 0 || script._subscriptions.Count == 0)
        {
            throw new CommandException(
                $"{path}: --wire needs a first endpoint that opened once, subscribed and was notified",
                ExitCodes.BadData);
        }

        foreach (string text in notifications) script._messages.Add(script.Make(text, isMeasured: true));
        script.MakeReset();
        return script;
    }

    /// <summary>Writes slot numbers and due time into a text's frame.</summary>
    public static void Stamp(WireText text, ulong slotsAdded, long dueNs, ReadOnlySpan<ulong> slots)
    {
        for (int i = 0; i < text.SlotOffsets.Length; i++)
            Write(text.Frame.AsSpan(text.SlotOffsets[i]), slots[i] + slotsAdded, Digits(slots[i]));
        if (text.DueOffset > 0) Write(text.Frame.AsSpan(text.DueOffset), (ulong)(DueBase + dueNs), DueDigits);
    }

    /// <summary>The recorded slot numbers of a text, by offset.</summary>
    public static ulong[] SlotsOf(WireText text)
    {
        ulong[] slots = new ulong[text.SlotOffsets.Length];
        for (int i = 0; i < slots.Length; i++)
            _ = Utf8Parser.TryParse(text.Frame.AsSpan(text.SlotOffsets[i]), out slots[i], out _);
        return slots;
    }

    /// <summary>A server's frame: unmasked, whole.</summary>
    public static byte[] FrameOf(string text)
    {
        byte[] payload = Encoding.UTF8.GetBytes(text);
        byte[] header = payload.Length switch
        {
            < 126 => [0x81, (byte)payload.Length],
            <= ushort.MaxValue => [0x81, 126, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => [0x81, 127, 0, 0, 0, 0, .. BigEndian(payload.Length)],
        };
        return [.. header, .. payload];
    }

    private static byte[] BigEndian(int value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static int Digits(ulong value) => value.ToString(CultureInfo.InvariantCulture).Length;

    private static void Write(Span<byte> to, ulong value, int digits)
    {
        for (int i = digits - 1; i >= 0; i--, value /= 10) to[i] = (byte)('0' + (value % 10));
    }

    private void Ask(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement root = document.RootElement;
        string method = root.GetProperty("method").GetString()!;
        ulong id = root.GetProperty("id").GetUInt64();
        if (method == "accountSubscribe") _asked[id] = root.GetProperty("params")[0].GetString()!;
        if (method == "slotSubscribe") _asked[id] = string.Empty;
    }

    private void Acknowledge(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement root = document.RootElement;
        if (!root.TryGetProperty("id", out JsonElement id) || !_asked.TryGetValue(id.GetUInt64(), out string? key))
            return;
        ulong subscription = root.GetProperty("result").GetUInt64();
        if (key.Length == 0) _slotSubscription = subscription;
        else _subscriptions[key] = subscription;
    }

    /// <summary>The first state of each account that the node sent.</summary>
    private void Keep(string request, string response)
    {
        using JsonDocument asked = JsonDocument.Parse(request);
        if (asked.RootElement.GetProperty("method").GetString() != "getMultipleAccounts") return;
        using JsonDocument told = JsonDocument.Parse(response);
        JsonElement keys = asked.RootElement.GetProperty("params")[0];
        JsonElement values = told.RootElement.GetProperty("result").GetProperty("value");
        for (int i = 0; i < keys.GetArrayLength(); i++)
        {
            string value = values[i].ValueKind == JsonValueKind.Null
                ? "\"lamports\":0,\"data\":[\"\",\"base64\"],\"owner\":\"11111111111111111111111111111111\","
                    + "\"executable\":false,\"rentEpoch\":0,\"space\":0"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"\"lamports\":{values[i].GetProperty("lamports").GetUInt64()},\"data\":[\""
                    + $"{values[i].GetProperty("data")[0].GetString()}\",\"base64\"],\"owner\":\""
                    + $"{values[i].GetProperty("owner").GetString()}\",\"executable\":false,\"rentEpoch\":0,"
                    + $"\"space\":{values[i].GetProperty("space").GetUInt64()}");
            _ = _states.TryAdd(keys[i].GetString()!, value);
        }
    }

    private WireText Make(string text, bool isMeasured)
    {
        int due = 0;
        if (isMeasured && RentEpoch.Match(text) is { Success: true } match)
        {
            string member = "\"rentEpoch\":";
            text = $"{text[..match.Index]}{member}{new string('1', DueDigits)}{text[(match.Index + match.Length)..]}";
            due = match.Index + member.Length;
        }

        byte[] frame = FrameOf(text);
        int header = frame.Length - text.Length; // the texts are ASCII
        List<int> slots = [];
        foreach (string member in SlotMembers)
        {
            int at = text.IndexOf(member, StringComparison.Ordinal);
            if (at < 0) continue;
            slots.Add(header + at + member.Length);
            if (!Utf8Parser.TryParse(frame.AsSpan(slots[^1]), out ulong slot, out _) || member != "\"slot\":") continue;
            _firstSlot = Math.Min(_firstSlot, slot);
            _lastSlot = Math.Max(_lastSlot, slot);
        }

        return new WireText(frame, [.. slots], due == 0 ? 0 : header + due);
    }

    private void MakeReset()
    {
        ulong slot = _firstSlot - 1;
        _reset.Add(Make(string.Create(CultureInfo.InvariantCulture,
            $"{{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":{{\"result\":{{\"parent\":{slot - 1},"
            + $"\"root\":{slot - 1},\"slot\":{slot}}},\"subscription\":{_slotSubscription}}}}}"), false));
        foreach ((string key, string value) in _states)
        {
            if (!_subscriptions.TryGetValue(key, out ulong subscription)) continue;
            _reset.Add(Make(string.Create(CultureInfo.InvariantCulture,
                $"{{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{{\"result\":{{\"context\":"
                + $"{{\"slot\":{slot}}},\"value\":{{{value}}}}},\"subscription\":{subscription}}}}}"), false));
        }

        _firstSlot = slot + 1; // the reset's slot is the one before
    }
}
