using LowLatency.Engine.Graph;

namespace LowLatency.Engine.Cycles;

/// <summary>
/// What a search of one pool goes from and to, the same for both directions of the pool: "out" paths lead from the
/// start to the target, "in" paths from the target to the start.
/// </summary>
internal struct Aim
{
    internal int Start;
    internal int Target;
    internal int Pair; // from start to target; hidden in the graph if the search is of more than two legs
    internal int TargetBase; // index of the base the target is, or -1
    internal int Hops; // 2 if the pair is outside of the core
    internal bool IsWeighed; // the best of each direction is known, within all hops
    internal RatePair[] Last; // best rates between the mint of a rank and the target, seen from that mint
    internal RatePair TwoLegs; // best rates from start to target by another pool; 0 if no base is on that cycle
    internal RatePair Best; // largest products of paths that close a cycle; two legs only unless weighed
}
