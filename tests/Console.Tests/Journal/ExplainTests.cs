using System;
using System.IO;
using System.Text.Json;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Journal;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Console.Tests.Journal;

/// <summary>explain over a journal whose every number is known.</summary>
public sealed class ExplainTests : IDisposable
{
    private static readonly Pubkey Usdc = Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"lowlatency-{Guid.NewGuid():N}.journal");

    public ExplainTests() => File.WriteAllBytes(_path, Journal(complete: true));

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Explain_Go_PrintsRouteAmountsCostsAndTransaction()
    {
        const string Expected =
            """
            Decision 902.0: GO
            Taken: the predicted profit covers all costs; an unsigned transaction was built.

            Route      SOL -OrcaWhirlpool> USDC -RaydiumAmm> SOL
                       digest 00000000000000ab, product of spot rates 1.012500
            Event      902, slot 282617433, received 2024-08-08 23:54:53.487400318 UTC
            State      oldest pool on the route last changed one slot before
            Latency    1.75 ms from the frame in memory to the decision:
                       decode 900 ns, dedup 1.10 us, graph 8.00 us, scoring 1.74 ms

            Leg 1      OrcaWhirlpool, quote Ok, 2 ticks or bins crossed
              pool     11111111111111111111111111111112
              in mint  So11111111111111111111111111111111111111112 (SOL)
              out mint EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v (USDC)
              in       2,000,000,000 base units (2 SOL)
              out      300,500,000 base units (300.5 USDC)

            Leg 2      RaydiumAmm, quote Ok
              pool     11111111111111111111111111111113
              in mint  EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v (USDC)
              out mint So11111111111111111111111111111111111111112 (SOL)
              in       300,500,000 base units (300.5 USDC)
              out      2,010,000,000 base units (2.01 SOL)

            Money      in base units of SOL
              in                     2,000,000,000  2 SOL
              out                    2,010,000,000  2.01 SOL
              gross profit              10,000,000  0.01 SOL
            Costs      in lamports
              gross, worth              10,000,000  0.01 SOL
              signature fee                 -5,000  -0.000005 SOL
              priority fee                    -150  -0.00000015 SOL
              tip                       -4,997,425  -0.004997425 SOL
              net profit                 4,997,425  0.004997425 SOL
              required                      10,000  0.00001 SOL
            Fees       where they come from
              units    leg 1, OrcaWhirlpool: 84,000, fixed estimate; 2 crossed
              units    leg 2, RaydiumAmm: 28,000, learned from executed swaps; 0 crossed
                       other instructions 5,000, margin 33,000; limit 150,000
              price    1,000 micro-lamports a unit: percentile 70 of 150 slots (600; newest
                       slots 667, 50 % of them contested), times 1.5 for the bias of minima
              tip      4,997,425 lamports: 50 % of the profit after network fees
            Expected   still there after 1 slot with 64 %, from 12 lives of its pools and
                       the market's; if not, the fees of 5,150 lamports are lost
              expected                   3,196,498  0.003196498 SOL

            Transaction, unsigned: legacy message
              size     300 bytes; 365 of 1,232 once signed
              limit    150,000 compute units
              min out  2,009,000,000 base units (2.009 SOL) of the last leg

            """;
        (int code, string output, string errors) = Run("902.0");
        Assert.Equal(Expected.ReplaceLineEndings("\n"), output);
        Assert.Equal(0, code);
        Assert.Empty(errors);
    }

    [Fact]
    public void Explain_Dominated_NamesTheDecisionItLostAgainst()
    {
        (int code, string output, _) = Run("902.1");
        Assert.Equal(0, code);
        Assert.StartsWith("Decision 902.1: NO, Dominated\n", output);
        Assert.Contains("earns\nmore: 902.0, net 4,997,425 lamports.", output);
        Assert.EndsWith("No transaction was built.\n", output);
    }

    [Theory]
    [InlineData("903.0", "Not taken: leg 2 (RaydiumAmm) cannot be quoted: InsufficientLiquidity.")]
    [InlineData("903.1", "Not taken: 5,000 lamports are left after costs; at least 10,000 are required.")]
    [InlineData("903.2", "Not taken: costs exceed the gain by 700 lamports; at least 10,000 are required.")]
    [InlineData("903.3", "Not taken: the oldest pool state is 12 slots old; at most 8 are allowed.")]
    public void Explain_No_SaysWhyWithItsNumbers(string id, string why) =>
        Assert.Contains(why, Run(id).Output.ReplaceLineEndings(" "));

    [Theory]
    [InlineData(FeeRule.Settings, FeeRule.Floor, "1,000 micro-lamports a unit: the settings' least, no recent fees")]
    [InlineData(FeeRule.Floor, FeeRule.Cap, "unit: raised to the settings' least; percentile 70 of 150 slots")]
    [InlineData(FeeRule.Cap, FeeRule.Floor, "unit: lowered to the settings' most; percentile 70 of 150 slots")]
    [InlineData(FeeRule.Computed, FeeRule.Floor, "lamports: the least allowed; 50 % of the profit after network fees")]
    [InlineData(FeeRule.Computed, FeeRule.Cap, "lamports: the most allowed; 50 % of the profit after network fees")]
    public void Explain_Fees_SayWhichRuleMadeThem(FeeRule price, FeeRule tip, string expected)
    {
        Opportunity decision = Decision(902, 0, DecisionReason.Go);
        (decision.FeeOrigin.PriceRule, decision.FeeOrigin.TipRule) = (price, tip);
        decision.RentLamports = 2_039_280;
        Rewrite(decision);
        string output = string.Join(' ', Run("902.0").Output.Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(expected, output);
        Assert.Contains("account rent -2,039,280", output);
    }

    [Fact]
    public void Explain_Against_NamesTheFirstDecisionThatDiffersAndItsMembers()
    {
        string before = _path + ".before";
        try
        {
            File.WriteAllBytes(before, Journal(complete: true));
            (int same, string nothing, _) = Run("--against", before);
            Assert.Equal((ExitCodes.Ok, true), (same, nothing.Contains("Every decision is the same.")));

            Opportunity other = Decision(902, 0, DecisionReason.Go);
            other.AmountOutRaw += 7;
            other.DecisionLatencyNs += 1_000; // times are no difference
            Rewrite(other);
            (int code, string output, _) = Run("--against", before);
            Assert.Equal(ExitCodes.CheckFailed, code);
            Assert.Contains("The first 0 are the same; then", output);
            string[] lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("out                2,010,000,007 | 2,010,000,000", lines[4]);
            Assert.StartsWith("message            none | 300 bytes, SHA-256 ", lines[5]);
            Assert.Equal("By id: 0 the same, 1 changed, 0 in the first only, 5 in the second only.", lines[6]);
            Assert.Equal(ExitCodes.Usage, Run("--against", before, "--json").Code);
            Assert.Equal(ExitCodes.NoInput, Run("--against", before + "x").Code);
        }
        finally
        {
            File.Delete(before);
        }
    }

    [Fact]
    public void Explain_TooLarge_NamesBytesAndAccounts()
    {
        Opportunity decision = Decision(902, 0, DecisionReason.TransactionTooLarge);
        (decision.MessageBytesOver, decision.BlamedAccountCount) = (77, 21);
        Rewrite(decision);
        Assert.Contains(
            "known: 77 bytes too many, and 21 accounts take 32 bytes each that a table could carry (live: its "
            + "address in watch.accounts).",
            Run("902.0").Output.ReplaceLineEndings(" "));
    }

    [Fact]
    public void Explain_All_FitsEightyColumns()
    {
        foreach (string line in Run("--all").Output.Split('\n'))
            Assert.True(line.Length <= 80, $"{line.Length}: {line}");
    }

    [Fact]
    public void Explain_EveryReason_HasASentence()
    {
        JournalView journal = JournalView.Open(_path);
        foreach (DecisionReason reason in Enum.GetValues<DecisionReason>())
        {
            if (reason == DecisionReason.None) continue;
            string text = ReasonText.Of(journal, Decision(1, 0, reason));
            Assert.Matches("^(Taken|Not taken): .*\\.$", text);
        }
    }

    [Fact]
    public void Explain_WithoutId_SaysWhatIsInTheJournal()
    {
        (int code, string output, _) = Run();
        Assert.Equal(0, code);
        Assert.StartsWith($"{_path}: 6 decisions on test capture, decision hash 000000000000beef\n", output);
        Assert.Contains("Dominated                   1   902.1", output);
    }

    [Fact]
    public void Explain_Reason_ChoosesAndJsonIsOneObjectALine()
    {
        (int code, string output, _) = Run("--reason", "BelowMinimumProfit", "--json");
        Assert.Equal(0, code);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        using JsonDocument first = JsonDocument.Parse(lines[0]);
        Assert.Equal("903.1", first.RootElement.GetProperty("id").GetString());
        Assert.Equal("5000", first.RootElement.GetProperty("net_profit_lamports").GetString());
        Assert.Equal(2, first.RootElement.GetProperty("legs").GetArrayLength());
    }

    [Fact]
    public void Explain_Csv_HasAsManyColumnsAsItsHeader()
    {
        string[] lines = Run("--all", "--csv").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, lines.Length);
        foreach (string line in lines) Assert.Equal(lines[0].Split(',').Length, line.Split(',').Length);
    }

    [Theory]
    [InlineData(2, "902.9", "no such decision in ")]
    [InlineData(2, "9", "9: not a decision id; give <sequence>.<ordinal> such as 902.4")]
    [InlineData(2, "--reason", "Gone", "--reason Gone: no such reason; did you mean 'Go'?")]
    [InlineData(2, "--json", "say which decisions: an id such as 902.4, --reason Go, or --all")]
    [InlineData(2, "--all", "--json", "--csv", "give --json or --csv, not both")]
    public void Explain_WrongUsage_IsOneLine(int code, params string[] argsAndExpected)
    {
        (int actual, string output, string errors) = Run(argsAndExpected[..^1]);
        Assert.Equal(code, actual);
        Assert.StartsWith("explain: ", errors);
        Assert.Contains(argsAndExpected[^1], Assert.Single(errors.Trim().Split('\n')));
        Assert.Empty(output);
    }

    [Fact]
    public void Explain_WithoutJournal_SaysHowToMakeOne()
    {
        using StringWriter errors = new();
        Assert.Equal(2, Program.Run(["explain", "1.0"], TextWriter.Null, errors));
        Assert.Equal(
            "explain: give --journal <file>; `lowlatency replay --journal run.journal` writes one",
            errors.ToString().Trim());
    }

    [Fact]
    public void Journal_CutAnywhere_ExplainsWhatCameBeforeAndSaysWhereItStops()
    {
        byte[] whole = Journal(complete: true);
        for (int length = JournalFormat.HeaderBytes + 1; length < whole.Length; length += 97)
        {
            File.WriteAllBytes(_path, whole.AsSpan(0, length));
            (int code, _, string errors) = Run("--all");
            bool atFrameEnd = code == 0;
            Assert.True(
                atFrameEnd ? errors.Contains("did not end in order") : code == 65, $"{length}: {code} {errors}");
            if (!atFrameEnd) Assert.Matches(@"frame at offset \d+ is cut off or corrupt; .* \(\d+ decisions\)", errors);
        }
    }

    [Fact]
    public void Journal_OneByteChanged_IsNoticed()
    {
        byte[] bytes = Journal(complete: true);
        bytes[^40] ^= 1;
        File.WriteAllBytes(_path, bytes);
        (int code, string output, string errors) = Run("902.0");
        Assert.Equal(65, code);
        Assert.StartsWith("Decision 902.0: GO", output);
        Assert.Contains("is cut off or corrupt", errors);
    }

    [Fact]
    public void Journal_OfAnotherFormat_ExitsBadData()
    {
        File.WriteAllText(_path, "this is a text file, not a journal");
        (int code, _, string errors) = Run("--all");
        Assert.Equal(65, code);
        Assert.Equal($"explain: {_path}: not a decision journal (wrong magic at offset 0)", errors.Trim());
    }

    [Fact]
    public void Journal_UnknownVersion_ExitsBadData()
    {
        byte[] bytes = Journal(complete: true);
        bytes[8] = 7;
        File.WriteAllBytes(_path, bytes);
        (int code, _, string errors) = Run("--all");
        Assert.Equal(65, code);
        Assert.Contains("journal version 7", errors);
    }

    private (int Code, string Output, string Errors) Run(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        int code = Program.Run(["explain", .. args, "--journal", _path], output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private void Rewrite(in Opportunity decision)
    {
        using MemoryStream stream = new();
        JournalRunInfo run = new() { TipShareBps = 5_000 };
        DecisionJournal journal = new(stream, new Directory(), 8, 0, run.ToBytes());
        journal.OnDecision(decision, default);
        journal.Complete(0);
        journal.Flush();
        File.WriteAllBytes(_path, stream.ToArray());
    }

    private static byte[] Journal(bool complete)
    {
        using MemoryStream stream = new();
        JournalRunInfo run = new()
        {
            Capture = "test capture",
            MinimumProfitLamports = 10_000,
            TipShareBps = 5_000,
            LandingSlots = 1,
            MaxStateAgeSlots = 8,
            MinimumInputRaw = 200,
        };
        DecisionJournal journal = new(stream, new Directory(), 8, 0, run.ToBytes());
        journal.OnDecision(Decision(902, 0, DecisionReason.Go), new byte[300]);
        journal.OnDecision(Decision(902, 1, DecisionReason.Dominated), default);
        Opportunity failed = Decision(903, 0, DecisionReason.QuoteFailed);
        failed.Legs[1].QuoteStatus = (byte)QuoteStatus.InsufficientLiquidity;
        journal.OnDecision(failed, default);
        Opportunity below = Decision(903, 1, DecisionReason.BelowMinimumProfit);
        below.NetProfitLamports = 5000;
        journal.OnDecision(below, default);
        below.Ordinal = 2;
        below.NetProfitLamports = -700;
        journal.OnDecision(below, default);
        Opportunity stale = Decision(903, 3, DecisionReason.StalePool);
        stale.StateAgeSlotsMax = 12;
        journal.OnDecision(stale, default);
        if (complete) journal.Complete(0xBEEF);
        journal.Flush();
        return stream.ToArray();
    }

    private static Opportunity Decision(long sequence, int ordinal, DecisionReason reason)
    {
        Opportunity o = new()
        {
            Sequence = sequence,
            Ordinal = ordinal,
            Reason = reason,
            LegCount = 2,
            Slot = 282617433,
            RouteDigest = 0xAB,
            StateAgeSlotsMax = 1,
            DecisionLatencyNs = 1_750_000,
            ReceiveUtcNs = 1_723_161_293_487_400_318,
            MarginalProduct = 1.0125,
            AmountInRaw = 2_000_000_000,
            AmountOutRaw = 2_010_000_000,
            GrossProfitRaw = 10_000_000,
            NetProfitLamports = 4_997_425,
            SignatureFeeLamports = 5000,
            PriorityFeeLamports = 150,
            TipLamports = 4_997_425,
            MinimumOutRaw = 2_009_000_000,
            ComputeUnitLimit = 150_000,
            OtherComputeUnits = 5_000,
            FeeOrigin = new FeeOrigin
            {
                MicroLamportsPerCu = 1_000,
                WindowPrice = 600,
                RecentPrice = 667,
                SlotCount = 150,
                CongestionBps = 5_000,
                PercentileBps = 7_000,
                BiasBps = 15_000,
                PriceRule = FeeRule.Computed,
                TipRule = FeeRule.Computed,
            },
            LandingPpm = 640_000,
            LandingLives = 12,
            MessageLengthBytes = reason == DecisionReason.Go ? 300 : 0,
        };
        o.Legs[0] = new Leg
        {
            PoolId = 1,
            CrossedCount = 2,
            AmountInRaw = 2_000_000_000,
            AmountOutRaw = 300_500_000,
            ComputeUnits = 84_000,
        };
        o.Legs[1] = new Leg
        {
            PoolId = 2,
            Direction = 1,
            AmountInRaw = 300_500_000,
            AmountOutRaw = 2_010_000_000,
            ComputeUnits = 28_000,
            AreUnitsLearned = true,
        };
        o.Stamps[(int)StampId.Framed] = 1_000_000;
        o.Stamps[(int)StampId.Published] = 1_000_900;
        o.Stamps[(int)StampId.Dedup] = 1_002_000;
        o.Stamps[(int)StampId.Graph] = 1_010_000;
        o.Stamps[(int)StampId.Scoring] = 2_750_000;
        return o;
    }

    private sealed class Directory : IPoolDirectory
    {
        public PoolDescription Describe(int poolId)
        {
            byte[] address = new byte[Pubkey.SizeBytes];
            address[^1] = (byte)poolId;
            VenueId venue = poolId == 1 ? VenueId.OrcaWhirlpool : VenueId.RaydiumAmm;
            return new PoolDescription(Pubkey.Read(address), ProgramIds.WrappedSolMint, Usdc, (byte)venue);
        }
    }
}
