namespace LowLatency.Engine.Events;

/// <summary>
/// Asked by the writer of a full ring beside the event ring, in the middle of an event: lets the last stage, on another
/// thread, finish all events before this one.
/// </summary>
public interface IRoomMaker
{
    /// <summary>True once every earlier event is finished; false if none was unfinished, or nothing goes on any
    /// more.</summary>
    bool TryFinishEarlier();
}
