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
    internal double[] LastIn; // best rate from a rank to the target
    internal double[] LastOut; // best rate from the target to a rank
    internal double TwoLegsOut; // best rate from start to target by another pool; 0 if no base is on that cycle
    internal double TwoLegsIn;
    internal double BestOut; // largest product of a path that closes a cycle; two legs only unless weighed
    internal double BestIn;

    internal readonly double Best(bool isReversed) => isReversed ? BestIn : BestOut;

    internal readonly double TwoLegs(bool isReversed) => isReversed ? TwoLegsIn : TwoLegsOut;
}
