namespace LowLatency.ConsoleHost.Rendering;

/// <summary>One column of one row. A character of two columns is its own cell and an empty one behind it.</summary>
/// <param name="Rune">Unicode scalar; 0 = the right half of the character before.</param>
/// <param name="Ink">How it looks.</param>
internal readonly record struct Cell(int Rune, Ink Ink)
{
    /// <summary>An empty cell.</summary>
    public static Cell Blank => new(' ', Ink.Normal);

    /// <summary>True for the right half of a character of two columns.</summary>
    public bool IsTail => Rune == 0;
}
