using System.Collections.Generic;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.MeteoraDlmm;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// The tick or bin arrays (and bitmap extension) an executed instruction names, in its order: accounts the pool
/// decodes as
/// such, and accounts that do not exist and are neither a program nor the user's.
/// </summary>
internal static class NamedArrays
{
    // Accounts that no file holds and that are no arrays.
    private static readonly Pubkey[] Programs =
    [
        ProgramIds.System, ProgramIds.Token, ProgramIds.Token2022, ProgramIds.Memo, ProgramIds.AssociatedToken,
        ProgramIds.InstructionsSysvar, DlmmProgram.EventAuthority,
    ];

    /// <summary>Keys of the arrays, repeated where the instruction repeats them.</summary>
    internal static Pubkey[] Find(PoolFixture fixture, SwapCase swapCase, in Pubkey user)
    {
        JsonElement instructions = JsonText.Member(swapCase.Json, "instructions");
        InstructionText instruction = JsonText.Instruction(instructions[instructions.GetArrayLength() - 1]);
        List<Pubkey> arrays = [];
        foreach (AccountMeta meta in instruction.Accounts)
        {
            Pubkey key = meta.Key;
            if (key == user || key == swapCase.UserInput || key == swapCase.UserOutput) continue;
            if (key == instruction.ProgramId || System.Array.IndexOf(Programs, key) >= 0) continue;
            bool isArray = fixture.Roles.TryGetValue(key, out AccountRole role)
                ? role is AccountRole.TickArray or AccountRole.BinArray or AccountRole.BitmapExtension
                : !fixture.Accounts.ContainsKey(key) && (meta.Flags & AccountFlags.Writable) != 0;
            if (isArray) arrays.Add(key);
        }

        return [.. arrays];
    }
}
