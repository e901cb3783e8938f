using LowLatency.Engine.Events;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>
/// What a row of the table says of a life that ended; the rest is read by its number when it is asked for.
/// </summary>
/// <param name="Number">Number of the life since the start.</param>
/// <param name="SpanSlots">Slots it was followed.</param>
/// <param name="Label">How it ended; None while that is not known.</param>
internal readonly record struct LifeMark(long Number, ulong SpanSlots, LifeLabel Label);
