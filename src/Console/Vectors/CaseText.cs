using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// What a case says of itself beside the numbers: mints, direction and instruction in words, kind of the error. A case
/// whose words contradict what it executes fails: nobody could tell which of the two was meant.
/// </summary>
internal static class CaseText
{
    private const int DiscriminatorBytes = 8;

    // The words of the published files for side A to side B; the other way round for the other direction.
    private static readonly string[] Forward = ["a_to_b", "x_to_y", "0_to_1", "coin_to_pc"];
    private static readonly string[] Backward = ["b_to_a", "y_to_x", "1_to_0", "pc_to_coin"];

    // Source: solana-sdk instruction-error src/lib.rs, InstructionError: the kinds a program's failure can have.
    private static readonly HashSet<string> Kinds = new(StringComparer.Ordinal)
    {
        "GenericError", "InvalidArgument", "InvalidInstructionData", "InvalidAccountData", "AccountDataTooSmall",
        "InsufficientFunds", "IncorrectProgramId", "MissingRequiredSignature", "AccountAlreadyInitialized",
        "UninitializedAccount", "UnbalancedInstruction", "ModifiedProgramId", "ExternalAccountLamportSpend",
        "ExternalAccountDataModified", "ReadonlyLamportChange", "ReadonlyDataModified", "DuplicateAccountIndex",
        "ExecutableModified", "RentEpochModified", "NotEnoughAccountKeys", "AccountDataSizeChanged",
        "AccountNotExecutable", "AccountBorrowFailed", "AccountBorrowOutstanding", "DuplicateAccountOutOfSync",
        "InvalidError", "ExecutableDataModified", "ExecutableLamportChange", "ExecutableAccountNotRentExempt",
        "UnsupportedProgramId", "CallDepth", "MissingAccount", "ReentrancyNotAllowed", "MaxSeedLengthExceeded",
        "InvalidSeeds", "InvalidRealloc", "ComputationalBudgetExceeded", "PrivilegeEscalation",
        "ProgramEnvironmentSetupFailure", "ProgramFailedToComplete", "ProgramFailedToCompile", "Immutable",
        "IncorrectAuthority", "BorshIoError", "AccountNotRentExempt", "InvalidAccountOwner", "ArithmeticOverflow",
        "UnsupportedSysvar", "IllegalOwner", "MaxAccountsDataAllocationsExceeded", "MaxAccountsExceeded",
        "MaxInstructionTraceLengthExceeded", "BuiltinProgramsMustConsumeComputeUnits",
    };

    /// <summary>Name of a venue in the published files.</summary>
    internal static string NameOf(VenueId venue) => venue switch
    {
        VenueId.RaydiumAmm => "raydium_amm_v4",
        VenueId.RaydiumCpmm => "raydium_cpmm",
        VenueId.RaydiumClmm => "raydium_clmm",
        VenueId.OrcaWhirlpool => "orca_whirlpool",
        VenueId.MeteoraDlmm => "meteora_dlmm",
        VenueId.MeteoraDamm => "meteora_damm_v2",
        VenueId.PumpSwap => "pumpswap",
        _ => "token_swap",
    };

    /// <summary>Null if the case's words fit the pool and the instruction; else the first that does not.</summary>
    internal static VectorDifference? Check(Pool pool, SwapCase swapCase, InstructionText instruction)
    {
        bool isForward = swapCase.InputMint == pool.MintA;
        if (!isForward && swapCase.InputMint != pool.MintB)
            return new VectorDifference(swapCase.Id, "input_mint", $"{swapCase.InputMint}", "not a mint of the pool");
        Pubkey output = isForward ? pool.MintB : pool.MintA;
        if (swapCase.OutputMint is { } mint && mint != output)
            return new VectorDifference(swapCase.Id, "output_mint", $"{mint}", $"{output}");
        if (swapCase.Direction is { } word && Array.IndexOf(isForward ? Forward : Backward, word) < 0)
            return new VectorDifference(swapCase.Id, "direction", word, isForward ? Forward[0] : Backward[0]);
        if (swapCase.AccountCount is { } count && count != (ulong)instruction.Accounts.Length)
            return new VectorDifference(swapCase.Id, "account_count", Text(count), Text(instruction.Accounts.Length));
        if (swapCase.InstructionName.Length != 0 && !IsNamed(pool.Venue, swapCase.InstructionName, instruction.Data))
            return new VectorDifference(
                swapCase.Id, "instruction_name", swapCase.InstructionName,
                $"an instruction of data {Convert.ToHexStringLower(instruction.Data)}");
        return swapCase.Error is { } error ? CheckError(swapCase.Id, error) : CheckAmounts(swapCase);
    }

    private static VectorDifference? CheckError(string id, VectorError error)
    {
        bool isKnown = error.Code is null ? Kinds.Contains(error.Kind) : error.Kind == VectorError.CustomKind;
        return isKnown ? null : new VectorDifference(
            id, "error kind", error.Kind, error.Code is null ? "no error of the runtime" : VectorError.CustomKind);
    }

    // The executed amounts of every case, also of those whose expected amounts are re-rounded.
    private static VectorDifference? CheckAmounts(SwapCase swapCase)
    {
        if (swapCase.ExecutedIn is not { } input || swapCase.ExecutedOut is not { } output) return null;
        bool isExactOut = swapCase.Mode == SwapMode.ExactOut;
        if (isExactOut ? output <= swapCase.Amount : input <= swapCase.Amount) return null;
        return new VectorDifference(
            swapCase.Id, isExactOut ? "result amount_out" : "result amount_in",
            $"at most {Text(swapCase.Amount)}", Text(isExactOut ? output : input));
    }

    // Anchor programs: sha256("global:" + name). Raydium AMM v4 and Token Swap count their instructions.
    private static bool IsNamed(VenueId venue, string name, ReadOnlySpan<byte> data)
    {
        if (venue is VenueId.RaydiumAmm or VenueId.TokenSwap)
            return !data.IsEmpty && data[0] == (venue, name) switch
            {
                (VenueId.RaydiumAmm, "swap_base_in") => 9,
                (VenueId.RaydiumAmm, "swap_base_out") => 11,
                (VenueId.RaydiumAmm, "swap_base_in_v2") => 16,
                (VenueId.RaydiumAmm, "swap_base_out_v2") => 17,
                (VenueId.TokenSwap, "swap") => 1,
                _ => byte.MaxValue,
            };
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes("global:" + name));
        return data.StartsWith(hash.AsSpan(0, DiscriminatorBytes));
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
