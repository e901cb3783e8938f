using System;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Dispatch;

/// <summary>
/// A second, small dispatcher with a clock, connections and tables of its own, whose events nobody gets. While nothing
/// arrives a notification goes its whole way through it, to the published event, so that the code of that way stays in
/// the caches; the real connections' own slices keep their data. Two connections, one for each order in which nodes
/// write an account. Nothing of it is seen by the real feed or a counter. Made at the first slice: where nobody spins
/// it takes no memory. Owner: the feed thread.
/// </summary>
internal sealed class WarmDispatch
{
    private const int MaxPayloadBytes = 256;

    private readonly Publisher _publisher = new();
    private readonly FrameDispatcher _dispatcher;
    private readonly byte[][] _messages = [Notification(isAlphabetical: false), Notification(isAlphabetical: true)];
    private long _turn;

    /// <summary>A dispatcher whose connections share <paramref name="zstd"/>, which is never asked.</summary>
    public WarmDispatch(ZstdFrames zstd)
    {
        FrameDispatcherOptions options = new()
        {
            Decoder = new DecoderOptions
            {
                MaxSubscriptions = 1,
                MaxPendingMessages = 1,
                MaxPendingBytes = 1,
                MaxSnapshotKeys = 1,
                Zstd = zstd,
            },
            Subscriptions = [(1, ProgramIds.Token)],
        };
        _dispatcher = new FrameDispatcher(_publisher, new ReplayClock(), options);

        // A push of a later slot than the first one's proves the account: the ordinary way has nothing in doubt.
        foreach (byte[] message in _messages)
        {
            Turn();
            message[AccountNotificationFastPath.SlotAt]++;
        }
    }

    /// <summary>Notifications that went their whole way.</summary>
    public long Published => _publisher.Published;

    /// <summary>What the decoders of both connections counted; a copy.</summary>
    public DecodeCounters GetCounters()
    {
        DecodeCounters total = new();
        _ = _dispatcher.GetEndpoints(total);
        return total;
    }

    /// <summary>One more notification.</summary>
    public void Turn()
    {
        int connection = (int)(_turn & 1);
        CaptureFrame frame = new()
        {
            Kind = CaptureFrameKind.Message,
            EndpointId = (byte)connection,
            ReceiveUtcNs = ++_turn,
            Bytes = _messages[connection],
        };
        _ = _dispatcher.Dispatch(in frame);
    }

    /// <summary>A token account's notification, as a node writes it or in alphabetical order.</summary>
    private static byte[] Notification(bool isAlphabetical)
    {
        const string Head = "{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{\"result\":{"
            + "\"context\":{\"slot\":1},\"value\":{";
        const string Lamports = "\"lamports\":2039280";
        const string Owner = "\"owner\":\"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA\"";
        const string Executable = "\"executable\":false";
        const string Tail = ",\"rentEpoch\":18446744073709551615,\"space\":165}},\"subscription\":1}}";
        string zeros = Convert.ToBase64String(new byte[TokenAccountInfo.BaseSizeBytes]);
        string data = $"\"data\":[\"{zeros}\",\"base64\"]";
        string text = isAlphabetical
            ? $"{Head}{data},{Executable},{Lamports},{Owner}{Tail}"
            : $"{Head}{Lamports},{data},{Owner},{Executable}{Tail}";
        return Encoding.ASCII.GetBytes(text);
    }

    /// <summary>Takes events and forgets them.</summary>
    private sealed class Publisher : EventPublisher
    {
        private readonly byte[] _payload = new byte[MaxPayloadBytes];
        private MarketEvent _entry;

        public long Published { get; private set; }

        public override ref MarketEvent Current => ref _entry;

        public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload)
        {
            payload = default;
            if (payloadCapacityBytes > MaxPayloadBytes) return ClaimStatus.PayloadTooLarge;
            _entry = default;
            payload = _payload.AsSpan(0, payloadCapacityBytes);
            return ClaimStatus.Ok;
        }

        public override void Publish(int payloadLengthBytes)
        {
            if (_entry.Kind == EventKind.Account) Published++;
        }

        public override void Abandon()
        {
        }
    }
}
