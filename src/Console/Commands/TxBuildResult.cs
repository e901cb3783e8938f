using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>What <c>tx build</c> prints: the route in amounts, the transaction in words, and its bytes.</summary>
internal sealed record TxBuildResult(
    string Wallet, IReadOnlyList<TxBuildLeg> Legs, TxReport Transaction, string MessageBase64, string TransactionBase64)
{
    /// <summary>Decodes the bytes that were written, so what is shown is what was built.</summary>
    internal static TxBuildResult Of(
        TxRoute route, in Pubkey wallet, ReadOnlySpan<byte> transaction, in MessageLayout layout, LookupTable[] tables)
    {
        Dictionary<Pubkey, LookupTable> known = [];
        foreach (LookupTable table in tables) known[table.Key] = table;
        TransactionReadStatus status = TransactionReader.TryRead(transaction, out TransactionView view);
        if (status != TransactionReadStatus.Ok)
            throw new InvalidOperationException($"the built bytes read as {status}");
        List<TxBuildLeg> legs = [];
        foreach (TxLeg leg in route.Legs)
        {
            legs.Add(new TxBuildLeg(
                leg.Venue.ToString(), leg.Pool.ToString(), leg.InputMint.ToString(), leg.OutputMint.ToString(),
                Text(leg.AmountIn), Text(leg.AmountOut), Text(leg.MinimumOut), leg.Crossed));
        }

        return new TxBuildResult(
            wallet.ToString(),
            legs,
            TxReport.Of(view, transaction.Length, "built now, unsigned", known),
            Convert.ToBase64String(transaction.Slice(layout.MessageOffset, layout.MessageBytes)),
            Convert.ToBase64String(transaction));
    }

    /// <summary>Writes it as plain lines.</summary>
    internal void Write(bool isExampleWallet, TextWriter output)
    {
        if (isExampleWallet) output.WriteLine($"wallet      {Wallet} (nobody has its key; give --wallet)");
        for (int i = 0; i < Legs.Count; i++)
        {
            TxBuildLeg leg = Legs[i];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"leg {i + 1}       {leg.Venue} {leg.Pool}"));
            output.WriteLine($"    in      {leg.AmountIn} {leg.InputMint}");
            output.WriteLine($"    out     {leg.AmountOut} {leg.OutputMint}");
            output.WriteLine($"    at least {leg.MinimumOut}");
        }

        TxBuildLeg last = Legs[^1];
        if (last.OutputMint == Legs[0].InputMint)
        {
            Int128 profit = Int128.Parse(last.AmountOut, CultureInfo.InvariantCulture)
                - Int128.Parse(Legs[0].AmountIn, CultureInfo.InvariantCulture);
            bool passes = ulong.Parse(last.AmountOut, CultureInfo.InvariantCulture)
                >= ulong.Parse(last.MinimumOut, CultureInfo.InvariantCulture);
            string verdict = passes ? "covers its minimum" : "below its minimum: the chain would refuse it";
            string gain = profit.ToString(CultureInfo.InvariantCulture);
            output.WriteLine($"cycle       {gain} before fees, {verdict}");
        }

        TxReportText.Write(Transaction, output);
        output.WriteLine($"message     {MessageBase64}");
    }

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One leg; amounts are text in base units.</summary>
internal sealed record TxBuildLeg(
    string Venue, string Pool, string InputMint, string OutputMint, string AmountIn, string AmountOut,
    string MinimumOut, int Crossed);
