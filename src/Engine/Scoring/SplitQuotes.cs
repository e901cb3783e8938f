using System.Runtime.CompilerServices;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Exact leg quotes of one search for a split, counted against its budget and kept: a step of a staircase begins where
/// the bracket that found it ended, so that a fifth of the quotes are asked for again. One asked again counts again.
/// Owner: the router that made it. Memory: 8 KiB.
/// </summary>
internal sealed class SplitQuotes(MarketGraph graph)
{
    /// <summary>Places of quotes: more than the usual budget, so that few take another's.</summary>
    private const int KeptMax = 256;

    private readonly Kept[] _kept = new Kept[KeptMax];
    private SwapRequest _request;
    private int _search;

    /// <summary>Exact leg quotes left.</summary>
    internal int Left { get; private set; }

    /// <summary>Starts a search with so many quotes: the pools may have changed since the last one.</summary>
    internal void Begin(int quotes)
    {
        Left = quotes;
        _search++;
    }

    /// <summary>Counts a quote whose output is known without it.</summary>
    internal void Charge() => Left--;

    /// <summary>
    /// Exact output of an edge, 0 if the quote fails; and the fee's rate if it is taken from the output of a swap in
    /// one step, else 0.
    /// </summary>
    internal ulong Out(int edge, ulong amount, out uint outputFeeE9)
    {
        Charge();
        return Peek(edge, amount, out outputFeeE9);
    }

    /// <summary>The same, not counted.</summary>
    [SkipLocalsInit]
    internal ulong Peek(int edge, ulong amount, out uint outputFeeE9)
    {
        ref Kept kept = ref _kept[(int)((amount + ((uint)edge * 37)) % KeptMax)];
        outputFeeE9 = kept.OutputFeeE9;
        if (kept.Amount == amount && kept.Edge == edge && kept.Search == _search) return kept.Output;
        int pool = MarketGraph.EdgePool(edge);
        _request.Direction = MarketGraph.EdgeDirection(edge);
        _request.AmountRaw = amount;
        _request.Clock = graph.Clock(pool);
        QuoteStatus status = graph.Pool(pool).Quote(in _request, out SwapQuote quote);
        ulong output = status == QuoteStatus.Ok ? quote.AmountOutRaw : 0;
        outputFeeE9 = quote.FeeOnOutput && quote.LastStepOutRaw == 0 ? quote.FeeRateE9 : 0;
        kept = new Kept(amount, output, edge, _search, outputFeeE9);
        return output;
    }

    private readonly record struct Kept(ulong Amount, ulong Output, int Edge, int Search, uint OutputFeeE9);
}
