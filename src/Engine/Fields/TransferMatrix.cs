using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Fields;

/// <summary>
/// A 2x2 matrix of a linear layer, read as the Moebius map x -> (A x + B) / (C x + D). Composition of maps is the
/// matrix product, so a chain of layers is one matrix. The scalar is generic: real for AMM legs (<c>out(x) = R x / (1 +
/// C x)</c> is [[R, 0], [C, 1]]), complex for optical layers; the JIT compiles each on its own, so neither pays for the
/// other.
/// </summary>
/// <param name="A">Row 1, column 1.</param>
/// <param name="B">Row 1, column 2.</param>
/// <param name="C">Row 2, column 1.</param>
/// <param name="D">Row 2, column 2.</param>
public readonly record struct TransferMatrix<T>(T A, T B, T C, T D)
    where T : struct, INumberBase<T>
{
    /// <summary>The map that changes nothing.</summary>
    public static TransferMatrix<T> Identity => new(T.One, T.Zero, T.Zero, T.One);

    /// <summary>Determinant A D - B C.</summary>
    public T Determinant
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (A * D) - (B * C);
    }

    /// <summary>The matrix with rows and columns exchanged.</summary>
    public TransferMatrix<T> Transposed
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(A, C, B, D);
    }

    /// <summary>Product: the map <paramref name="second"/> after <paramref name="first"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TransferMatrix<T> operator *(in TransferMatrix<T> second, in TransferMatrix<T> first) => new(
        (second.A * first.A) + (second.B * first.C),
        (second.A * first.B) + (second.B * first.D),
        (second.C * first.A) + (second.D * first.C),
        (second.C * first.B) + (second.D * first.D));

    /// <summary>Value of the map at x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply(T x) => ((A * x) + B) / ((C * x) + D);

    /// <summary>Derivative of the map at x: determinant / (C x + D)^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Slope(T x)
    {
        T below = (C * x) + D;
        return Determinant / (below * below);
    }

    /// <summary>The x that the map takes to y: (D y - B) / (A - C y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Invert(T y) => ((D * y) - B) / (A - (C * y));
}

/// <summary>
/// Chains of transfer matrices: product and its reverse-mode derivative. Scratch memory: the caller's spans only.
/// </summary>
public static class TransferChain
{
    /// <summary>Matrix of the whole chain; element 0 acts first. Time: one 2x2 product an element.</summary>
    public static TransferMatrix<T> Product<T>(ReadOnlySpan<TransferMatrix<T>> chain)
        where T : struct, INumberBase<T>
    {
        if (typeof(T) == typeof(double))
        {
            // A matrix is its four elements in order.
            Vector256<double> real = Product(MemoryMarshal.Cast<TransferMatrix<T>, Vector256<double>>(chain));
            // SAFETY: T is double here, so that both types are one.
            return Unsafe.BitCast<TransferMatrix<double>, TransferMatrix<T>>(new TransferMatrix<double>(
                real.GetElement(0), real.GetElement(1), real.GetElement(2), real.GetElement(3)));
        }

        TransferMatrix<T> product = TransferMatrix<T>.Identity;
        foreach (ref readonly TransferMatrix<T> element in chain) product = element * product;
        return product;
    }

    /// <summary>
    /// Real matrices as vectors of their four elements, taken two by two. PERF: half of the time of the walk by
    /// elements, as each product waits for fewer others (InputSizerBenchmark.ChainOptimum).
    /// </summary>
    private static Vector256<double> Product(ReadOnlySpan<Vector256<double>> chain)
    {
        if (chain.IsEmpty) return Vector256.Create(1.0, 0, 0, 1);
        bool isOdd = (chain.Length & 1) != 0;
        Vector256<double> product = isOdd ? chain[0] : Multiply(chain[1], chain[0]);
        for (int i = isOdd ? 2 : 3; i < chain.Length; i += 2)
            product = Multiply(Multiply(chain[i], chain[i - 1]), product);
        return product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Multiply(Vector256<double> second, Vector256<double> first)
    {
        Vector256<double> left = Vector256.Shuffle(second, Vector256.Create(0L, 0, 2, 2));
        Vector256<double> right = Vector256.Shuffle(second, Vector256.Create(1L, 1, 3, 3));
        Vector256<double> upper = Vector256.Shuffle(first, Vector256.Create(0L, 1, 0, 1));
        Vector256<double> lower = Vector256.Shuffle(first, Vector256.Create(2L, 3, 2, 3));
        return (left * upper) + (right * lower);
    }

    /// <summary>
    /// For a scalar function L of the chain's product P, given dL/dP (element by element), writes dL/dM for every
    /// element M. With P = S M Q (Q the product before M, S after it): dL/dM = S^T (dL/dP) Q^T. Two passes, about twice
    /// the forward cost. Complex scalars get the holomorphic derivative (no conjugation).
    /// </summary>
    /// <param name="chain">The elements, 0 acts first.</param>
    /// <param name="productGradient">dL/dP.</param>
    /// <param name="gradients">Receives dL/dM for each element; as long as <paramref name="chain"/>.</param>
    public static void Backward<T>(
        ReadOnlySpan<TransferMatrix<T>> chain,
        in TransferMatrix<T> productGradient,
        Span<TransferMatrix<T>> gradients)
        where T : struct, INumberBase<T>
    {
        TransferMatrix<T> before = TransferMatrix<T>.Identity;
        for (int i = 0; i < chain.Length; i++)
        {
            gradients[i] = before;
            before = chain[i] * before;
        }

        TransferMatrix<T> after = productGradient;
        for (int i = chain.Length - 1; i >= 0; i--)
        {
            gradients[i] = after * gradients[i].Transposed;
            after = chain[i].Transposed * after;
        }
    }
}

/// <summary>
/// Closed forms for the profit of a chain of swaps, f(x) = M(x) - x, with M a real Moebius map that rises and bends
/// down.
/// </summary>
public static class TradeCurve
{
    /// <summary>
    /// Input with the largest profit, where the slope is 1: (C x + D)^2 = det, so x = (sqrt(det) - D) / C, written
    /// without cancellation as (det - D^2) / (C (sqrt(det) + D)). Positive infinity for a straight line steeper than 1;
    /// negative or 0 if nothing is gained (negative infinity for a straight line that is not).
    /// </summary>
    public static double Optimum(in TransferMatrix<double> chain)
    {
        double det = chain.Determinant;
        double excess = det - (chain.D * chain.D);
        if (!(chain.C > 0)) return excess > 0 ? double.PositiveInfinity : double.NegativeInfinity;
        return excess / (chain.C * (Math.Sqrt(det < 0 ? 0 : det) + chain.D));
    }

    /// <summary>
    /// Largest input that does not lose: the larger root of C x^2 + (D - A) x - B = 0. Positive infinity if every input
    /// gains, 0 if none does.
    /// </summary>
    public static double BreakEven(in TransferMatrix<double> chain)
    {
        double rise = chain.A - chain.D;
        if (!(chain.C > 0))
        {
            // A straight line: A x + B = D x.
            if (rise >= 0) return rise > 0 || chain.B > 0 ? double.PositiveInfinity : 0;
            return Math.Max(0, -chain.B / rise);
        }

        double discriminant = (rise * rise) + (4 * chain.B * chain.C);
        if (!(discriminant >= 0)) return 0;
        double root = Math.Sqrt(discriminant);
        double larger = rise >= 0 ? (rise + root) / (2 * chain.C) : 2 * chain.B / (root - rise);
        return Math.Max(0, larger);
    }

    /// <summary>
    /// Profit at x per relative change of each reserve of a chain of constant-product legs [[R, 0], [C, 1]], where
    /// R = keep y / x and C = keep / x of the reserves x and y. Element i of the result is that of leg i - 1's output
    /// reserve, and less than zero by as much that of leg i's input reserve: only the ratio of two reserves that one
    /// amount passes matters. The value behind i legs is N / D in homogeneous coordinates, D = 1 + c x with c from the
    /// product of these legs, and the derivative is x D slope: the product of R, which its numerators N share, and
    /// both squares of D cancel.
    /// PERF: nothing but the last product waits for x (InputSizerBenchmark.ChainGradient).
    /// </summary>
    /// <param name="chain">The legs, 0 acts first.</param>
    /// <param name="slope">Slope of the whole chain at x; 1 at the optimum, and so no division.</param>
    /// <param name="x">Input of the first leg.</param>
    /// <param name="gradients">Receives one number more than there are legs.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReserveGradients(
        ReadOnlySpan<TransferMatrix<double>> chain, double slope, double x, Span<double> gradients)
    {
        gradients = gradients[..(chain.Length + 1)];
        double scale = x * slope;
        double perCurvature = x * scale;
        double rate = 1;
        double curvature = 0;
        ref double to = ref MemoryMarshal.GetReference(gradients);
        to = scale;
        foreach (ref readonly TransferMatrix<double> leg in chain)
        {
            // SAFETY: there is one number more than legs.
            to = ref Unsafe.Add(ref to, 1);
            curvature += leg.C * rate;
            rate *= leg.A;
            to = Math.FusedMultiplyAdd(perCurvature, curvature, scale);
        }
    }

    /// <summary>Derivative of the profit at x with respect to each element of the chain's matrix.</summary>
    public static TransferMatrix<double> ProfitGradient(in TransferMatrix<double> chain, double x)
    {
        double below = (chain.C * x) + chain.D;
        double value = ((chain.A * x) + chain.B) / below;
        return new TransferMatrix<double>(x / below, 1 / below, -x * value / below, -value / below);
    }
}
