namespace LowLatency.TestNode.Faults;

/// <summary>What a node can do wrong. `count` and `value` of a step mean what is said here.</summary>
public enum FaultKind
{
    /// <summary>All WebSocket connections are cut without a word.</summary>
    Disconnect,

    /// <summary>All WebSocket connections are closed properly, with code `value` (default 1001).</summary>
    Close,

    /// <summary>All open WebSocket connections fall silent for ever: no data, no pongs, no end.</summary>
    HalfOpen,

    /// <summary>The next `count` messages come as one WebSocket frame a byte, with a ping in the middle.</summary>
    FragmentFrames,

    /// <summary>The next `count` messages come as one TCP write a byte.</summary>
    FragmentWrites,

    /// <summary>The next `count` messages come 64 bytes at a time, `value` ms apart (default 1).</summary>
    SlowWrites,

    /// <summary>The next `count` account notifications come twice.</summary>
    Duplicate,

    /// <summary>The next `count` account notifications of a slot come in another order.</summary>
    Reorder,

    /// <summary>The next `count` account notifications never come.</summary>
    Lose,

    /// <summary>A slot with `count` accounts is given up; its sibling brings them back.</summary>
    Fork,

    /// <summary>As Fork, and slotsUpdates says that the slot is dead.</summary>
    DeadFork,

    /// <summary>The next `count` acks come `value` slots late (default 2), after notifications.</summary>
    LateAcks,

    /// <summary>The next `count` account notifications are no JSON: cut off, or with garbage.</summary>
    MalformedJson,

    /// <summary>A frame header that announces a terabyte, on every connection.</summary>
    HugeFrame,

    /// <summary>All WebSocket connections stop for `value` slots (default 3), then everything comes at once.</summary>
    Stall,

    /// <summary>The next `count` WebSocket handshakes are answered with a wrong Sec-WebSocket-Accept.</summary>
    WrongAccept,

    /// <summary>The next `count` WebSocket handshakes are refused with 503.</summary>
    RefuseUpgrade,

    /// <summary>Pings get no pong for `value` slots (default 10).</summary>
    IgnorePings,

    /// <summary>A ping to every connection; pongs are counted.</summary>
    ServerPing,

    /// <summary>slotNotification and slotsUpdates name a slot `value` (default one million) ahead.</summary>
    BogusSlot,

    /// <summary>The next `count` HTTP answers are 429 with Retry-After `value` seconds (default 1).</summary>
    TooManyRequests,

    /// <summary>The next `count` reads answer -32016.</summary>
    MinContextSlot,

    /// <summary>The next `count` HTTP answers are -32005, `value` slots behind (default 150).</summary>
    Unhealthy,

    /// <summary>The next `count` HTTP answers are cut off in the middle of their JSON.</summary>
    HttpMalformed,

    /// <summary>The next `count` HTTP answers come `value` ms late (default 500).</summary>
    HttpStall,

    /// <summary>The next `count` HTTP connections are cut before the answer.</summary>
    HttpAbort,

    /// <summary>The next `count` account reads answer from `value` slots ago (default 3), and say so.</summary>
    StaleRead,

    /// <summary>The next `count` account notifications tell an untrue state: one byte is another.</summary>
    Lie,

    /// <summary>All WebSocket messages come `value` ms late (default 600), until the faults end.</summary>
    Lag,

    /// <summary>Of 100 account notifications `value` (default 20) never come, until the faults end.</summary>
    LoseShare,

    /// <summary>
    /// The next `count` blockhashes told are untrue: made up, or with a height that is `value` too low.
    /// </summary>
    BogusBlockhash,
}
