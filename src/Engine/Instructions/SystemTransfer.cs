using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// System program transfer of lamports: tips and the funding of wrapped SOL.
/// Source: solana-sdk system-interface, instruction 2 (u32) + lamports u64; transactions.json "system_transfer".
/// </summary>
public static class SystemTransfer
{
    /// <summary>Offset of the lamports in the data.</summary>
    public const int LamportsOffset = 4;

    /// <summary>Bytes of its data.</summary>
    internal const int DataBytes = LamportsOffset + sizeof(ulong);

    /// <summary>Writes the transfer; <paramref name="from"/> signs.</summary>
    public static void Write(InstructionBuffer buffer, in Pubkey from, in Pubkey to, ulong lamports)
    {
        buffer.Reset(ProgramIds.System);
        buffer.Add(from, AccountFlags.Signer | AccountFlags.Writable);
        buffer.Add(to, AccountFlags.Writable);
        buffer.WriteUInt32(2);
        buffer.WriteUInt64(lamports);
    }
}
