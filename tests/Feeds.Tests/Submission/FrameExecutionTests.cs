using System;
using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;
using Xunit;
using Xunit.Abstractions;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>The engine's own transactions with everything that may stand around the swaps.</summary>
public sealed class FrameExecutionTests(ITestOutputHelper output) : IDisposable
{
    private static readonly InstructionSettings Full = new()
    {
        CreateTokenAccounts = TokenAccountCreation.Always,
        WrapSol = true,
        Memo = "arb 1",
        AllowV1 = true,
    };

    private readonly Ed25519Signer _signer = Ed25519Signer.Create(new byte[32]);

    public void Dispose() => _signer.Dispose();

    [Fact]
    public void Replay_FullFrame_CountsRentAndUnitsAndEveryMinimumCoversThem()
    {
        MarketDecisions plain = MarketDecisions.Replay(_signer.PublicKey);
        MarketDecisions framed = MarketDecisions.Replay(_signer.PublicKey, Full);
        Assert.True(framed.Taken.Count > 20, $"{framed.Taken.Count} decisions taken");
        Assert.True(framed.Taken.Count < plain.Taken.Count, "rent costs nothing");
        int withRent = 0;
        foreach (TakenDecision taken in framed.Taken)
        {
            Opportunity decision = taken.Decision;
            Assert.True(decision.OtherComputeUnits > 40_000);
            bool isSol = ArbitrageWorld.StartMint(taken) == ProgramIds.WrappedSolMint;
            if (decision.RentLamports != 0) withRent++;
            ulong costs = decision.RentLamports + decision.SignatureFeeLamports + decision.PriorityFeeLamports
                + decision.TipLamports;
            if (isSol) Assert.True(decision.MinimumOutRaw >= decision.AmountInRaw + costs + 1);
            Assert.True(decision.MinimumOutRaw <= decision.AmountOutRaw);
        }

        Assert.Equal(framed.Taken.Count, withRent); // no route has only accounts that were shown
    }

    [Fact]
    public void Replay_EachVersion_IsWhatTheSettingsSay()
    {
        InstructionSettings v1 = new() { AllowV1 = true, MessageVersion = MessageVersionChoice.V1 };
        List<TakenDecision> taken = MarketDecisions.Replay(_signer.PublicKey, v1).Taken;
        Assert.True(taken.Count > 100);
        foreach (TakenDecision one in taken)
        {
            TransactionReadStatus status = TransactionReader.TryReadMessage(one.Message, out TransactionView view);
            Assert.Equal(TransactionReadStatus.Ok, status);
            Assert.Equal(MessageVersion.V1, view.Facts.Version);
            Assert.Equal(one.Decision.ComputeUnitLimit, view.Facts.Config.ComputeUnitLimit);
            Assert.Equal(one.Decision.PriorityFeeLamports, view.Facts.Config.PriorityFeeLamports);
            Assert.Equal(one.Decision.LegCount + 1, view.Facts.InstructionCount); // swaps and tip
        }

        InstructionSettings legacy = new() { MessageVersion = MessageVersionChoice.Legacy };
        foreach (TakenDecision one in MarketDecisions.Replay(_signer.PublicKey, legacy).Taken)
            Assert.Equal(MessageVersion.Legacy, (MessageVersion)one.Decision.MessageVersion);
    }

    [ProgramsFact]
    public void Send_FullFrame_CreatesWrapsSwapsAndUnwrapsToTheLamport()
    {
        MarketDecisions market = MarketDecisions.Replay(_signer.PublicKey, Full);
        ArbitrageWorld world = new(_signer.PublicKey) { ShownLater = market.Accounts };
        using ArbitrageVm vm = new(world, _signer);
        Dictionary<MessageVersion, int> executed = [];
        uint worst = 0;
        foreach (TakenDecision taken in market.Taken)
        {
            if (ArbitrageWorld.StartMint(taken) != ProgramIds.WrappedSolMint) continue;
            JsonElement answer = vm.ExecuteFramed(taken, market.ClockOf(taken));
            MessageVersion version = (MessageVersion)taken.Decision.MessageVersion;
            executed[version] = executed.GetValueOrDefault(version) + 1;
            Assert.True(vm.OtherUnits <= taken.Decision.OtherComputeUnits,
                $"{vm.OtherUnits} units around the swaps, {taken.Decision.OtherComputeUnits} allowed: {answer}");
            worst = Math.Max(worst, vm.OtherUnits * 100 / taken.Decision.OtherComputeUnits);
        }

        output.WriteLine($"{string.Join(", ", executed)}; at most {worst} % of the units allowed around the swaps");
        Assert.True(vm.Executed > 10, $"{vm.Executed}");
    }
}
