using System.Threading;
using LowLatency.Engine.Numerics;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Faults;

/// <summary>
/// Faults that wait for their occasion at one endpoint: so and so many messages, answers or handshakes. Taking one
/// writes it down. Any thread.
/// </summary>
public sealed class EndpointFaults
{
    private readonly Lock _gate = new();
    private readonly int[] _pending = new int[FaultScript.AllKinds.Count];
    private readonly int[] _values = new int[FaultScript.AllKinds.Count];
    private readonly Ledger _ledger;
    private readonly FaultLog _log;

    public EndpointFaults(int endpoint, Ledger ledger, FaultLog log)
    {
        Endpoint = endpoint;
        _ledger = ledger;
        _log = log;
        Random = new Prng((ulong)endpoint + 1);
    }

    public int Endpoint { get; }

    /// <summary>Choices inside a fault (which bytes, which order); used under the ledger's lock only.</summary>
    public Prng Random { get; }

    /// <summary>Lets a fault happen at the next <paramref name="count"/> occasions.</summary>
    public void Arm(FaultKind kind, int count, int value = 0)
    {
        lock (_gate)
        {
            _pending[(int)kind] += count;
            _values[(int)kind] = value;
        }
    }

    /// <summary>Ends a fault that was armed and has not happened.</summary>
    public void Disarm(FaultKind kind)
    {
        lock (_gate) _pending[(int)kind] = 0;
    }

    public bool IsArmed(FaultKind kind)
    {
        lock (_gate) return _pending[(int)kind] > 0;
    }

    /// <summary>True if the fault happens now; it is then written down.</summary>
    public bool TryTake(FaultKind kind, string detail, out int value)
    {
        lock (_gate)
        {
            value = _values[(int)kind];
            if (_pending[(int)kind] == 0) return false;
            _pending[(int)kind]--;
        }

        Happened(kind, detail);
        return true;
    }

    public bool TryTake(FaultKind kind, string detail) => TryTake(kind, detail, out _);

    /// <summary>Writes down a fault that happened.</summary>
    public void Happened(FaultKind kind, string detail) =>
        _log.Add(new FaultOccurrence(_ledger.Processed.Slot, Endpoint, kind, detail));
}
