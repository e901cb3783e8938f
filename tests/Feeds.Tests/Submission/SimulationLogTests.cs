using Xunit;

namespace LowLatency.Feeds.Tests.Submission;

public sealed class SimulationLogTests
{
    private const string Budget = "ComputeBudget111111111111111111111111111111";
    private const string Pool = "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc";
    private const string Token = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";

    private static readonly string[] Log =
    [
        $"Program {Budget} invoke [1]",
        $"Program {Budget} success",
        $"Program {Pool} invoke [1]",
        "Program log: Instruction: SwapV2",
        $"Program {Token} invoke [2]",
        $"Program {Token} consumed 105 of 160278 compute units",
        $"Program {Token} success",
        $"Program log: Program {Pool} consumed 7 of 9 compute units",
        "Program data: AQID",
        $"Program {Pool} consumed 38123 of 199850 compute units",
        $"Program return: {Pool} AQ==",
        $"Program {Pool} success",
        $"Program {Token} invoke [1]",
        $"Program {Token} consumed 4645 of 161727 compute units",
        $"Program {Token} failed: custom program error: 0x1",
    ];

    [Fact]
    public void TryReadUnits_NestedCallsAndOwnText_CountsTopLevelInstructionsOnly()
    {
        uint[] units = new uint[8];
        Assert.True(SimulationLog.TryReadUnits(Log, units, out int count));
        Assert.Equal(3, count);
        Assert.Equal([0u, 38_123u, 4_645u], units[..3]);
    }

    [Fact]
    public void TryReadUnits_CutLog_IsRefused()
    {
        uint[] units = new uint[8];
        Assert.False(SimulationLog.TryReadUnits([.. Log[..7], "Log truncated"], units, out _));
        foreach (int length in (int[])[1, 3, 5, 6, 7, 10, 13, 14])
            Assert.False(SimulationLog.TryReadUnits(Log[..length], units, out _), $"{length} lines");
        Assert.True(SimulationLog.TryReadUnits([], units, out int count));
        Assert.Equal(0, count);
    }

    [Fact]
    public void TryReadUnits_BadLines_AreRefused()
    {
        Assert.False(SimulationLog.TryReadUnits(Log, new uint[2], out _)); // more instructions than room
        Assert.False(Read($"Program {Pool} success"));
        Assert.False(Read($"Program {Pool} invoke [2]", $"Program {Pool} success"));
        Assert.False(Read($"Program {Pool} invoke [x]", $"Program {Pool} success"));
        Assert.False(Read(
            $"Program {Pool} invoke [1]", $"Program {Pool} consumed 99999999999 of 1 compute units",
            $"Program {Pool} success"));
        Assert.False(Read(
            $"Program {Pool} invoke [1]", $"Program {Pool} consumed -1 of 1 compute units", $"Program {Pool} success"));
    }

    private static bool Read(params string[] lines) => SimulationLog.TryReadUnits(lines, new uint[4], out _);
}
