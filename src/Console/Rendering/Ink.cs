namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// What a cell is for; the palette turns it into colours and attributes. Meaning is never in the colour alone: words
/// and signs say the same, so that NO_COLOR and colour-blind eyes lose nothing.
/// </summary>
internal enum Ink : byte
{
    /// <summary>Running text.</summary>
    Normal = 0,

    /// <summary>Labels, rules, what is of less interest.</summary>
    Dim = 1,

    /// <summary>Headings.</summary>
    Title = 2,

    /// <summary>Figures that matter most.</summary>
    Strong = 3,

    /// <summary>As it should be; taken.</summary>
    Good = 4,

    /// <summary>Worth a look.</summary>
    Warn = 5,

    /// <summary>Wrong.</summary>
    Bad = 6,

    /// <summary>Bars and lines of charts.</summary>
    Bar = 7,

    /// <summary>The other side's bars.</summary>
    BarOther = 8,

    /// <summary>The row under the cursor.</summary>
    Selected = 9,

    /// <summary>The top and bottom line.</summary>
    Frame = 10,

    /// <summary>The active tab.</summary>
    FrameActive = 11,
}
