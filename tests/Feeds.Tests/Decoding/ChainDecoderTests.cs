using System;
using System.Buffers.Binary;
using System.Linq;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;
using LowLatency.Feeds.Tests.Support;
using Xunit;

namespace LowLatency.Feeds.Tests.Decoding;

/// <summary>Answers about the chain itself: golden bytes, refusals, every truncation, seeded mutations.</summary>
public sealed class ChainDecoderTests
{
    private const string Hash = "EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N";
    private const string Program = "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C";
    private const string Budget = "ComputeBudget111111111111111111111111111111";

    private static readonly string Blockhash =
        "{\"jsonrpc\":\"2.0\",\"result\":{\"context\":{\"apiVersion\":\"2.3.6\",\"slot\":2792},\"value\":{"
        + "\"blockhash\":\"" + Hash + "\",\"lastValidBlockHeight\":3090}},\"id\":4}";

    private const string Fees =
        "{\"jsonrpc\":\"2.0\",\"result\":[{\"slot\":348125,\"prioritizationFee\":0},"
        + "{\"prioritizationFee\":1234,\"slot\":348126}],\"id\":4}";

    private const string Question = "[\"" + Hash + "\",{\"commitment\":\"confirmed\"}]";

    private static readonly byte[] Message = [.. Enumerable.Range(1, 90).Select(i => (byte)i)];

    private readonly RecordingPublisher _publisher = new();
    private readonly JsonRpcDecoder _decoder;

    public ChainDecoderTests() => _decoder = new JsonRpcDecoder(1, _publisher, new DecoderOptions());

    private static string Simulated => Simulation("null", Logs(
        $"Program {Budget} invoke [1]", $"Program {Budget} success", $"Program {Program} invoke [1]",
        "Program log: says \\\"failed: no\\\"", "Program TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA invoke [2]",
        "Program TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA consumed 4645 of 90000 compute units",
        "Program TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA success",
        $"Program {Program} consumed 21503 of 100000 compute units", $"Program {Program} success"), 21_653);

    [Fact]
    public void Blockhash_IsPublishedWithSlotAndLastHeight()
    {
        Assert.Equal(DecodeCause.None, Answer("getLatestBlockhash", "[{}]", Blockhash));
        MarketEvent e = Assert.Single(_publisher.Events).Entry;
        Assert.Equal((EventKind.Blockhash, 2792UL, 3090UL), (e.Kind, e.Slot, e.ChainValue));
        Assert.Equal(Pubkey.Parse(Hash), e.Account);
        Assert.Equal(1, _decoder.Counters[MessageKind.ChainFact]);
    }

    [Theory]
    [InlineData("4", 0)] // a run with one endpoint, or of before
    [InlineData("281474976710660", 1)] // 2^48 + 4
    [InlineData("8725724278030340", 31)]
    [InlineData("9007199254740996", 0)] // 32 is no number of an endpoint
    [InlineData("18446744073709551615", 0)]
    [InlineData("\"4\"", 0)]
    public void Blockhash_NamesTheEndpointThatTheRequestsIdNames(string id, int source)
    {
        string request = $"{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"getLatestBlockhash\",\"params\":[]}}";
        string answer = Blockhash.Replace("\"id\":4", $"\"id\":{id}", StringComparison.Ordinal);
        Assert.Equal(DecodeCause.None, _decoder.OnSnapshot(Messages.Utf8(request), Messages.Utf8(answer), default));
        Assert.Equal((ulong)source, Assert.Single(_publisher.Events).Entry.ChainSource);
    }

    [Theory]
    [InlineData("true", 1)]
    [InlineData("false", 0)]
    public void BlockhashVerdict_IsPublishedWithTheHashThatWasAskedAbout(string value, ulong told)
    {
        Assert.Equal(DecodeCause.None, Answer("isBlockhashValid", Question, Verdict(value)));
        MarketEvent e = Assert.Single(_publisher.Events).Entry;
        Assert.Equal((EventKind.BlockhashVerdict, 2793UL, told), (e.Kind, e.Slot, e.ChainValue));
        Assert.Equal((Pubkey.Parse(Hash), 0UL), (e.Account, e.ChainSource));
    }

    [Fact]
    public void Fees_ArePublishedAsSlotsAndPrices()
    {
        Assert.Equal(DecodeCause.None, Answer("getRecentPrioritizationFees", "[[]]", Fees));
        RecordedEvent e = Assert.Single(_publisher.Events);
        Assert.Equal((EventKind.PriorityFees, 348_126UL, 2UL), (e.Entry.Kind, e.Entry.Slot, e.Entry.ChainValue));
        ulong[] numbers = [.. Enumerable.Range(0, 4).Select(
            i => BinaryPrimitives.ReadUInt64LittleEndian(e.Payload.AsSpan(i * 8)))];
        Assert.Equal([348_125UL, 0, 348_126, 1234], numbers);
    }

    [Fact]
    public void Simulation_Success_HasMessageAndUnitsOfEachInstruction()
    {
        Assert.Equal(DecodeCause.None, Answer("simulateTransaction", Transaction(), Simulated));
        SimulationPayload payload = Payload();
        Assert.Equal(SimulationEnd.Ok, payload.End);
        Assert.Equal((SimulationPayload.NoInstruction, 21_653U), (payload.FailedInstruction, payload.UnitsConsumed));
        Assert.Equal((2, 0U, 21_503U), (payload.InstructionCount, payload.UnitsOf(0), payload.UnitsOf(1)));
        Assert.Equal(Message, payload.Message.ToArray());
    }

    [Theory]
    [InlineData("{\"InstructionError\":[1,{\"Custom\":6001}]}", SimulationEnd.ProgramError, 1, 6001)]
    [InlineData("{\"InstructionError\":[0,\"InvalidAccountData\"]}", SimulationEnd.InstructionError, 0, 0)]
    [InlineData("{\"InstructionError\":[2,\"ComputationalBudgetExceeded\"]}", SimulationEnd.OutOfUnits, 2, 0)]
    [InlineData("{\"InstructionError\":[2,{\"BorshIoError\":\"x\"}]}", SimulationEnd.InstructionError, 2, 0)]
    [InlineData("\"AccountNotFound\"", SimulationEnd.Payer, 255, 0)]
    [InlineData("{\"InsufficientFundsForRent\":{\"account_index\":0}}", SimulationEnd.Payer, 255, 0)]
    [InlineData("\"BlockhashNotFound\"", SimulationEnd.Refused, 255, 0)]
    [InlineData("{\"DuplicateInstruction\":3}", SimulationEnd.Refused, 255, 0)]
    public void Simulation_Failure_SaysWhatAndWhere(string error, SimulationEnd end, byte instruction, uint code)
    {
        Assert.Equal(DecodeCause.None, Answer("simulateTransaction", Transaction(), Simulation(error, "null", 0)));
        SimulationPayload payload = Payload();
        Assert.Equal((end, instruction, code), (payload.End, payload.FailedInstruction, payload.Code));
        Assert.Equal(0, payload.InstructionCount);
    }

    [Fact]
    public void Simulation_FailedInstructionTookAllItWasAllowed_IsOutOfUnits()
    {
        string logs = Logs(
            $"Program {Program} invoke [1]", $"Program {Program} consumed 1000 of 1000 compute units",
            $"Program {Program} failed: exceeded CUs meter at BPF instruction");
        string answer = Simulation("{\"InstructionError\":[0,\"ProgramFailedToComplete\"]}", logs, 1000);
        Assert.Equal(DecodeCause.None, Answer("simulateTransaction", Transaction(), answer));
        Assert.Equal(SimulationEnd.OutOfUnits, Payload().End);
    }

    [Fact]
    public void Simulation_LogCutShort_HasNoUnits()
    {
        string logs = Logs($"Program {Program} invoke [1]", "Log truncated");
        Assert.Equal(DecodeCause.None, Answer("simulateTransaction", Transaction(), Simulation("null", logs, 5)));
        Assert.Equal((0, 5U), (Payload().InstructionCount, Payload().UnitsConsumed));
    }

    [Fact]
    public void Simulation_OfVersion1_HasTheMessageBeforeItsSignatures()
    {
        byte[] message = [0x81, 1, .. Message];
        string request = $"[\"{Convert.ToBase64String([.. message, .. new byte[64]])}\",{{}}]";
        Assert.Equal(DecodeCause.None, Answer("simulateTransaction", request, Simulation("null", "null", 0)));
        Assert.Equal(message, Payload().Message.ToArray());
    }

    [Theory]
    [InlineData("getLatestBlockhash", "{\"context\":{\"slot\":1},\"value\":{\"blockhash\":\"x\"}}")]
    [InlineData("getLatestBlockhash", "{\"context\":{\"slot\":1},\"value\":{\"lastValidBlockHeight\":1}}")]
    [InlineData("getLatestBlockhash", "{\"value\":null}")]
    [InlineData("isBlockhashValid", "{\"context\":{\"slot\":1},\"value\":null}")]
    [InlineData("isBlockhashValid", "{\"context\":{\"slot\":1},\"value\":1}")]
    [InlineData("isBlockhashValid", "{\"value\":true}")]
    [InlineData("isBlockhashValid", "true")]
    [InlineData("getRecentPrioritizationFees", "{}")]
    [InlineData("getRecentPrioritizationFees", "[{\"slot\":1}]")]
    [InlineData("getRecentPrioritizationFees", "[{\"slot\":1,\"prioritizationFee\":-1}]")]
    [InlineData("simulateTransaction", "{\"context\":{\"slot\":1},\"value\":{\"err\":{\"InstructionError\":[1]}}}")]
    [InlineData("simulateTransaction", "{\"context\":{\"slot\":1},\"value\":{\"err\":7}}")]
    [InlineData("simulateTransaction", "{\"context\":{\"slot\":1},\"value\":{\"logs\":[7]}}")]
    public void WrongShape_IsCountedAndGivesNoEvent(string method, string result)
    {
        string parameters = ParametersOf(method);
        Assert.NotEqual(DecodeCause.None, Answer(method, parameters, $"{{\"id\":4,\"result\":{result}}}"));
        Assert.Empty(_publisher.Events);
        Assert.Equal(1, _decoder.Counters.Refused);
    }

    [Fact]
    public void Fees_MoreSlotsThanANodeKeeps_AreRefused()
    {
        string list = string.Join(',', Enumerable.Repeat("{\"slot\":1,\"prioritizationFee\":1}", 151));
        Assert.Equal(
            DecodeCause.TableFull, Answer("getRecentPrioritizationFees", "[[]]", $"{{\"id\":4,\"result\":[{list}]}}"));
    }

    [Fact]
    public void ErrorAnswer_IsAnErrorReply()
    {
        Assert.Equal(
            DecodeCause.ErrorReply,
            Answer("getLatestBlockhash", "[]", "{\"id\":4,\"error\":{\"code\":-32016,\"message\":\"m\"}}"));
        Assert.Empty(_publisher.Events);
    }

    [Theory]
    [InlineData("getLatestBlockhash")]
    [InlineData("isBlockhashValid")]
    [InlineData("getRecentPrioritizationFees")]
    [InlineData("simulateTransaction")]
    public void TruncatedOrMutated_NeverThrowsAndNeverPublishesMoreThanOne(string method)
    {
        string good = method switch
        {
            "getLatestBlockhash" => Blockhash,
            "simulateTransaction" => Simulated,
            "isBlockhashValid" => Verdict("true"),
            _ => Fees,
        };
        for (int length = 0; length < good.Length; length++)
            Assert.NotEqual(DecodeCause.None, Answer(method, ParametersOf(method), good[..length]));
        Assert.Empty(_publisher.Events);
        Prng random = new(7);
        for (int round = 0; round < 4000; round++)
        {
            byte[] answer = Messages.Utf8(good);
            for (int i = 0; i < 3; i++) answer[random.NextInt32(answer.Length)] = (byte)random.NextInt32(256);
            byte[] request = Request(method, ParametersOf(method));
            request[random.NextInt32(request.Length)] = (byte)random.NextInt32(256);
            int before = _publisher.Events.Count;
            DecodeCause cause = _decoder.OnSnapshot(request, answer, default);
            Assert.InRange(_publisher.Events.Count - before, 0, cause == DecodeCause.None ? 1 : 0);
        }
    }

    private static string Verdict(string value) =>
        "{\"jsonrpc\":\"2.0\",\"result\":{\"context\":{\"slot\":2793},\"value\":" + value + "},\"id\":4}";

    private static string ParametersOf(string method) => method switch
    {
        "simulateTransaction" => Transaction(),
        "isBlockhashValid" => Question,
        _ => "[]",
    };

    private static string Transaction() =>
        $"[\"{Convert.ToBase64String([1, .. new byte[64], .. Message])}\",{{\"encoding\":\"base64\"}}]";

    private static string Logs(params string[] lines) => $"[{string.Join(',', lines.Select(l => $"\"{l}\""))}]";

    private static string Simulation(string error, string logs, int units) =>
        "{\"jsonrpc\":\"2.0\",\"result\":{\"context\":{\"slot\":218},\"value\":{\"err\":" + error
        + ",\"accounts\":null,\"logs\":" + logs + ",\"returnData\":null,\"unitsConsumed\":" + units + "}},\"id\":4}";

    private SimulationPayload Payload()
    {
        RecordedEvent e = Assert.Single(_publisher.Events);
        Assert.Equal((EventKind.Simulation, 218UL), (e.Entry.Kind, e.Entry.Slot));
        Assert.True(SimulationPayload.TryRead(e.Payload, out SimulationPayload payload));
        return payload;
    }

    private static byte[] Request(string method, string parameters) => Messages.Utf8(
        $"{{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"{method}\",\"params\":{parameters}}}");

    private DecodeCause Answer(string method, string parameters, string answer) =>
        _decoder.OnSnapshot(Request(method, parameters), Messages.Utf8(answer), default);
}
