using System.Text;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Geyser;
using LowLatency.Feeds.Geyser.Client;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Geyser;

public sealed class YellowstoneClientTests
{
    private const string Blockhash = "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK";

    [Fact]
    public async Task Calls_OfAGoodServer_GiveTheirValues()
    {
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            byte[] request = (await call.ReadAsync())!;
            byte[] answer = GeyserMessages.Message(o =>
            {
                switch (call.Method)
                {
                    case "GetVersion":
                        o.Field(1, Encoding.UTF8.GetBytes("{\"version\":\"12.6\"}"));
                        break;
                    case "GetLatestBlockhash":
                        o.Field(1, 101UL);
                        o.Field(2, Encoding.UTF8.GetBytes(Blockhash));
                        o.Field(3, 250UL);
                        break;
                    case "Ping":
                        o.Field(1, request[1]);
                        break;
                    case "GetSlot":
                        o.Field(1, 400UL + request[1]);
                        break;
                    case "GetBlockHeight":
                        o.Field(1, 300UL);
                        break;
                }
            });
            await call.SendAsync(answer);
            call.End(0);
        });
        using YellowstoneClient client = new(FeedHarness.Options(server.Address));
        CancellationToken none = CancellationToken.None;
        Assert.Equal("{\"version\":\"12.6\"}", (await client.GetVersionAsync(none)).Value);
        Assert.Equal(
            new GeyserBlockhash(101, Pubkey.Parse(Blockhash), 250),
            (await client.GetLatestBlockhashAsync(GeyserCommitment.Processed, none)).Value);
        Assert.Equal(77, (await client.PingAsync(77, none)).Value);
        Assert.Equal(
            402UL, (await client.GetSlotAsync(GeyserCommitment.Finalized, none)).Value);
        Assert.Equal(
            300UL, (await client.GetBlockHeightAsync(GeyserCommitment.Confirmed, none)).Value);
        YellowstoneReply<ulong> first = await client.GetFirstReplaySlotAsync(none);
        Assert.True(first.IsOk);
        Assert.Equal(0UL, first.Value);
        Assert.Empty(server.Failures);
    }

    [Theory]
    [InlineData("refuse", ConnectionCause.Unauthorized)]
    [InlineData("compress", ConnectionCause.CompressedMessage)]
    [InlineData("two", ConnectionCause.ProtocolViolation)]
    [InlineData("none", ConnectionCause.ProtocolViolation)]
    [InlineData("garbage", ConnectionCause.ProtocolViolation)]
    [InlineData("badHash", ConnectionCause.ProtocolViolation)]
    [InlineData("noStatus", ConnectionCause.EndOfStream)]
    [InlineData("hang", ConnectionCause.ConnectTimeout)]
    [InlineData("reset", ConnectionCause.SocketError)]
    public async Task Call_OfABadServer_IsTyped(string fault, ConnectionCause cause)
    {
        byte[] good = GeyserMessages.Message(o => o.Field(2, Encoding.UTF8.GetBytes(Blockhash)));
        await using GeyserServer server = await GeyserServer.StartAsync(async call =>
        {
            switch (fault)
            {
                case "refuse":
                    call.End(16, "token");
                    return;
                case "compress":
                    await call.SendRawAsync(GeyserCall.Frame(good, flag: 1));
                    break;
                case "two":
                    await call.SendAsync(good);
                    await call.SendAsync(good);
                    break;
                case "garbage":
                    await call.SendAsync([0x0B, 0xFF]);
                    break;
                case "badHash":
                    await call.SendAsync([0x12, 1, 65]);
                    break;
                case "noStatus":
                    await call.SendAsync(good);
                    return;
                case "hang":
                    await call.HoldAsync();
                    return;
                case "reset":
                    call.Reset(2);
                    return;
                default:
                    await call.Context.Response.StartAsync();
                    break;
            }

            call.End(0);
        });
        long timeoutNs = fault == "hang" ? 300_000_000 : 10_000_000_000;
        using YellowstoneClient client = new(
            FeedHarness.Options(server.Address) with { ConnectTimeoutNs = timeoutNs });
        YellowstoneReply<GeyserBlockhash> reply = await client.GetLatestBlockhashAsync(
            GeyserCommitment.Processed, CancellationToken.None);
        Assert.Equal(cause, reply.End.Cause);
        Assert.False(reply.IsOk);
        Assert.Empty(server.Failures);
    }
}
