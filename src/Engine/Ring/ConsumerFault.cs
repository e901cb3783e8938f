using System;

namespace LowLatency.Engine.Ring;

/// <summary>
/// An exception that a consumer's handler let out. The ring is halted and the consumer's sequence stays before
/// <see cref="FirstSequence"/>: nothing of the batch counts as done.
/// </summary>
/// <param name="ConsumerName">Name of the consumer.</param>
/// <param name="FirstSequence">First sequence of the batch at work; in housekeeping the next one to be
/// processed.</param>
/// <param name="LastSequence">Last sequence of that batch; in housekeeping <paramref name="FirstSequence"/> -
/// 1.</param>
/// <param name="Exception">What was thrown.</param>
public sealed record ConsumerFault(string ConsumerName, long FirstSequence, long LastSequence, Exception Exception);
