using System.Runtime.InteropServices;

namespace LowLatency.Ring;

/// <summary>One line: seven words of payload, and the stamp in the eighth.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct Entry64
{
    internal const int StampOffsetBytes = 56;

    internal long A;
    internal long B;
    internal long C;
    internal long D;
    internal long E;
    internal long F;
    internal long G;
    internal long Stamp;

    internal void Fill(long value)
    {
        A = value;
        B = value + 1;
        C = value + 2;
        D = value + 3;
        E = value + 4;
        F = value + 5;
        G = value + 6;
    }

    internal readonly long Sum() => A + B + C + D + E + F + G;
}

/// <summary>The smallest entry that carries its stamp: one word of payload.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct Entry16
{
    internal const int StampOffsetBytes = 8;

    internal long Value;
    internal long Stamp;
}
