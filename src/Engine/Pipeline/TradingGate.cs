using System.Threading;

namespace LowLatency.Engine.Pipeline;

/// <summary>What may leave the machine.</summary>
public enum TradingState : byte
{
    /// <summary>Everything that the settings allow.</summary>
    Active = 0,

    /// <summary>Nothing new; what is on its way is followed to its end. Can go back to Active.</summary>
    Reducing = 1,

    /// <summary>Nothing, until the process is started again.</summary>
    Halted = 2,
}

/// <summary>
/// The switch that whoever sends must look at last, right before the socket: <see cref="MaySend"/>. It decides nothing
/// upstream: decisions, journal and hash are the same in every state. Any thread reads and writes; Halted is final.
/// The counts are the one sender's: its thread writes, any thread reads.
/// </summary>
public sealed class TradingGate
{
    private int _state;
    private long _passed;
    private long _withheld;

    /// <summary>Messages let through.</summary>
    public long PassedCount => Volatile.Read(ref _passed);

    /// <summary>Messages withheld because the state was not Active.</summary>
    public long WithheldCount => Volatile.Read(ref _withheld);

    /// <summary>
    /// The question a sender asks for each message, last of all; the answer is counted. The sender's thread only.
    /// </summary>
    public bool TryPass()
    {
        bool passes = MaySend;
        if (passes) Volatile.Write(ref _passed, _passed + 1);
        else Volatile.Write(ref _withheld, _withheld + 1);
        return passes;
    }

    /// <summary>State now.</summary>
    public TradingState State => (TradingState)Volatile.Read(ref _state);

    /// <summary>True if a new transaction may be sent.</summary>
    public bool MaySend => State == TradingState.Active;

    /// <summary>Active becomes Reducing, and the reverse; Halted stays.</summary>
    /// <returns>The state afterwards.</returns>
    public TradingState TogglePause()
    {
        if (Interlocked.CompareExchange(ref _state, (int)TradingState.Reducing, (int)TradingState.Active)
            == (int)TradingState.Reducing)
        {
            Interlocked.CompareExchange(ref _state, (int)TradingState.Active, (int)TradingState.Reducing);
        }

        return State;
    }

    /// <summary>Ends all sending for good.</summary>
    public void Halt() => Volatile.Write(ref _state, (int)TradingState.Halted);
}
