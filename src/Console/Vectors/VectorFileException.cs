using System;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>A file that is not what it should be; the message names the file and what is wrong, for the user.</summary>
internal sealed class VectorFileException : Exception
{
    /// <summary>Says what is wrong with a file.</summary>
    internal VectorFileException(string message, bool isMissing = false, Exception? cause = null)
        : base(message, cause)
    {
        IsMissing = isMissing;
    }

    /// <summary>True if the file is not there or cannot be opened; false if its content is wrong.</summary>
    internal bool IsMissing { get; }
}
