using System;
using System.Collections.Generic;
using System.IO;
using LowLatency.Engine.Cycles;
using LowLatency.Engine.Graph;
using Xunit;

namespace LowLatency.Engine.Tests.Graph;

public sealed class GraphSnapshotTests
{
    private const string Header = "pool_id,dex,token_a,token_b,reserve_a,reserve_b,fee_bps,fee_rate_1e6\n";
    private const string Sol = "So11111111111111111111111111111111111111112";
    private const string Usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";

    [Fact]
    public void Read_TwoPoolsApart_HoldOneCycleWithFees()
    {
        string text = Header
            + $"65shmpuYmxx5p7ggNCZbyrGLCXVqbBR1ZD5aAocRBUNG,orca_whirlpool,{Sol},{Usdc},1000000000,150000000,25,2500\n"
            + $"24WZto6BNjNamZFUPf3nQZZaFpuvBwdqT5B8QQjpNjGb,orca_v1,{Usdc},{Sol},150000000,1030000000,30,\n"
            + $"4fuUiYxTQ6QCrdSq9ouBYcTM7bqSwYTSyLueGZLTy4T4,other,{Usdc},{Sol},0,0,30,\n";
        MarketGraph graph = GraphSnapshot.Read(new StringReader(text));
        Assert.Equal(3, graph.PoolCount);
        Assert.Equal(0.15 * 0.9975, graph.Rate(0), 1e-12);
        Assert.Equal(0, graph.Rate(4));
        CycleFinder finder = new(graph, new SearchSettings());
        finder.Find(0, long.MaxValue);
        Assert.Equal(1, finder.Count);
        Assert.Equal(1.03 * 0.9975 * 0.997, finder[0].MarginalProduct, 1e-9);
    }

    [Fact]
    public void Read_RowsThatAreNoPoolOfTheGraph_AreTold()
    {
        string row = $"65shmpuYmxx5p7ggNCZbyrGLCXVqbBR1ZD5aAocRBUNG,orca_whirlpool,{Sol},{Usdc},1000,150,25,\n";
        List<string> leftOut = [];
        MarketGraph graph = GraphSnapshot.Read(
            new StringReader(Header + row + row.Replace("150", "900") + row.Replace(Usdc, Sol)), 0, leftOut);
        Assert.Equal(1, graph.PoolCount);
        Assert.Equal(0.15 * 0.9975, graph.Rate(0), 1e-12);
        Assert.Equal(2, leftOut.Count);
        Assert.Contains("line 3: ", leftOut[0], StringComparison.Ordinal);
        Assert.EndsWith("listed before", leftOut[0], StringComparison.Ordinal);
        Assert.EndsWith("one mint on both sides", leftOut[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CellsInQuotes_AreTheSame()
    {
        string text = Header
            + $"65shmpuYmxx5p7ggNCZbyrGLCXVqbBR1ZD5aAocRBUNG,orca_whirlpool,{Sol},{Usdc},1000,150,25,2500\n";
        string quoted = '"' + text.TrimEnd().Replace(",", "\", \"").Replace("\n", "\"\n\"") + '"';
        Assert.Equal(0.15 * 0.9975, GraphSnapshot.Read(new StringReader(quoted)).Rate(0), 1e-12);
    }

    [Theory]
    [InlineData("", "line 1: empty file")]
    [InlineData("a,b\n", "line 1: no column 'pool_id'")]
    [InlineData(Header + "x\n", "line 2: 1 columns where the header has 8")]
    [InlineData(Header + "x,d," + Sol + "," + Usdc + ",1,1,25,\n", "line 2: 'x' is not an address")]
    [InlineData(Header + Sol + ",d," + Sol + "," + Usdc + ",-1,1,25,\n", "line 2: '-1' is not an amount")]
    public void Read_BadText_NamesTheLine(string text, string message)
    {
        InvalidDataException error =
            Assert.Throws<InvalidDataException>(() => GraphSnapshot.Read(new StringReader(text)));
        Assert.Equal(message, error.Message);
    }
}
