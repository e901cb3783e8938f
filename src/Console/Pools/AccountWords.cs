using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Pipeline.View;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Pools;

/// <summary>
/// What an account of a venue says, in words for a terminal: its own numbers, and what a pool makes of them.
/// </summary>
internal sealed class AccountWords(TextWriter output)
{
    private const int MaxDependencies = 256;
    private const int MaxPieces = 512;
    private const double DepthShare = 0.01;
    private const long MaxUnixSeconds = 253_402_300_800; // year 10000, the end of a DateTime

    private readonly AccountFact[] _facts = new AccountFact[AccountFacts.Max];
    private readonly CurveSegment[] _pieces = new CurveSegment[MaxPieces];

    /// <summary>The account's own numbers, a line each.</summary>
    public void WriteFacts(in AccountView account, in AccountClass kind)
    {
        int count = AccountFacts.Copy(in account, in kind, _facts);
        foreach (AccountFact fact in _facts.AsSpan(0, count)) Row(Name(fact.Id), ValueOf(in fact));
    }

    /// <summary>
    /// Mints, balances, price, depth and what else a pool needs; balances as far as <paramref name="accounts"/> has
    /// them, price and depth as it quotes at <paramref name="clock"/>.
    /// </summary>
    public void WritePool(Pool pool, IReadOnlyDictionary<Pubkey, AccountText> accounts, in ChainClock clock)
    {
        NamedMint mintA = new(pool.MintA, DecimalsOf(pool.MintA, accounts));
        NamedMint mintB = new(pool.MintB, DecimalsOf(pool.MintB, accounts));
        Row("mint A", Text($"{pool.MintA}{Label(mintA)}"));
        Row("mint B", Text($"{pool.MintB}{Label(mintB)}"));
        AccountDependency[] dependencies = new AccountDependency[MaxDependencies];
        int count = pool.CopyDependencies(dependencies);
        foreach (AccountDependency dependency in dependencies.AsSpan(0, count))
        {
            bool isVaultA = dependency.Role == AccountRole.VaultA;
            if (!isVaultA && dependency.Role != AccountRole.VaultB) continue;
            if (!accounts.TryGetValue(dependency.Key, out AccountText? vault)) continue;
            if (!TokenAccountInfo.TryDecode(vault.View, out TokenAccountInfo state)) continue;
            Row(isVaultA ? "vault A" : "vault B", Amount(isVaultA ? mintA : mintB, state.AmountRaw));
        }

        WritePrices(pool, mintA, mintB, in clock);
        foreach (AccountDependency dependency in dependencies.AsSpan(0, count))
        {
            string optional = dependency.Required ? string.Empty : " (optional)";
            Row("needs", Text($"{dependency.Role} {dependency.Key}{optional}"));
        }

        string timed = pool.IsTimeDependent ? ", quotes change with time" : string.Empty;
        Row("readiness", Text($"{pool.Readiness}{timed}"));
    }

    private void WritePrices(Pool pool, in NamedMint mintA, in NamedMint mintB, in ChainClock clock)
    {
        bool isScaled = mintA.Decimals >= 0 && mintB.Decimals >= 0;
        double scale = isScaled ? Math.Pow(10, mintA.Decimals - mintB.Decimals) : 1;
        string unit = isScaled ? mintB.Name : "base units of B";
        string one = isScaled ? $"1 {mintA.Name}" : "1 base unit of A";
        (double sold, double bought) = (0, 0);
        if (pool.Readiness == QuoteStatus.Ok) pool.MarginalRates(in clock, out sold, out bought);
        if (sold <= 0 || bought <= 0)
        {
            double stated = pool.StatedPrice * scale;
            string why = pool.Readiness == QuoteStatus.Ok ? "no liquidity known" : pool.Readiness.ToString();
            if (stated > 0 && double.IsFinite(stated))
                Row("price", Text($"{one} = {stated:G7} {unit}, as the pool states it; not tradable ({why})"));
            return;
        }

        double apart = (1 - (sold * bought)) * 100;
        Row("price", Text(
            $"{one} sells for {sold * scale:G7}, costs {scale / bought:G7} {unit}; {apart:0.####} % for both ways"));
        double depthA = Depth(pool, SwapDirection.AToB, in clock);
        double depthB = Depth(pool, SwapDirection.BToA, in clock);
        Row("moved by 1 %", $"{Amount(mintA, (UInt128)depthA)} or {Amount(mintB, (UInt128)depthB)} in");
    }

    private double Depth(Pool pool, SwapDirection direction, in ChainClock clock)
    {
        int count = pool.CopySegments(direction, in clock, _pieces);
        return CurveMath.InputToMove(_pieces.AsSpan(0, count), DepthShare);
    }

    private static int DecimalsOf(in Pubkey mint, IReadOnlyDictionary<Pubkey, AccountText> accounts) =>
        accounts.TryGetValue(mint, out AccountText? account) && MintInfo.TryDecode(account.View, out MintInfo info)
            ? info.KnownDecimals
            : -1;

    private static string Label(in NamedMint mint) =>
        mint.Decimals >= 0 ? Text($" ({mint.Name}, {mint.Decimals} decimals)") : $" ({mint.Name})";

    private static string Amount(in NamedMint mint, UInt128 raw) =>
        mint.InTokens((Int128)raw) ?? Text($"{raw:N0} base units");

    private static string ValueOf(in AccountFact fact) => fact.Id switch
    {
        AccountFactId.FeeRatePpm or AccountFactId.CreatorFeeRatePpm => Text($"{(double)fact.Value / 1e4:0.####} %"),
        AccountFactId.CliffFeeRatePpb => Text($"{(double)fact.Value / 1e7:0.#######} %"),
        AccountFactId.LpFeeBps or AccountFactId.ProtocolFeeBps or AccountFactId.CreatorFeeBps
            or AccountFactId.BinStepBps => Text($"{(double)fact.Value / 100:0.##} %"),
        AccountFactId.OpensAt when fact.Value > 0 && fact.Value < MaxUnixSeconds =>
            Text($"{DateTime.UnixEpoch.AddSeconds((double)fact.Value):yyyy-MM-dd HH:mm:ss} UTC"),
        _ => fact.Value.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>TickSpacing as "tick spacing"; the unit is in the value.</summary>
    private static string Name(AccountFactId id)
    {
        StringBuilder words = new();
        string name = id.ToString();
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0) words.Append(' ');
            words.Append(i == name.Length - 1 ? name[i] : char.ToLowerInvariant(name[i])); // "owed A": a side
        }

        return words.ToString().Replace(" ppm", "", StringComparison.Ordinal)
            .Replace(" ppb", "", StringComparison.Ordinal).Replace(" bps", "", StringComparison.Ordinal);
    }

    private void Row(string name, string value) => output.WriteLine($"  {name,-22} {value}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
