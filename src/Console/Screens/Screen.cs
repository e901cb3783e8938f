using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>One screen: draws the model into its area and takes the keys that are not everybody's.</summary>
internal abstract class Screen
{
    /// <summary>Name on its tab.</summary>
    public abstract string Name { get; }

    /// <summary>Keys of its own, for the last line.</summary>
    public abstract string Hints { get; }

    /// <summary>Draws itself. Allocates nothing in steady state.</summary>
    public abstract void Draw(Area area, Model model);

    /// <summary>Takes a key; false if it means nothing here.</summary>
    public virtual bool OnKey(KeyPress key, Model model) => false;

    /// <summary>Text that the filter prompt begins with; null if the screen has no filter.</summary>
    public virtual string? Filter => null;

    /// <summary>Takes the filter that was typed.</summary>
    public virtual void SetFilter(string text, Model model)
    {
    }
}
