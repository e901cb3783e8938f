using System;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.OrcaWhirlpool;
using Xunit;

namespace LowLatency.Engine.Tests.Venues.OrcaWhirlpool;

/// <summary>
/// Swaps of 6 April 2022 on mainnet: the pool's state before, the amounts of the transaction. Those that pass no
/// initialized tick need no tick array and must be equal to the unit, with price and tick. Left out: swaps that pass
/// ticks
/// (the arrays of that day are not known) and those whose recorded state does not reproduce the chain
/// (sim_matches_chain = 0: the recorder's own doubt).
/// </summary>
public class WhirlpoolRealSwapTests
{
    private const string FileName = "whirlpool_2022-04-06_0000-1800.swaps.csv.gz";

    [Fact]
    public void Quote_RealSwapsWithinOneRange_EqualsTheChain()
    {
        int compared = 0;
        using FileStream file = File.OpenRead(Repository.Vectors(FileName));
        using StreamReader reader = new(new GZipStream(file, CompressionMode.Decompress));
        string[] columns = reader.ReadLine()!.Split(',');
        int Column(string name) => Array.IndexOf(columns, name);
        while (reader.ReadLine() is { } line)
        {
            string[] row = line.Split(',');
            if (row[Column("ticks_crossed")] != "0" || row[Column("sim_matches_chain")] != "1") continue;
            ulong Amount(string name) => ulong.Parse(row[Column(name)], CultureInfo.InvariantCulture);
            UInt128 Wide(string name) => UInt128.Parse(row[Column(name)], CultureInfo.InvariantCulture);
            int Tick(string name) => int.Parse(row[Column(name)], CultureInfo.InvariantCulture);

            ClmmText text = new()
            {
                Spacing = 128,
                FeeRate = (uint)Amount("fee_rate_1e6"),
                Liquidity = Wide("pre_liquidity"),
                PriceX64 = Wide("pre_sqrt_price"),
                Tick = Tick("pre_tick"),
            };
            WhirlpoolPool pool = ClmmAccounts.Whirlpool(text);
            bool exactIn = row[Column("exact_in")] == "1";
            SwapRequest request = default;
            request.Direction = row[Column("a_to_b")] == "1" ? SwapDirection.AToB : SwapDirection.BToA;
            request.Mode = exactIn ? SwapMode.ExactIn : SwapMode.ExactOut;
            request.AmountRaw = exactIn ? Amount("amount_in") : Amount("amount_out");
            request.ThresholdRaw = exactIn ? 0 : ulong.MaxValue;
            request.Clock = ClmmRandom.Clock;
            QuoteStatus status = pool.Quote(in request, out SwapQuote quote);
            string got =
                $"{status} {quote.AmountInRaw} {quote.AmountOutRaw} {quote.SqrtPriceAfterX64} {quote.TickAfter}";
            Assert.True(
                status == QuoteStatus.Ok
                    && quote.AmountInRaw == Amount("amount_in")
                    && quote.AmountOutRaw == Amount("amount_out")
                    && quote.SqrtPriceAfterX64 == Wide("post_sqrt_price")
                    && quote.TickAfter == Tick("post_tick"),
                $"{got}: {line}");
            compared++;
        }

        Assert.Equal(6_872, compared);
    }
}
