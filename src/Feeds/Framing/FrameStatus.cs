namespace LowLatency.Feeds.Framing;

/// <summary>Outcome of looking for one frame.</summary>
public enum FrameStatus : byte
{
    /// <summary>A frame was cut off the front; look again.</summary>
    Frame = 0,

    /// <summary>The bytes end inside a frame (or are empty): nothing was consumed, all was examined.</summary>
    NeedMore = 1,

    /// <summary>A frame says that it is longer than allowed; nothing was consumed.</summary>
    TooLong = 2,

    /// <summary>A frame's checksum or header is wrong; nothing was consumed.</summary>
    Corrupt = 3,

    /// <summary>A frame is compressed, which was not agreed on; nothing was consumed.</summary>
    Compressed = 4,
}
