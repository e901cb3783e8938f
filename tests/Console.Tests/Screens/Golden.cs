using System;
using System.IO;
using Xunit;

namespace LowLatency.Console.Tests.Screens;

/// <summary>
/// Screens as they were approved, one text file each. With UPDATE_GOLDEN=1 the files are written instead of compared:
/// look at the difference before committing it.
/// </summary>
internal static class Golden
{
    public static void Check(string name, string actual)
    {
        string path = Repository.PathOf("tests", "Console.Tests", "Screens", "Golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        Assert.True(File.Exists(path), $"{name}: no such golden screen; it would be:\n{actual}");
        string[] expected = File.ReadAllText(path).Split('\n');
        string[] rows = actual.Split('\n');
        for (int y = 0; y < Math.Max(expected.Length, rows.Length); y++)
        {
            string wanted = y < expected.Length ? expected[y] : "(no row)";
            string got = y < rows.Length ? rows[y] : "(no row)";
            Assert.True(wanted == got, $"{name}, row {y}:\nwanted {wanted}\ngot    {got}\n\nwhole:\n{actual}");
        }
    }
}
