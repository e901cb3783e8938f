using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Chain;

/// <summary>
/// The routes of the newest messages, so that a simulation's answer, which holds the message only, finds its route. The
/// message is named by checksum and length; whoever gets a route checks its programs against the message too. Owner:
/// the market group's thread. Bound: <see cref="Capacity"/> routes, at 100 taken decisions a second 10 s, the time
/// limit of a call; about 900 bytes each.
/// </summary>
public sealed class SimulatedRoutes
{
    /// <summary>Routes remembered; a power of two.</summary>
    public const int Capacity = 1024;

    private readonly Opportunity[] _routes = new Opportunity[Capacity];
    private readonly uint[] _checksum = new uint[Capacity];
    private long _count;

    /// <summary>Remembers the route of a message; the oldest makes room.</summary>
    public void Add(in Opportunity route, ReadOnlySpan<byte> message)
    {
        int at = (int)(_count++ & (Capacity - 1));
        _routes[at] = route;
        _checksum[at] = Crc32C.Compute(message);
    }

    /// <summary>The newest route of a message; false if it is not remembered.</summary>
    public bool TryFind(ReadOnlySpan<byte> message, out Opportunity route)
    {
        uint checksum = Crc32C.Compute(message);
        long oldest = Math.Max(0, _count - Capacity);
        for (long i = _count - 1; i >= oldest; i--)
        {
            int at = (int)(i & (Capacity - 1));
            if (_checksum[at] != checksum || _routes[at].MessageLengthBytes != message.Length) continue;
            route = _routes[at];
            return true;
        }

        route = default;
        return false;
    }
}
