namespace LowLatency.Engine.Events;

/// <summary>
/// 64-bit key of a cycle: pools and directions in order, wherever the route starts, so the same cycle at two base mints
/// has one key. Made of graph ids: it means something within one run only. Two cycles share a key with a chance of
/// 2^-64; tables that use it compare nothing else.
/// </summary>
public static class CycleKey
{
    /// <summary>Key of an opportunity's cycle.</summary>
    public static ulong Of(in Opportunity one)
    {
        int first = 0;
        for (int leg = 1; leg < one.LegCount; leg++)
        {
            if (one.Legs[leg].PoolId < one.Legs[first].PoolId) first = leg;
        }

        ulong key = one.LegCount;
        for (int i = 0; i < one.LegCount; i++)
        {
            int at = first + i < one.LegCount ? first + i : first + i - one.LegCount;
            ulong edge = ((ulong)(uint)one.Legs[at].PoolId << 1) | one.Legs[at].Direction;
            key = (key ^ (edge + 1)) * 0x9E3779B97F4A7C15UL;
            key ^= key >> 29;
        }

        return key;
    }
}
