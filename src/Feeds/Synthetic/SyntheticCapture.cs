using System;
using System.Globalization;
using System.Text;
using System.Threading;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Synthetic;

/// <summary>
/// The synthetic market as a capture: the messages that a node would have sent, so that the whole way from bytes on is
/// run. The endpoint's address has the scheme <c>synthetic:</c>, by which replays mark every event. Not for the hot
/// path.
/// </summary>
public static class SyntheticCapture
{
    private const ulong FirstSubscription = 5000;

    /// <summary>Accounts followed on one connection; a larger market is spread over several, as live.</summary>
    private const int AccountsPerConnection = 4000;

    /// <summary>Header of a binary capture of the market.</summary>
    public static CaptureHeader HeaderOf(SyntheticMarketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new CaptureHeader
        {
            CreatedUtcNs = options.StartUtcNs,
            IsSynthetic = true,
            Endpoints = [AddressOf(options)],
        };
    }

    /// <summary>Writes subscriptions, a snapshot and so many slots, fewer if it is cancelled.</summary>
    public static void Write(
        SyntheticMarketOptions options, int slots, ICaptureSink sink, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(options);
        SyntheticMarket market = new(options);
        if (ConnectionOf(market.Accounts.Count - 1) >= CoverageTable.MaxConnections)
            throw new ArgumentException("The market has more accounts than connections can follow.", nameof(options));
        for (int i = 0; i < market.Accounts.Count; i++)
        {
            byte connection = ConnectionOf(i);
            if (i % AccountsPerConnection == 0)
            {
                string open = $$"""{"url":"{{AddressOf(options)}}"}""";
                WriteFrame(sink, market, CaptureFrameKind.Open, open, connection);
            }

            WriteFrame(sink, market, CaptureFrameKind.Request, string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"jsonrpc\":\"2.0\",\"id\":{i},\"method\":\"accountSubscribe\","
                + $"\"params\":[\"{market.Accounts[i].Key}\",{{\"encoding\":\"base64\"}}]}}"), connection);
            WriteFrame(sink, market, CaptureFrameKind.Message, Invariant(
                $"{{\"jsonrpc\":\"2.0\",\"result\":{FirstSubscription + (ulong)i},\"id\":{i}}}"), connection);
        }

        // The first state of every account comes as its first notification.
        foreach (SyntheticAccount account in market.Accounts) WriteAccount(sink, market, account);
        market.EndSlot();
        for (int slot = 0; slot < slots && !cancellation.IsCancellationRequested; slot++)
        {
            market.BeginSlot();
            WriteFrame(sink, market, CaptureFrameKind.Message, string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":"
                + $"{{\"result\":{{\"slot\":{market.Slot},"
                + $"\"parent\":{market.Slot - 1},\"root\":{market.Slot - 1}}},\"subscription\":1}}}}"));
            WriteAccount(sink, market, market.Accounts[0]);
            for (int i = 0; i < market.SwapsPerSlot; i++)
            {
                SyntheticPool pool = market.NextPool(i, out bool isStateChanged);
                if (isStateChanged) WriteAccount(sink, market, pool.State);
                WriteAccount(sink, market, pool.Vault0);
                WriteAccount(sink, market, pool.Vault1);
            }

            market.EndSlot();
        }
    }

    private static string AddressOf(SyntheticMarketOptions options) =>
        CaptureDetails.SyntheticScheme + Invariant($"seed-{options.Seed}");

    private static byte ConnectionOf(int account) => (byte)(account / AccountsPerConnection);

    private static void WriteAccount(ICaptureSink sink, SyntheticMarket market, SyntheticAccount account)
    {
        int index = market.IndexOf(account);
        WriteFrame(sink, market, CaptureFrameKind.Message, string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{{\"result\":"
            + $"{{\"context\":{{\"slot\":{market.Slot}}},\"value\":{{\"lamports\":{account.Lamports},"
            + $"\"data\":[\"{Convert.ToBase64String(account.Data)}\",\"base64\"],\"owner\":\"{account.Owner}\","
            + $"\"executable\":false,\"rentEpoch\":18446744073709551615,\"space\":{account.Data.Length}}}}},"
            + $"\"subscription\":{FirstSubscription + (ulong)index}}}}}"), ConnectionOf(index));
    }

    private static void WriteFrame(
        ICaptureSink sink, SyntheticMarket market, CaptureFrameKind kind, string text, byte connection = 0) =>
        sink.Write(new CaptureFrame
        {
            Kind = kind,
            EndpointId = connection,
            ReceiveUtcNs = market.SlotUtcNs,
            Bytes = Encoding.UTF8.GetBytes(text),
        });

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
