using System;
using System.IO;
using LowLatency.ConsoleHost;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Console.Tests.Journal;

/// <summary>explain says what became of a decision's cycle, from the journal's life frames.</summary>
public sealed class LifeExplainTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"lowlatency-{Guid.NewGuid():N}.journal");

    public LifeExplainTests()
    {
        using MemoryStream stream = new();
        DecisionJournal journal = new(stream, new Pools(), 8, 0);
        for (int i = 0; i < 3; i++) journal.OnDecision(Decision(i), default);
        journal.OnLife(Life(LifeLabel.Captured, 0, 1, endPool: 1));
        journal.OnLife(Life(LifeLabel.Stale, 2, 2, endPool: -1));
        journal.Complete(1);
        File.WriteAllBytes(_path, stream.ToArray());
    }

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Explain_DecisionOfACapturedCycle_SaysHowLongItLivedAndWhoEndedIt()
    {
        string text = Unwrapped(Run("1.0"));
        Assert.Contains(
            $"Life Captured after 3 slots: a swap moved pool {Pools.Address(1)}; decided 2 times, first 0.0 in slot 50",
            text);
    }

    [Fact]
    public void Explain_LaterDecisionOnTheSameCycle_BelongsToItsOwnLife() =>
        Assert.Contains("Life Was stale, proved after 3 slots", Unwrapped(Run("2.0")));

    [Fact]
    public void Explain_Json_HoldsTheLife()
    {
        string json = Run("1.0", "--json");
        Assert.Contains("\"label\":\"Captured\"", json);
        Assert.Contains("\"span_slots\":3", json);
        Assert.Contains($"\"ended_by_pool\":\"{Pools.Address(1)}\"", json);
    }

    private static Opportunity Decision(long sequence)
    {
        Opportunity o = new() { Sequence = sequence, LegCount = 2, Reason = DecisionReason.BelowMinimumProfit };
        o.Legs[0].PoolId = 0;
        o.Legs[1].PoolId = 1;
        o.Legs[1].Direction = 1;
        return o;
    }

    private static LifeRecord Life(LifeLabel label, long first, long last, int endPool) => new()
    {
        CycleKey = CycleKey.Of(Decision(0)),
        Label = label,
        Sequence = first,
        EndSequence = last,
        BirthSlot = 50,
        EndSlot = 53,
        EndPoolId = endPool,
        DecisionCount = 2,
    };

    private static string Unwrapped(string text) =>
        string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private string Run(params string[] arguments)
    {
        StringWriter output = new();
        StringWriter errors = new();
        Assert.Equal(0, Program.Run(["explain", .. arguments, "--journal", _path], output, errors));
        return output.ToString();
    }

    private sealed class Pools : IPoolDirectory
    {
        public static Pubkey Address(int poolId)
        {
            byte[] key = new byte[Pubkey.SizeBytes];
            key[31] = (byte)(poolId + 1);
            return Pubkey.Read(key);
        }

        public PoolDescription Describe(int poolId) =>
            new(Address(poolId), ProgramIds.WrappedSolMint, Address(7), (byte)VenueId.RaydiumCpmm);
    }
}
