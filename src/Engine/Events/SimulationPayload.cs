using System;
using System.Buffers.Binary;

namespace LowLatency.Engine.Events;

/// <summary>How a simulated transaction ended. Every value is a counter.</summary>
public enum SimulationEnd : byte
{
    /// <summary>It would succeed.</summary>
    Ok = 0,

    /// <summary>A program refused with a code of its own.</summary>
    ProgramError = 1,

    /// <summary>An instruction failed for another reason.</summary>
    InstructionError = 2,

    /// <summary>An instruction ran out of compute units.</summary>
    OutOfUnits = 3,

    /// <summary>The payer is missing or cannot pay: says nothing of the route.</summary>
    Payer = 4,

    /// <summary>The transaction as a whole was refused (blockhash, an account in use, a missing table).</summary>
    Refused = 5,
}

/// <summary>
/// The payload of a <see cref="EventKind.Simulation"/> event: how it ended, what each instruction consumed, and the
/// message that was simulated, over borrowed bytes. Layout, little endian: end u8, failed instruction u8, instructions
/// u16, code u32, units u32, message bytes u32, then a u32 for each instruction, then the message.
/// </summary>
public readonly ref struct SimulationPayload
{
    /// <summary>Bytes before the units of the instructions.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Most instructions: what a packet of any version can hold.</summary>
    public const int MaxInstructions = 64;

    /// <summary>Failed instruction of a simulation in which none failed.</summary>
    public const byte NoInstruction = byte.MaxValue;

    private readonly ReadOnlySpan<byte> _units;

    private SimulationPayload(ReadOnlySpan<byte> bytes, int units, int messageBytes)
    {
        End = (SimulationEnd)bytes[0];
        FailedInstruction = bytes[1];
        Code = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        UnitsConsumed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        _units = bytes.Slice(HeaderBytes, units * sizeof(uint));
        Message = bytes.Slice(HeaderBytes + (units * sizeof(uint)), messageBytes);
    }

    /// <summary>How it ended.</summary>
    public SimulationEnd End { get; }

    /// <summary>Index of the instruction that failed; <see cref="NoInstruction"/> if none did.</summary>
    public byte FailedInstruction { get; }

    /// <summary>The program's own code; 0 if there is none.</summary>
    public uint Code { get; }

    /// <summary>Compute units of the whole transaction; 0 if the node does not say.</summary>
    public uint UnitsConsumed { get; }

    /// <summary>The message that was simulated.</summary>
    public ReadOnlySpan<byte> Message { get; }

    /// <summary>Instructions whose units are known; 0 if the node cut the log short.</summary>
    public int InstructionCount => _units.Length / sizeof(uint);

    /// <summary>Compute units of an instruction.</summary>
    public uint UnitsOf(int instruction) =>
        BinaryPrimitives.ReadUInt32LittleEndian(_units[(instruction * sizeof(uint))..]);

    /// <summary>Reads a payload; false if it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SimulationPayload payload)
    {
        payload = default;
        if (bytes.Length < HeaderBytes) return false;
        int units = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        uint messageBytes = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        if (units > MaxInstructions || bytes.Length != HeaderBytes + (units * sizeof(uint)) + (long)messageBytes)
            return false;
        payload = new SimulationPayload(bytes, units, (int)messageBytes);
        return true;
    }

    /// <summary>Writes a payload; its length, 0 if it does not fit.</summary>
    public static int Write(
        Span<byte> destination, SimulationEnd end, byte failedInstruction, uint code, uint unitsConsumed,
        ReadOnlySpan<uint> units, ReadOnlySpan<byte> message)
    {
        int length = HeaderBytes + (units.Length * sizeof(uint)) + message.Length;
        if (units.Length > MaxInstructions || length > destination.Length) return 0;
        destination[0] = (byte)end;
        destination[1] = failedInstruction;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)units.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], code);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], unitsConsumed);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], (uint)message.Length);
        int at = HeaderBytes;
        foreach (uint one in units)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination[at..], one);
            at += sizeof(uint);
        }

        message.CopyTo(destination[at..]);
        return length;
    }
}
