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
/// </summary>
public sealed class TradingGate
{
    private int _state;

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
