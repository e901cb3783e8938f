using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>One leg with the names that the journal's pool frames give it.</summary>
internal readonly record struct LegView(Leg Leg, string Venue, Pubkey Pool, Pubkey MintIn, Pubkey MintOut);

/// <summary>A journal file with the questions that <c>explain</c> asks of it.</summary>
internal sealed class JournalView
{
    private readonly JournalReader _reader;
    private readonly Dictionary<DecisionId, int> _byId = [];

    private JournalView(string path, JournalReader reader)
    {
        FilePath = path;
        _reader = reader;
        Run = JournalRunInfo.Parse(reader.Run);
        for (int i = 0; i < reader.Decisions.Count; i++)
            _byId[DecisionId.Of(reader.Decisions[i].Decision)] = i;
    }

    public string FilePath { get; }

    /// <summary>About the run; null if the journal does not say.</summary>
    public JournalRunInfo? Run { get; }

    /// <summary>Decisions in order.</summary>
    public IReadOnlyList<JournalledDecision> Decisions => _reader.Decisions;

    /// <summary>Decision hash; null if the run did not end in order.</summary>
    public ulong? Hash => _reader.Hash;

    /// <summary>Where and why reading stopped; null if the journal is whole.</summary>
    public string? Damage => _reader.Damage;

    /// <summary>Opens a journal.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static JournalView Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(
                $"{path}: there is no such file; `lowlatency replay --journal {path}` writes one", ExitCodes.NoInput);
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            return new JournalView(path, JournalReader.Read(file, path));
        }
        catch (InvalidDataException fault)
        {
            throw new CommandException(fault.Message, ExitCodes.BadData);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: {fault.Message}", ExitCodes.NoInput);
        }
    }

    /// <summary>The decision with an id, or null.</summary>
    public JournalledDecision? Find(DecisionId id) => _byId.TryGetValue(id, out int index) ? Decisions[index] : null;

    /// <summary>How many decisions an event has.</summary>
    public int CountOf(long sequence)
    {
        int count = 0;
        while (_byId.ContainsKey(new DecisionId(sequence, count))) count++;
        return count;
    }

    public LegView Leg(in Opportunity decision, int index)
    {
        Leg leg = decision.Legs[index];
        PoolDescription pool = _reader.Pools.GetValueOrDefault(leg.PoolId);
        bool aToB = leg.Direction == (byte)SwapDirection.AToB;
        string venue = pool.Venue == 0 ? $"pool {leg.PoolId}" : ((VenueId)pool.Venue).ToString();
        return new LegView(leg, venue, pool.Address, aToB ? pool.MintA : pool.MintB, aToB ? pool.MintB : pool.MintA);
    }

    /// <summary>Mint that a route starts and ends with.</summary>
    public Pubkey BaseMint(in Opportunity decision) => Leg(decision, 0).MintIn;

    /// <summary>The route in one line: SOL -OrcaWhirlpool> USDC -RaydiumAmm> SOL.</summary>
    public string Route(in Opportunity decision)
    {
        StringBuilder route = new(MintName.Of(BaseMint(decision)));
        for (int i = 0; i < decision.LegCount; i++)
        {
            LegView leg = Leg(decision, i);
            route.Append(" -").Append(leg.Venue).Append("> ").Append(MintName.Of(leg.MintOut));
        }

        return route.ToString();
    }

    /// <summary>
    /// What a dominated decision lost against: the taken decision of the same event that shares a pool with it and
    /// earns the most. Null if there is none in the journal.
    /// </summary>
    public Opportunity? Winner(in Opportunity loser)
    {
        Opportunity? best = null;
        for (int i = 0; _byId.TryGetValue(new DecisionId(loser.Sequence, i), out int index); i++)
        {
            Opportunity other = Decisions[index].Decision;
            bool wasTaken = other.Reason
                is DecisionReason.Go or DecisionReason.TransactionTooLarge or DecisionReason.InstructionFailed;
            if (!wasTaken || !SharesPool(loser, other)) continue;
            if (best is null || other.NetProfitLamports > best.Value.NetProfitLamports) best = other;
        }

        return best;
    }

    private static bool SharesPool(in Opportunity a, in Opportunity b)
    {
        for (int i = 0; i < a.LegCount; i++)
        {
            for (int j = 0; j < b.LegCount; j++)
            {
                if (a.Legs[i].PoolId == b.Legs[j].PoolId) return true;
            }
        }

        return false;
    }
}
