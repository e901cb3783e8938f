using System.Linq;
using LowLatency.Console.Tests.Reports;
using Xunit;

namespace LowLatency.Console.Tests.Replay;

public sealed class DeniedTests
{
    private const string Usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    private const string Stranger = "7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2";

    /// <summary>A slip in an address would keep nothing out unseen: the note names the key and that one.</summary>
    [Fact]
    public void Denied_AddressOfNothingThatCame_IsNoted()
    {
        Assert.Equal(0, ReportRun.Run(
            out string output, out _, "replay", "--max-hops", "2", "--set", $"denied={Usdc},{Stranger}"));
        string said = string.Join(' ', output.Split(' ', '\n').Where(word => word.Length != 0));
        Assert.Contains(
            $"Note: denied kept nothing out with {Stranger}: no pool, mint or program of a pool that came.", said);
    }

    [Fact]
    public void Denied_AddressThatKeepsOut_IsNotNoted()
    {
        Assert.Equal(0, ReportRun.Run(
            out string output, out _, "replay", "--max-hops", "2", "--set", $"denied={Usdc}"));
        Assert.DoesNotContain("denied kept nothing out", output);
    }
}
