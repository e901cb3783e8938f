using System;
using System.Collections.Generic;
using System.IO;
using LowLatency.Feeds.Rpc;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// A text of the configuration that is, or may hold, a secret: written as it is, as <c>env:NAME</c> (a variable) or as
/// <c>file:path</c> (the content of a file). As text it shows where the secret is, never the secret.
/// </summary>
internal sealed class ConfigSecret
{
    private const string VariableMark = "env:";
    private const string FileMark = "file:";

    private readonly string _text;
    private readonly string _folder;

    /// <summary>A secret as written in a file of <paramref name="folder"/>, a variable or a flag.</summary>
    public ConfigSecret(string text, string folder)
    {
        _text = text;
        _folder = folder;
    }

    /// <summary>True if it is somewhere else than in the configuration.</summary>
    public bool IsReference => IsMarked(VariableMark) || IsMarked(FileMark);

    /// <summary>The address that is written literally; null if it is a reference or no address.</summary>
    public Uri? LiteralAddress => !IsReference && Uri.TryCreate(_text, UriKind.Absolute, out Uri? uri) ? uri : null;

    /// <summary>The text itself.</summary>
    /// <param name="place">File and line for the error.</param>
    /// <param name="variables">The process's variables.</param>
    /// <exception cref="CommandException">The variable is not set or the file cannot be read.</exception>
    public string Resolve(string place, IReadOnlyDictionary<string, string> variables)
    {
        if (IsMarked(VariableMark))
        {
            string name = _text[VariableMark.Length..];
            return variables.TryGetValue(name, out string? value) && value.Trim().Length > 0
                ? value.Trim()
                : throw new CommandException($"{place}: variable {name} is not set; set it", ExitCodes.Config);
        }

        if (!IsMarked(FileMark)) return _text;
        string path = Path.Combine(_folder, _text[FileMark.Length..]);
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{place}: {fault.Message}", ExitCodes.Config);
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        IsReference ? _text : LiteralAddress is { } address ? EndpointAddress.Redact(address) : "***";

    private bool IsMarked(string mark) => _text.StartsWith(mark, StringComparison.Ordinal);
}
