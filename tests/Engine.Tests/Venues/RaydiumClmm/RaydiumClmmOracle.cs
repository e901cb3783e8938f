using System.Collections.Generic;
using System.Numerics;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Tests.Venues.RaydiumClmm;

/// <summary>
/// The current program's swap in BigInteger, written on its own from the program's text: dynamic fee, fee side, limit
/// orders. A swap that fails gives null.
/// </summary>
internal sealed class RaydiumClmmOracle
{
    private static readonly BigInteger Q64 = BigInteger.One << 64;
    private static readonly BigInteger Million = 1_000_000;

    private readonly ClmmText _pool;
    private readonly List<TickText> _ticks;

    public RaydiumClmmOracle(ClmmText pool)
    {
        _pool = pool;
        _ticks = [.. pool.Ticks];
    }

    public BigInteger Price { get; private set; }

    public BigInteger Liquidity { get; private set; }

    public int Tick { get; private set; }

    public BigInteger FeeSum { get; private set; }

    public BigInteger Volatility { get; private set; }

    /// <summary>Amounts into and out of the pool.</summary>
    public (BigInteger In, BigInteger Out)? Swap(bool down, bool exactIn, ulong amount, ulong now)
    {
        Price = _pool.PriceX64;
        Liquidity = _pool.Liquidity;
        Tick = _pool.Tick;
        bool feeOnInput = _pool.FeeOn == 0 || (_pool.FeeOn == 1 ? down : !down);
        BigInteger remaining = amount;
        BigInteger other = 0;
        int spacing = _pool.Spacing;
        int group = ClmmAccounts.Floor(Tick, spacing);
        (int reference, BigInteger volReference) = References(group, now);
        HashSet<int> visited = [];
        while (remaining > 0)
        {
            TickText? next = down
                ? _ticks.FindLast(t => t.Index <= Tick && !visited.Contains(t.Index))
                : _ticks.Find(t => t.Index > Tick && !visited.Contains(t.Index));
            if (next is null) return null;
            visited.Add(next.Index);
            BigInteger tickPrice = RaydiumTickMath.SqrtPriceAtTick(next.Index);
            BigInteger liquidityNext = Liquidity;
            while (true)
            {
                Volatility = Vol(group, reference, volReference);
                BigInteger rate = Rate();
                bool skip = _pool.Dynamic is null || Liquidity == 0 || Volatility == _pool.Dynamic.Value.Max;
                BigInteger bound = tickPrice;
                if (!skip)
                {
                    BigInteger edge = RaydiumTickMath.SqrtPriceAtTick((down ? group : group + 1) * spacing);
                    bound = down ? BigInteger.Max(bound, edge) : BigInteger.Min(bound, edge);
                }

                BigInteger reached = bound;
                if (Price != bound)
                {
                    (reached, BigInteger stepIn, BigInteger stepOut, BigInteger fee) =
                        Step(bound, remaining, rate, exactIn, down, feeOnInput);
                    Take(stepIn, stepOut, fee, exactIn, feeOnInput, ref remaining, ref other);
                }

                if (reached == tickPrice)
                {
                    bool ordersLeft = Match(next, rate, down, exactIn, feeOnInput, ref remaining, ref other);
                    Tick = down != ordersLeft ? next.Index - 1 : next.Index;
                    if (!ordersLeft && next.HasLiquidity)
                        liquidityNext = Liquidity + (down ? -(BigInteger)next.Net : (BigInteger)next.Net);
                }
                else if (reached != Price)
                {
                    Tick = TickOf(reached);
                }

                Price = reached;
                if (skip && _pool.Dynamic is not null)
                {
                    int at = Price == tickPrice ? next.Index : Tick;
                    group = ClmmAccounts.Floor(at, spacing);
                    if (!down && at % spacing == 0) group--;
                    if (Volatility != _pool.Dynamic.Value.Max) Volatility = Vol(group, reference, volReference);
                }

                group += down ? -1 : 1;
                if (remaining == 0 || Price == tickPrice) break;
            }

            Liquidity = liquidityNext;
        }

        BigInteger consumed = amount - remaining;
        (BigInteger paid, BigInteger got) = exactIn ? (consumed, other) : (other, consumed);
        return paid == 0 || got == 0 ? null : (paid, got);
    }

    private (int Group, BigInteger Volatility) References(int group, ulong now)
    {
        if (_pool.Dynamic is not { } fee) return (0, 0);
        ulong elapsed = now - fee.LastUpdate;
        if (elapsed < fee.Filter) return (fee.Reference, fee.VolReference);
        return (group, elapsed < fee.Decay ? (BigInteger)fee.Volatility * fee.Reduction / 10_000 : 0);
    }

    private BigInteger Vol(int group, int reference, BigInteger volReference) => _pool.Dynamic is not { } fee
        ? 0
        : BigInteger.Min(volReference + (BigInteger.Abs(reference - group) * 10_000), fee.Max);

    private BigInteger Rate()
    {
        if (_pool.Dynamic is not { } fee) return _pool.FeeRate;
        BigInteger moved = Volatility * _pool.Spacing;
        BigInteger dynamic = Ceil(fee.Control * moved * moved, BigInteger.Pow(10, 13));
        return BigInteger.Min(_pool.FeeRate + BigInteger.Min(dynamic, 100_000), 100_000);
    }

    private (BigInteger Price, BigInteger In, BigInteger Out, BigInteger Fee) Step(
        BigInteger target, BigInteger remaining, BigInteger rate, bool exactIn, bool down, bool feeOnInput)
    {
        BigInteger drive = remaining;
        if (exactIn && feeOnInput) drive = remaining * (Million - rate) / Million;
        if (!exactIn && !feeOnInput) drive = Ceil(remaining * Million, Million - rate);
        (BigInteger stepIn, BigInteger stepOut) = Amounts(Price, target, down);
        BigInteger reached = target;
        if (stepIn > ulong.MaxValue || stepOut > ulong.MaxValue || drive < (exactIn ? stepIn : stepOut))
        {
            reached = Move(drive, exactIn, down);
            (stepIn, stepOut) = Amounts(Price, reached, down);
        }

        bool partial = reached != target;
        BigInteger fee;
        if (feeOnInput)
        {
            fee = exactIn && partial ? remaining - stepIn : Ceil(stepIn * rate, Million - rate);
            if (!exactIn) stepOut = BigInteger.Min(stepOut, remaining);
        }
        else
        {
            fee = Ceil(stepOut * rate, Million);
            BigInteger net = stepOut - fee;
            if (exactIn && partial) stepIn = remaining;
            if (!exactIn && net > remaining)
            {
                fee = stepOut - remaining;
                net = remaining;
            }

            stepOut = net;
        }

        return (reached, stepIn, stepOut, fee);
    }

    private (BigInteger In, BigInteger Out) Amounts(BigInteger from, BigInteger to, bool down)
    {
        BigInteger moved = Liquidity * BigInteger.Abs(from - to);
        return down
            ? (Ceil(moved << 64, from * to), moved >> 64)
            : (Ceil(moved, Q64), (moved << 64) / (from * to));
    }

    private BigInteger Move(BigInteger amount, bool exactIn, bool down)
    {
        if (down == exactIn)
        {
            BigInteger denominator = (Liquidity << 64) + (exactIn ? amount * Price : -amount * Price);
            return Ceil((Liquidity << 64) * Price, denominator);
        }

        return exactIn ? Price + ((amount << 64) / Liquidity) : Price - Ceil(amount << 64, Liquidity);
    }

    // True if orders are left at the tick.
    private bool Match(
        TickText tick,
        BigInteger rate,
        bool down,
        bool exactIn,
        bool feeOnInput,
        ref BigInteger remaining,
        ref BigInteger other)
    {
        BigInteger unfilled = (BigInteger)tick.Orders + tick.PartFilled;
        if (unfilled == 0) return false;
        if (remaining == 0) return true;
        BigInteger sqrt = RaydiumTickMath.SqrtPriceAtTick(tick.Index);
        BigInteger price = down ? (sqrt * sqrt) >> 64 : Ceil(sqrt * sqrt, Q64);
        BigInteger fee = exactIn && feeOnInput ? Ceil(remaining * rate, Million) : 0;
        BigInteger input = remaining - fee;
        BigInteger output;
        if (exactIn)
        {
            output = down ? input * price / Q64 : (input << 64) / price;
            if (output > unfilled)
            {
                output = unfilled;
                input = down ? Ceil(unfilled << 64, price) : Ceil(unfilled * price, Q64);
                if (feeOnInput) fee = Ceil(input * rate, Million - rate);
            }
        }
        else
        {
            output = BigInteger.Min(remaining, unfilled);
            if (!feeOnInput) output = BigInteger.Min(Ceil(output * Million, Million - rate), unfilled);
            input = down ? Ceil(output << 64, price) : Ceil(output * price, Q64);
            fee = feeOnInput ? Ceil(input * rate, Million - rate) : 0;
        }

        BigInteger left = unfilled - output;
        if (!feeOnInput)
        {
            fee = Ceil(output * rate, Million);
            output -= fee;
        }

        Take(input, output, fee, exactIn, feeOnInput, ref remaining, ref other);
        return left > 0;
    }

    private void Take(
        BigInteger stepIn,
        BigInteger stepOut,
        BigInteger fee,
        bool exactIn,
        bool feeOnInput,
        ref BigInteger remaining,
        ref BigInteger other)
    {
        BigInteger paid = feeOnInput ? stepIn + fee : stepIn;
        remaining -= exactIn ? paid : stepOut;
        other += exactIn ? stepOut : paid;
        FeeSum += fee;
    }

    private static int TickOf(BigInteger price)
    {
        int low = -443636;
        int high = 443636;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            if (RaydiumTickMath.SqrtPriceAtTick(middle) <= price) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    private static BigInteger Ceil(BigInteger numerator, BigInteger denominator) =>
        (numerator + denominator - 1) / denominator;
}
