using System;
using System.Buffers.Text;
using LowLatency.Engine.Events;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// The strict reader of a simulateTransaction exchange: the message out of the request, how it ended out of the answer.
/// Source: agave b64857b5 rpc-client-types RpcSimulateTransactionResult (err, logs, unitsConsumed), solana-sdk
/// transaction-error (the member's text is a variant's name, or an object of one variant), solana-sdk@122f32e5
/// transaction/src/versioned (placement of signatures).
/// </summary>
internal static class SimulationJson
{
    private const byte VersionFlag = 0x80;
    private const int SignatureBytes = 64;

    /// <summary>
    /// The message of the transaction in a request's params, decoded into <paramref name="room"/>. Signatures, zero as
    /// they are, stand before it, and behind it in version 1.
    /// </summary>
    public static DecodeCause ReadMessage(
        ReadOnlySpan<byte> parameters, Span<byte> room, out ReadOnlySpan<byte> message)
    {
        message = default;
        JsonCursor cursor = new(parameters);
        bool isFirst = true;
        if (!cursor.TryEnterArray() || !cursor.NextElement(ref isFirst) || !cursor.TryReadString(out JsonText text))
            return AccountJson.Refused(cursor);
        if (text.IsEscaped || Base64.GetMaxDecodedFromUtf8Length(text.Raw.Length) > room.Length)
            return DecodeCause.PayloadTooLarge;
        if (!Base64Text.TryDecode(text.Raw, room, out int length) || length < 2) return DecodeCause.BadBase64;
        ReadOnlySpan<byte> transaction = room[..length];
        bool isV1 = (transaction[0] & VersionFlag) != 0;
        int signatures = SignatureBytes * (isV1 ? transaction[1] : transaction[0]);
        if (length <= signatures + 1) return DecodeCause.UnexpectedShape;
        message = isV1 ? transaction[..^signatures] : transaction[(1 + signatures)..];
        return DecodeCause.None;
    }

    /// <summary>Reads the answer's value.</summary>
    public static DecodeCause ReadValue(ReadOnlySpan<byte> value, ref Simulated simulated)
    {
        JsonCursor cursor = new(value);
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        simulated.FailedInstruction = SimulationPayload.NoInstruction;
        InstructionUnits units = new(simulated.Units);
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText name))
        {
            bool ok = true;
            if (name.Is("err"u8)) ok = ReadError(ref cursor, ref simulated);
            else if (name.Is("logs"u8)) ok = ReadLogs(ref cursor, ref units);
            else if (name.Is("unitsConsumed"u8)) ok = ReadUnits(ref cursor, ref simulated);
            else ok = cursor.SkipValue();
            if (!ok) return AccountJson.Refused(cursor);
        }

        if (!cursor.IsAtEnd()) return DecodeCause.MalformedJson;
        if (units.IsWhole) simulated.UnitCount = units.Count;
        bool isLast = units.IsWhole && units.Count == simulated.FailedInstruction + 1;
        if (simulated.End == SimulationEnd.InstructionError && isLast && units.IsExhausted)
            simulated.End = SimulationEnd.OutOfUnits;
        return DecodeCause.None;
    }

    private static bool ReadLogs(ref JsonCursor cursor, ref InstructionUnits units)
    {
        if (cursor.TryReadNull()) return true;
        if (!cursor.TryEnterArray()) return false;
        bool isFirst = true;
        while (cursor.NextElement(ref isFirst))
        {
            if (!cursor.TryReadString(out JsonText line)) return false;
            units.Take(line.Raw); // the runtime's own lines have no escapes where they are read
        }

        return !cursor.Failed;
    }

    private static bool ReadUnits(ref JsonCursor cursor, ref Simulated simulated)
    {
        if (cursor.TryReadNull()) return true;
        if (!cursor.TryReadUInt64(out ulong units)) return false;
        simulated.UnitsConsumed = (uint)Math.Min(units, uint.MaxValue);
        return true;
    }

    private static bool ReadError(ref JsonCursor cursor, ref Simulated simulated)
    {
        if (cursor.TryReadNull()) return true;
        simulated.End = SimulationEnd.Refused;
        if (cursor.TryReadString(out JsonText name))
        {
            bool isPayer = name.Is("AccountNotFound"u8) || name.Is("InsufficientFundsForFee"u8)
                || name.Is("InvalidAccountForFee"u8) || name.Is("ProgramAccountNotFound"u8);
            if (isPayer) simulated.End = SimulationEnd.Payer;
            return true;
        }

        if (!cursor.TryEnterObject()) return false;
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText variant))
        {
            bool isInstruction = variant.Is("InstructionError"u8);
            if (variant.Is("InsufficientFundsForRent"u8)) simulated.End = SimulationEnd.Payer;
            if (!(isInstruction ? ReadInstructionError(ref cursor, ref simulated) : cursor.SkipValue())) return false;
        }

        return !cursor.Failed;
    }

    /// <summary>[index, "Name"], or [index, {"Custom": code}], or [index, {"Other": text}].</summary>
    private static bool ReadInstructionError(ref JsonCursor cursor, ref Simulated simulated)
    {
        bool isFirst = true;
        if (!cursor.TryEnterArray() || !cursor.NextElement(ref isFirst)) return false;
        if (!cursor.TryReadUInt64(out ulong index) || index >= SimulationPayload.NoInstruction) return false;
        simulated.FailedInstruction = (byte)index;
        simulated.End = SimulationEnd.InstructionError;
        if (!cursor.NextElement(ref isFirst)) return false;
        if (cursor.TryReadString(out JsonText name))
        {
            if (name.Is("ComputationalBudgetExceeded"u8)) simulated.End = SimulationEnd.OutOfUnits;
        }
        else if (cursor.TryEnterObject())
        {
            bool isFirstMember = true;
            while (cursor.NextMember(ref isFirstMember, out JsonText variant))
            {
                bool isCustom = variant.Is("Custom"u8);
                if (!isCustom)
                {
                    if (!cursor.SkipValue()) return false;
                    continue;
                }

                if (!cursor.TryReadUInt64(out ulong code) || code > uint.MaxValue) return false;
                simulated.Code = (uint)code;
                simulated.End = SimulationEnd.ProgramError;
            }
        }
        else
        {
            return false;
        }

        return !cursor.NextElement(ref isFirst) && !cursor.Failed;
    }
}

/// <summary>What an answer says of a simulation.</summary>
/// <param name="units">Room for the units of each instruction.</param>
internal ref struct Simulated(Span<uint> units)
{
    /// <summary>Room for the units of each instruction.</summary>
    public readonly Span<uint> Units = units;

    /// <summary>How many of them are known.</summary>
    public int UnitCount;

    /// <summary>How it ended.</summary>
    public SimulationEnd End;

    /// <summary>Instruction that failed.</summary>
    public byte FailedInstruction;

    /// <summary>The program's own code.</summary>
    public uint Code;

    /// <summary>Units of the whole transaction; 0 if not said.</summary>
    public uint UnitsConsumed;
}
