using System;
using System.IO;

namespace LowLatency.ConsoleHost;

/// <summary>Files that the user names: what is wrong with one is told by its name, and has its exit code.</summary>
internal static class UserFile
{
    /// <summary>Opens and reads a file; <see cref="InvalidDataException"/> says what is wrong in it.</summary>
    /// <exception cref="CommandException">It is not there, cannot be read, or is not what it should be.</exception>
    public static T Read<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return read(file);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new CommandException($"{path}: {fault.Message}", ExitCodes.BadData);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            string what = File.Exists(path) ? $"cannot be read: {fault.Message}"
                : Directory.Exists(path) ? "it is a folder, not a file"
                : "no such file";
            throw new CommandException($"{path}: {what}", ExitCodes.NoInput);
        }
    }

    /// <summary>Writes a file that must not be there; <paramref name="what"/> names it in the message.</summary>
    /// <exception cref="CommandException">It is there, or cannot be written.</exception>
    public static void WriteNew(string what, string path, Action<FileStream> write)
    {
        try
        {
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
            write(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            string reason = File.Exists(path) ? "the file exists; remove it or give another name" : fault.Message;
            throw new CommandException($"{what}: {reason}", ExitCodes.CannotCreate);
        }
    }

    /// <summary>Makes a file or folder; <paramref name="what"/> names it in the message.</summary>
    /// <exception cref="CommandException">It cannot be made.</exception>
    public static T Make<T>(string what, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{what}: {fault.Message}", ExitCodes.CannotCreate);
        }
    }
}
