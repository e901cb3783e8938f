using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Sinks;

/// <summary>
/// 64-bit digest of all decisions in order: same capture, settings and binary give the same value, inline, fused or
/// split. Covers event sequence, route, slot, integer amounts, costs, penalty, landing probability, split plan,
/// reason and message bytes; leaves out times (they
/// differ from run to run) and ring positions. Mixing step: xor, multiply by an odd constant, rotate (as in
/// wyhash-style folds); not cryptographic. Owner thread: the sinks'.
/// </summary>
public sealed class DecisionHash : IDecisionSink
{
    private const ulong Prime = 0x9E3779B97F4A7C15UL;

    /// <summary>Digest so far.</summary>
    public ulong Value { get; private set; } = 0x4C6F774C6174656EUL;

    /// <summary>Decisions taken in.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
        ulong h = Value;
        h = Mix(h, (ulong)decision.Sequence);
        h = Mix(h, ((ulong)(uint)decision.Ordinal << 32) | ((ulong)decision.Reason << 16) | decision.LegCount);
        h = Mix(h, decision.Slot);
        h = Mix(h, decision.RouteDigest);
        h = Mix(h, decision.AmountInRaw);
        h = Mix(h, decision.AmountOutRaw);
        h = Mix(h, (ulong)decision.NetProfitLamports);
        h = Mix(h, decision.PriorityFeeLamports ^ (decision.TipLamports << 20));
        h = Mix(h, decision.MinimumOutRaw);
        h = Mix(h, (ulong)decision.StalenessPenaltyLamports);
        h = Mix(h, decision.LandingPpm);
        h = Mix(h, (ulong)decision.Split.GainRaw ^ (decision.Split.AmountInRaw << 20));
        for (int i = 0; i < decision.LegCount; i++)
        {
            Leg leg = decision.Legs[i];
            h = Mix(h, ((ulong)(uint)leg.PoolId << 16) | ((ulong)leg.Direction << 8) | leg.QuoteStatus);
            h = Mix(h, leg.AmountInRaw);
            h = Mix(h, leg.AmountOutRaw);
        }

        Value = MixBytes(h, message);
        Count++;
    }

    private static ulong MixBytes(ulong h, ReadOnlySpan<byte> bytes)
    {
        h = Mix(h, (ulong)bytes.Length);
        while (bytes.Length >= 8)
        {
            h = Mix(h, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (byte b in bytes) h = Mix(h, b);
        return h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong h, ulong value)
    {
        h = (h ^ value) * Prime;
        return BitOperations.RotateLeft(h, 29) ^ (h >> 31);
    }
}
