using System;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>Section "instructions" of transactions.json: arguments in, program, accounts and data out.</summary>
internal static class TransactionVectorInstructions
{
    /// <summary>Writes the instruction from its arguments and compares it.</summary>
    internal static TransactionDifference? Check(JsonElement item)
    {
        InstructionBuffer buffer = new();
        string name = JsonText.String(item, "name");
        JsonElement args = JsonText.Member(item, "args");
        return Write(name, args, JsonText.Key(item, "program_id"), buffer)
            ? Compare(name, item, buffer)
            : new TransactionDifference("name", "a known instruction", name);
    }

    /// <summary>Null if the buffer holds exactly the instruction of the vector.</summary>
    internal static TransactionDifference? Compare(string field, JsonElement expected, InstructionBuffer got)
    {
        InstructionText text = JsonText.Instruction(expected);
        TransactionDifference? difference =
            TransactionDifference.Of($"{field} program", $"{text.ProgramId}", $"{got.ProgramId}")
            ?? TransactionDifference.Of($"{field} accounts", $"{text.Accounts.Length}", $"{got.Accounts.Length}");
        for (int i = 0; difference is null && i < text.Accounts.Length; i++)
        {
            difference = TransactionDifference.Of($"{field} account {i}", $"{text.Accounts[i]}", $"{got.Accounts[i]}");
        }

        return difference
            ?? TransactionDifference.Of($"{field} data", Convert.ToHexStringLower(text.Data),
                Convert.ToHexStringLower(got.Data));
    }

    private static bool Write(string name, JsonElement args, in Pubkey program, InstructionBuffer buffer)
    {
        switch (name)
        {
            case "set_compute_unit_limit":
                ComputeBudget.WriteUnitLimit(buffer, (uint)JsonText.UInt64(args, "units"));
                return true;
            case "set_compute_unit_price":
                ComputeBudget.WriteUnitPrice(buffer, JsonText.UInt64(args, "micro_lamports"));
                return true;
            case "request_heap_frame":
                ComputeBudget.WriteHeapFrame(buffer, (uint)JsonText.UInt64(args, "bytes"));
                return true;
            case "set_loaded_accounts_data_size_limit":
                ComputeBudget.WriteLoadedAccountsLimit(buffer, (uint)JsonText.UInt64(args, "bytes"));
                return true;
            case "system_transfer":
                SystemTransfer.Write(
                    buffer, JsonText.Key(args, "from"), JsonText.Key(args, "to"), JsonText.UInt64(args, "lamports"));
                return true;
            default:
                return WriteToken(name, args, program, buffer);
        }
    }

    private static bool WriteToken(string name, JsonElement args, in Pubkey program, InstructionBuffer buffer)
    {
        switch (name)
        {
            case "token_transfer":
                TokenAccounts.WriteTransfer(
                    buffer,
                    JsonText.Key(args, "source"),
                    JsonText.Key(args, "destination"),
                    JsonText.Key(args, "owner"),
                    JsonText.UInt64(args, "amount"),
                    program);
                return true;
            case "token_transfer_checked":
                TokenAccounts.WriteTransferChecked(
                    buffer,
                    JsonText.Key(args, "source"),
                    JsonText.Key(args, "mint"),
                    JsonText.Key(args, "destination"),
                    JsonText.Key(args, "owner"),
                    JsonText.UInt64(args, "amount"),
                    (byte)JsonText.UInt64(args, "decimals"),
                    program);
                return true;
            case "token_close_account":
                TokenAccounts.WriteClose(
                    buffer,
                    JsonText.Key(args, "account"),
                    JsonText.Key(args, "destination"),
                    JsonText.Key(args, "owner"),
                    program);
                return true;
            case "token_sync_native":
                TokenAccounts.WriteSyncNative(buffer, JsonText.Key(args, "account"), program);
                return true;
            default:
                return false;
        }
    }
}
