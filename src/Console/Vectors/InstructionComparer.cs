using System;
using System.Buffers.Binary;
using System.Globalization;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>Writes a swap with the product's own writer and compares it with an executed instruction.</summary>
internal sealed class InstructionComparer
{
    /// <summary>Field of a difference if there is no instruction to compare.</summary>
    internal const string WholeField = "instruction";

    // Variants are the venue's own numbering from 0; no venue has more.
    private const int MaxVariants = 8;

    private readonly InstructionBuffer _buffer = new();

    /// <summary>
    /// Null if some variant of the venue equals <paramref name="expected"/>; else the first difference of the variant
    /// nearest to it (same data, else same tag).
    /// </summary>
    internal VectorDifference? Compare(Pool pool, SwapInstructionRequest request, InstructionText expected,
        string caseId)
    {
        VectorDifference? nearest = null;
        int nearestRank = -1;
        for (int variant = 0; variant < MaxVariants; variant++)
        {
            request.Variant = variant;
            QuoteStatus status = pool.WriteSwap(in request, _buffer);
            if (status != QuoteStatus.Ok)
            {
                if (nearestRank < 0)
                {
                    nearest = new VectorDifference(caseId, WholeField, "an instruction", $"none: {status}");
                    nearestRank = 0;
                }

                continue;
            }

            VectorDifference? difference = Difference(expected, caseId);
            if (difference is null)
            {
                bool isPatched = request.Mode == SwapMode.ExactIn && variant == 0; // by the engine: see LegBuffers
                return isPatched ? DifferenceOfOthers(pool, request, expected, caseId) : null;
            }

            int rank = Rank(expected);
            if (rank <= nearestRank) continue;
            nearest = difference;
            nearestRank = rank;
        }

        return nearest;
    }

    /// <summary>
    /// Null if other amounts change nothing but the amounts, where these stand side by side behind a tag of 8 bytes or
    /// of one: what a swap that is patched rests on.
    /// </summary>
    private VectorDifference? DifferenceOfOthers(
        Pool pool, SwapInstructionRequest request, InstructionText expected, string caseId)
    {
        Span<byte> amounts = stackalloc byte[2 * sizeof(ulong)];
        Put(in request, amounts);
        int tag = expected.Data.AsSpan().IndexOf(amounts);
        if (tag is not (sizeof(byte) or sizeof(ulong))) return null;
        request.AmountRaw = (request.AmountRaw / 3) + 1;
        request.ThresholdRaw = (request.ThresholdRaw / 7) + 1;
        Put(in request, amounts);
        byte[] data = (byte[])expected.Data.Clone();
        amounts.CopyTo(data.AsSpan(tag));
        QuoteStatus status = pool.WriteSwap(in request, _buffer);
        return status == QuoteStatus.Ok
            ? Difference(expected with { Data = data }, caseId)
            : new VectorDifference(caseId, WholeField, "an instruction of other amounts", $"none: {status}");

        static void Put(in SwapInstructionRequest of, Span<byte> amounts)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(amounts, of.AmountRaw);
            BinaryPrimitives.WriteUInt64LittleEndian(amounts[sizeof(ulong)..], of.ThresholdRaw);
        }
    }

    /// <summary>Field of a difference in one account of the list.</summary>
    internal static string AccountField(int index) => Text($"instruction account {index}");

    private int Rank(InstructionText expected)
    {
        if (_buffer.Data.SequenceEqual(expected.Data)) return _buffer.Accounts.Length == expected.Accounts.Length
            ? 4 : 3;
        int tag = System.Math.Min(_buffer.Data.Length, System.Math.Min(expected.Data.Length, sizeof(ulong)));
        return _buffer.Data[..tag].SequenceEqual(expected.Data.AsSpan(0, tag)) ? 2 : 1;
    }

    private VectorDifference? Difference(InstructionText expected, string caseId)
    {
        if (_buffer.Overflowed) return new VectorDifference(caseId, "instruction", "an instruction",
            "too long to write");
        if (_buffer.ProgramId != expected.ProgramId)
            return new VectorDifference(caseId, "instruction program", $"{expected.ProgramId}", $"{_buffer.ProgramId}");
        if (!_buffer.Data.SequenceEqual(expected.Data))
            return new VectorDifference(caseId, "instruction data", Convert.ToHexStringLower(expected.Data),
                Convert.ToHexStringLower(_buffer.Data));
        ReadOnlySpan<AccountMeta> got = _buffer.Accounts;
        int shared = System.Math.Min(got.Length, expected.Accounts.Length);
        for (int i = 0; i < shared; i++)
            if (got[i] != expected.Accounts[i])
                return new VectorDifference(caseId, AccountField(i), Describe(expected.Accounts[i]),
                    Describe(got[i]));
        return got.Length == expected.Accounts.Length
            ? null
            : new VectorDifference(caseId, "instruction accounts", Text($"{expected.Accounts.Length}"),
                Text($"{got.Length}"));
    }

    private static string Describe(AccountMeta meta)
    {
        string signer = (meta.Flags & AccountFlags.Signer) != 0 ? "s" : string.Empty;
        string writable = (meta.Flags & AccountFlags.Writable) != 0 ? "w" : string.Empty;
        return $"{meta.Key} [{signer}{writable}]";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
