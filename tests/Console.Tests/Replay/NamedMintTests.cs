using LowLatency.ConsoleHost;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Console.Tests.Replay;

public sealed class NamedMintTests
{
    private static readonly Pubkey Rare = Pubkey.Parse("EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm");

    [Theory]
    [InlineData(-1, null)]
    [InlineData(0, "1,234,567 EKpQ..zcjm")]
    [InlineData(6, "1.234567 EKpQ..zcjm")]
    [InlineData(9, "0.001234567 EKpQ..zcjm")]
    public void InTokens_MintOutsideTheListOfNames_GoesByItsOwnAccount(int decimals, string? expected) =>
        Assert.Equal(expected, new NamedMint(Rare, decimals).InTokens(1_234_567));

    [Theory]
    [InlineData(-1, "0.001234567 SOL")]
    [InlineData(6, "1.234567 SOL")] // what the chain says counts
    public void InTokens_ListedMint_IsKnownWithoutItsAccount(int decimals, string expected) =>
        Assert.Equal(expected, new NamedMint(ProgramIds.WrappedSolMint, decimals).InTokens(1_234_567));
}
