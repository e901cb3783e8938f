using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>One leg with the names of its pool and mints.</summary>
internal readonly record struct LegView(Leg Leg, string Venue, Pubkey Pool, NamedMint MintIn, NamedMint MintOut);

/// <summary>
/// Decisions and the names of their pools, wherever they come from: what a decision's words are made of.
/// </summary>
internal abstract class DecisionBook
{
    /// <summary>About the run; null if unknown.</summary>
    public abstract JournalRunInfo? Run { get; }

    /// <summary>Settings that changed while it ran, in order.</summary>
    protected virtual IReadOnlyList<AppliedSetting> Changes => [];

    /// <summary>About the run, with the settings that were in force for a decision; null if unknown.</summary>
    public JournalRunInfo? RunAt(in Opportunity decision)
    {
        JournalRunInfo? run = Run;
        foreach (AppliedSetting applied in Changes)
        {
            if (applied.Sequence < decision.Sequence) run = run?.With(applied.Change);
        }

        return run;
    }

    /// <summary>The decision with an id, or null.</summary>
    public abstract Opportunity? DecisionOf(DecisionId id);

    /// <summary>The life that a decision was part of; null if the book does not know one.</summary>
    public virtual LifeRecord? Life(in Opportunity decision) => null;

    /// <summary>Address of a pool that decisions name.</summary>
    public Pubkey PoolAddress(int poolId) => PoolOf(poolId).Address;

    /// <summary>Address and mints of a pool; zeros if unknown.</summary>
    protected abstract PoolDescription PoolOf(int poolId);

    public LegView Leg(in Opportunity decision, int index)
    {
        Leg leg = decision.Legs[index];
        PoolDescription pool = PoolOf(leg.PoolId);
        bool aToB = leg.Direction == (byte)SwapDirection.AToB;
        string venue = pool.Venue == 0 ? $"pool {leg.PoolId}" : ((VenueId)pool.Venue).ToString();
        NamedMint mintA = new(pool.MintA, pool.DecimalsA);
        NamedMint mintB = new(pool.MintB, pool.DecimalsB);
        return new LegView(leg, venue, pool.Address, aToB ? mintA : mintB, aToB ? mintB : mintA);
    }

    /// <summary>Mint that a route starts and ends with.</summary>
    public NamedMint BaseMint(in Opportunity decision) => Leg(decision, 0).MintIn;

    /// <summary>The route in one line: SOL -OrcaWhirlpool> USDC -RaydiumAmm> SOL.</summary>
    public string Route(in Opportunity decision)
    {
        StringBuilder route = new(BaseMint(decision).Name);
        for (int i = 0; i < decision.LegCount; i++)
        {
            LegView leg = Leg(decision, i);
            route.Append(" -").Append(leg.Venue).Append("> ").Append(leg.MintOut.Name);
        }

        return route.ToString();
    }

    /// <summary>
    /// What a dominated decision lost against: the taken decision of the same event that shares a pool with it and
    /// earns the most. Null if there is none in the book.
    /// </summary>
    public Opportunity? Winner(in Opportunity loser)
    {
        Opportunity? best = null;
        for (int i = 0; DecisionOf(new DecisionId(loser.Sequence, i)) is { } other; i++)
        {
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
