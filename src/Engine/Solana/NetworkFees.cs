using System.Runtime.CompilerServices;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Solana;

/// <summary>
/// What the chain itself charges for a transaction, integers only.
/// Source: agave b64857b5 compute-budget and fee: 5,000 lamports a signature + ceil(price * limit / 1,000,000).
/// </summary>
public static class NetworkFees
{
    /// <summary>Base fee of each signature, lamports.</summary>
    public const ulong LamportsPerSignature = 5_000;

    /// <summary>Largest compute unit limit of a transaction.</summary>
    public const uint MaxComputeUnits = 1_400_000;

    /// <summary>Priority fee of a transaction in lamports, rounded up; saturates at the largest u64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong PriorityLamports(uint computeUnitLimit, ulong microLamportsPerCu) =>
        MulDiv.TryMulDiv(computeUnitLimit, microLamportsPerCu, 1_000_000, Rounding.Up, out ulong lamports)
            ? lamports
            : ulong.MaxValue;
}
