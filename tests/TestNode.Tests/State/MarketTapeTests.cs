using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;
using LowLatency.TestNode.Tests.Support;
using Xunit;

namespace LowLatency.TestNode.Tests.State;

/// <summary>The node's chain against the truth that came with the capture, and the chain's own rules.</summary>
public sealed class MarketTapeTests
{
    [Fact]
    public void Play_EverySlot_HasTheStatesOfTheTruth()
    {
        MarketTape tape = MarketTape.Load(SolanaNode.BundledCapture());
        (Ledger ledger, TapePlayer player) = Start(tape);
        int compared = 0;
        foreach (JsonElement truth in Captured.TruthSlots().Skip(1))
        {
            Bank bank = player.Step();
            Assert.Equal(truth.GetProperty("slot").GetUInt64(), bank.Slot);
            Assert.Equal(truth.GetProperty("parent").GetUInt64(), bank.ParentSlot);
            List<JsonProperty> changed = [.. truth.GetProperty("changed").EnumerateObject()];
            foreach (JsonProperty account in changed)
            {
                AccountState state = ledger.Get(Pubkey.Parse(account.Name), bank);
                Assert.Equal(account.Value.GetString(), state.TruthHash());
                compared++;
            }
        }

        Assert.Equal(120, tape.Slots.Count);
        Assert.Single(tape.Slots, s => s.IsAbandoned);
        Assert.True(compared > 1000, $"{compared} accounts compared");
    }

    [Fact]
    public void Play_SecondLap_GoesOnWithHigherSlotsOnOneFork()
    {
        MarketTape tape = MarketTape.Load(SolanaNode.BundledCapture());
        (Ledger ledger, TapePlayer player) = Start(tape, new LedgerOptions { KeepHistory = false });
        ulong last = 0;
        for (int i = 0; i < 2 * tape.Slots.Count; i++)
        {
            Bank bank = player.Step();
            Assert.True(bank.Slot > last, $"slot {bank.Slot} after {last}");
            last = bank.Slot;
        }

        Assert.Equal(2, player.Laps);
        AccountState clock = ledger.Get(ProgramIds.ClockSysvar, ledger.Processed);
        Assert.True(ChainClock.TryDecode(clock.Data, out ChainClock decoded));
        Assert.Equal(last, decoded.Slot);
        Assert.True(ledger.Finalized.Slot > tape.Slots[^1].Slot, "the root follows into the second lap");
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void Fork_IsGivenUp_LeavesNothingBehind(ulong seed)
    {
        MarketTape tape = MarketTape.Load(SolanaNode.BundledCapture());
        (Ledger plain, TapePlayer plainPlayer) = Start(tape);
        (Ledger forked, TapePlayer forkedPlayer) = Start(tape);
        Prng random = new(seed);
        for (int i = 0; i < tape.Slots.Count; i++)
        {
            plainPlayer.Step();
            if (random.NextInt32(4) == 0)
            {
                Bank fork = forkedPlayer.Fork(random, 8, isDead: false);
                Assert.NotEmpty(fork.Writes);
                Assert.Same(fork, forked.Processed);
            }

            forkedPlayer.Step();
            foreach (Pubkey key in tape.SubscribedKeys.Where(k => k != ProgramIds.ClockSysvar))
            {
                AccountState expected = plain.Get(key, plain.Processed);
                Assert.True(expected.SameAs(forked.Get(key, forked.Processed)), $"seed {seed} slot {i} {key}");
            }
        }
    }

    private static (Ledger Ledger, TapePlayer Player) Start(MarketTape tape, LedgerOptions? options = null)
    {
        Ledger ledger = new(tape.Slots[0].ParentSlot, tape.BaseAccounts, options ?? new LedgerOptions());
        return (ledger, new TapePlayer(tape, ledger));
    }
}
