using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Compute budget instructions and the limits they state.
/// Source: agave b64857b5 compute-budget: 1 = heap, 2 = limit, 3 = price, 4 = loaded accounts data size.
/// </summary>
public static class ComputeBudget
{
    /// <summary>Units an instruction gets if the transaction states no limit.</summary>
    public const uint DefaultUnitsPerInstruction = 200_000;

    /// <summary>Units a builtin program's instruction gets if the transaction states no limit.</summary>
    public const uint DefaultUnitsPerBuiltin = 3_000;

    /// <summary>Compute units of one compute budget, system transfer or other small builtin call.</summary>
    public const uint UnitsPerBudgetInstruction = 150;

    /// <summary>
    /// Bytes of account data a transaction may load at most, and may load if it states no limit (legacy and version 0).
    /// Source: agave compute-budget limits, 64 MiB.
    /// </summary>
    public const uint MaxLoadedAccountsBytes = 64 * 1024 * 1024;

    /// <summary>Offset of the value in a limit, price, heap or loaded-size instruction's data.</summary>
    public const int ValueOffset = 1;

    /// <summary>SetComputeUnitLimit.</summary>
    public static void WriteUnitLimit(InstructionBuffer buffer, uint units) => Write32(buffer, 2, units);

    /// <summary>SetComputeUnitPrice in micro-lamports a unit.</summary>
    public static void WriteUnitPrice(InstructionBuffer buffer, ulong microLamportsPerCu)
    {
        buffer.Reset(ProgramIds.ComputeBudget);
        buffer.WriteByte(3);
        buffer.WriteUInt64(microLamportsPerCu);
    }

    /// <summary>RequestHeapFrame in bytes.</summary>
    public static void WriteHeapFrame(InstructionBuffer buffer, uint bytes) => Write32(buffer, 1, bytes);

    /// <summary>SetLoadedAccountsDataSizeLimit in bytes.</summary>
    public static void WriteLoadedAccountsLimit(InstructionBuffer buffer, uint bytes) => Write32(buffer, 4, bytes);

    private static void Write32(InstructionBuffer buffer, byte tag, uint value)
    {
        buffer.Reset(ProgramIds.ComputeBudget);
        buffer.WriteByte(tag);
        buffer.WriteUInt32(value);
    }
}
