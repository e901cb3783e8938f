namespace LowLatency.ConsoleHost;

/// <summary>Exit codes of every verb. 64 and above follow sysexits.h.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    internal const int Ok = 0;

    /// <summary>Runtime error.</summary>
    internal const int Error = 1;

    /// <summary>Wrong usage of the command line.</summary>
    internal const int Usage = 2;

    /// <summary>A check or assertion failed.</summary>
    internal const int CheckFailed = 3;

    /// <summary>Input data is corrupt or of another format.</summary>
    internal const int BadData = 65;

    /// <summary>An input file does not exist or cannot be read.</summary>
    internal const int NoInput = 66;

    /// <summary>No endpoint answers, or one refuses what is needed.</summary>
    internal const int Unavailable = 69;

    /// <summary>An output file cannot be created.</summary>
    internal const int CannotCreate = 73;

    /// <summary>A key file was refused: permissions, password, or a public half that does not fit.</summary>
    internal const int KeyRefused = 77;

    /// <summary>A configuration file or environment variable is wrong.</summary>
    internal const int Config = 78;

    /// <summary>
    /// Ended by Ctrl-C (128 + SIGINT); what was done until then is reported. Of another signal the process's code is
    /// 128 + that one: <see cref="Commands.Interruption.CodeOf"/>.
    /// </summary>
    internal const int Interrupted = 130;
}
