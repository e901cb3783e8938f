using System;
using System.IO;
using LowLatency.ConsoleHost.Commands;
using Xunit;

namespace LowLatency.Console.Tests.Vectors;

/// <summary>The committed vectors of the two CLMM programs, through the product's own verb.</summary>
public class ClmmVectorTests
{
    [Theory]
    [InlineData("orca_whirlpool.json.gz", "1186 passed, 0 failed, 1 explained")]
    [InlineData("raydium_clmm.json.gz", "891 passed, 0 failed, 0 explained")]
    public void Verify_CommittedVectors_AllAgree(string file, string summary)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        int exitCode = VerifyCommand.Run([Repository.Vectors(file)], false, 5, output, errors);
        Assert.True(exitCode == 0, $"{output}{errors}");
        Assert.Contains(summary, output.ToString(), StringComparison.Ordinal);
    }
}
