using System;

namespace LowLatency.Engine.Solana;

/// <summary>
/// A point of edwards25519 in extended coordinates (x = X/Z, y = Y/Z, T = XY/Z). The formulas are complete: they hold
/// for
/// every pair of points, so no case is treated apart and secrets do not steer branches.
/// Source: RFC 8032 sections 5.1.2 (encoding), 5.1.3 (decoding), 5.1.4 (addition, doubling).
/// </summary>
internal struct EdwardsPoint
{
    private Field25519 _x;
    private Field25519 _y;
    private Field25519 _z;
    private Field25519 _t;

    /// <summary>The neutral element (0, 1).</summary>
    public static EdwardsPoint Identity => new() { _y = Field25519.One, _z = Field25519.One };

    /// <summary>The generator B: y = 4/5 with even x.</summary>
    public static EdwardsPoint BasePoint { get; } = DecodeBase();

    /// <summary>True for (0, 1).</summary>
    public readonly bool IsIdentity => _x.IsZero && (_y - _z).IsZero;

    /// <summary>
    /// Decodes 32 bytes by the validator's rule (see <see cref="ProgramAddress.IsOnCurve"/>); false off the curve.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, out EdwardsPoint point)
    {
        Field25519 y = Field25519.Read(source);
        Field25519 ySquared = y.Square();
        Field25519 u = ySquared - Field25519.One;
        Field25519 v = (Field25519.EdwardsD * ySquared) + Field25519.One;

        // Candidate root of u/v: u v^3 (u v^7)^((p-5)/8); times sqrt(-1) if its square is -u/v.
        Field25519 v3 = v.Square() * v;
        Field25519 x = u * v3 * (u * v3.Square() * v).Power252Minus3();
        Field25519 check = v * x.Square();
        if (!(check - u).IsZero)
        {
            if (!(check + u).IsZero)
            {
                point = default;
                return false;
            }

            x *= Field25519.SquareRootOfMinusOne;
        }

        if (x.LowBit != (uint)source[31] >> 7) x = default(Field25519) - x;
        point = new EdwardsPoint { _x = x, _y = y, _z = Field25519.One, _t = x * y };
        return true;
    }

    /// <summary>Encodes to 32 bytes: y with the lowest bit of x on top.</summary>
    public readonly void CopyTo(Span<byte> destination)
    {
        Field25519 inverse = _z.Invert();
        (_y * inverse).CopyTo(destination);
        destination[31] |= (byte)((_x * inverse).LowBit << 7);
    }

    /// <summary>Sum of two points.</summary>
    public static EdwardsPoint operator +(in EdwardsPoint p, in EdwardsPoint q)
    {
        Field25519 a = (p._y - p._x) * (q._y - q._x);
        Field25519 b = (p._y + p._x) * (q._y + q._x);
        Field25519 c = p._t * Field25519.TwoEdwardsD * q._t;
        Field25519 d = p._z * q._z;
        return Finish(b - a, d + d - c, d + d + c, b + a);
    }

    /// <summary>The inverse point.</summary>
    public static EdwardsPoint operator -(in EdwardsPoint p) =>
        new() { _x = default(Field25519) - p._x, _y = p._y, _z = p._z, _t = default(Field25519) - p._t };

    /// <summary>Twice the point.</summary>
    public readonly EdwardsPoint Double()
    {
        Field25519 a = _x.Square();
        Field25519 b = _y.Square();
        Field25519 c = _z.Square();
        Field25519 h = a + b;
        Field25519 e = h - (_x + _y).Square();
        Field25519 g = a - b;
        return Finish(e, c + c + g, g, h);
    }

    /// <summary>Takes <paramref name="other"/> where the mask is all ones.</summary>
    public void Select(in EdwardsPoint other, ulong mask)
    {
        _x.Select(other._x, mask);
        _y.Select(other._y, mask);
        _z.Select(other._z, mask);
        _t.Select(other._t, mask);
    }

    private static EdwardsPoint Finish(in Field25519 e, in Field25519 f, in Field25519 g, in Field25519 h) =>
        new() { _x = e * f, _y = g * h, _z = f * g, _t = e * h };

    private static EdwardsPoint DecodeBase()
    {
        // 4/5 modulo p is 0x66...6658, little-endian 58 66 ... 66. Source: RFC 8032 section 5.1.
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(0x66);
        bytes[0] = 0x58;
        _ = TryDecode(bytes, out EdwardsPoint point);
        return point;
    }
}
