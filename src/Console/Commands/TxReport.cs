using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// A decoded transaction for people and for JSON: what <c>tx inspect</c> and <c>tx build</c> print. Accounts that come
/// from a lookup table have a key only if the table was given. Integers of 64 bits are text, as in all our JSON.
/// </summary>
internal sealed record TxReport(
    string Version,
    string Form,
    int SizeBytes,
    int SizeLimitBytes,
    string Blockhash,
    int AccountCount,
    int ListedAccounts,
    int WritableLookups,
    int ReadonlyLookups,
    IReadOnlyList<TxSigner> Signers,
    TxFees Fees,
    IReadOnlyList<TxTable> Tables,
    IReadOnlyList<TxInstruction> Instructions)
{
    /// <summary>Reads everything out of a view.</summary>
    /// <param name="view">The decoded transaction or message.</param>
    /// <param name="sizeBytes">Bytes that were read.</param>
    /// <param name="form">How they were written, in words.</param>
    /// <param name="known">Lookup tables whose entries can be named.</param>
    internal static TxReport Of(
        in TransactionView view, int sizeBytes, string form, IReadOnlyDictionary<Pubkey, LookupTable> known)
    {
        MessageFacts facts = view.Facts;
        List<TxTable> tables = [];
        foreach (LookupView lookup in view.Lookups)
        {
            tables.Add(new TxTable(
                lookup.Table.ToString(), State(known, lookup.Table), Entries(lookup.Writable),
                Entries(lookup.Readonly)));
        }

        List<TxInstruction> instructions = [];
        foreach (InstructionView instruction in view.Instructions)
        {
            Pubkey program = view.StaticKey(instruction.ProgramIndex);
            instructions.Add(new TxInstruction(
                program.ToString(),
                TxPrograms.Name(program),
                TxPrograms.Describe(program, instruction.Data),
                Convert.ToHexStringLower(instruction.Data),
                Accounts(view, instruction, tables, known)));
        }

        return new TxReport(
            VersionName(facts.Version), form, sizeBytes, MessageLimits.SizeBytes(facts.Version),
            facts.Blockhash.ToString(), facts.AccountCount, facts.StaticKeyCount, facts.WritableLookups,
            facts.ReadonlyLookups, ReadSigners(view), ReadFees(view), tables, instructions);
    }

    /// <summary>Name of a version as people say it.</summary>
    internal static string VersionName(MessageVersion version) => version switch
    {
        MessageVersion.Legacy => "legacy",
        MessageVersion.V0 => "0",
        _ => "1",
    };

    private static List<TxAccount> Accounts(
        in TransactionView view,
        in InstructionView instruction,
        List<TxTable> tables,
        IReadOnlyDictionary<Pubkey, LookupTable> known)
    {
        List<TxAccount> accounts = [];
        foreach (byte index in instruction.Accounts)
        {
            bool isSigner = view.IsSigner(index);
            bool isWritable = view.IsWritable(index);
            if (view.TryGetKey(index, out Pubkey key, out int table, out byte entry))
            {
                accounts.Add(new TxAccount(key.ToString(), null, null, isSigner, isWritable));
                continue;
            }

            bool isKnown = known.TryGetValue(Pubkey.Parse(tables[table].Key), out LookupTable? addresses)
                && entry < addresses.AddressCount;
            string? name = isKnown ? addresses!.Addresses[entry].ToString() : null;
            accounts.Add(new TxAccount(name, table, entry, isSigner, isWritable));
        }

        return accounts;
    }

    private static List<TxSigner> ReadSigners(in TransactionView view)
    {
        List<TxSigner> signers = [];
        for (int i = 0; i < view.Facts.RequiredSignatures; i++)
        {
            Pubkey key = view.StaticKey(i);
            string state = "not signed";
            if (!view.Signatures.IsEmpty)
            {
                ReadOnlySpan<byte> signature = view.Signatures.Slice(i * 64, 64);
                bool isPlaced = signature.IndexOfAnyExcept((byte)0) >= 0;
                if (isPlaced && Ed25519Signer.Verify(key, view.Message, signature)) state = "signature valid";
                else if (isPlaced) state = "SIGNATURE DOES NOT FIT";
            }

            signers.Add(new TxSigner(key.ToString(), i == 0 ? "payer" : "signer", view.IsWritable(i), state));
        }

        return signers;
    }

    private static TxFees ReadFees(in TransactionView view)
    {
        ulong? limit = null;
        ulong price = 0;
        ulong tip = 0;
        ulong defaultLimit = 0;
        foreach (InstructionView instruction in view.Instructions)
        {
            Pubkey program = view.StaticKey(instruction.ProgramIndex);
            ReadOnlySpan<byte> data = instruction.Data;
            bool isBudget = program == ProgramIds.ComputeBudget;
            bool isBuiltin = isBudget || program == ProgramIds.System;
            defaultLimit += isBuiltin ? ComputeBudget.DefaultUnitsPerBuiltin : ComputeBudget.DefaultUnitsPerInstruction;
            if (isBudget && data is [2, ..] && data.Length == 5)
                limit = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
            if (isBudget && data is [3, ..] && data.Length == 9)
                price = BinaryPrimitives.ReadUInt64LittleEndian(data[1..]);
            bool isTransfer = instruction.Accounts.Length >= 2;
            if (!isTransfer || TxPrograms.TransferLamports(program, data) is not { } lamports) continue;
            bool isTip = view.TryGetKey(instruction.Accounts[1], out Pubkey to, out _, out _)
                && TipAccounts.Contains(to);
            if (isTip) tip += lamports;
        }

        ulong signatures = (ulong)view.Facts.RequiredSignatures * NetworkFees.LamportsPerSignature;
        MessageConfig config = view.Facts.Config;
        bool isV1 = view.Facts.Version == MessageVersion.V1;
        uint units = isV1
            ? config.ComputeUnitLimit
            : (uint)Math.Min(limit ?? defaultLimit, NetworkFees.MaxComputeUnits);
        ulong priority = isV1 ? config.PriorityFeeLamports : NetworkFees.PriorityLamports(units, price);
        return new TxFees(Text(signatures), Text(priority), Text(tip), units, isV1 || limit is not null);
    }

    private static string State(IReadOnlyDictionary<Pubkey, LookupTable> known, in Pubkey key) =>
        !known.TryGetValue(key, out LookupTable? table) ? "not given"
            : table.Status == LookupTableStatus.Ok ? "known" : table.Status.ToString().ToLowerInvariant();

    private static int[] Entries(ReadOnlySpan<byte> entries)
    {
        int[] numbers = new int[entries.Length];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = entries[i];
        return numbers;
    }

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A signer and what its signature is worth.</summary>
internal sealed record TxSigner(string Key, string Role, bool Writable, string Signature);

/// <summary>Fees in lamports, as text; the compute unit limit, and whether the transaction states it.</summary>
internal sealed record TxFees(
    string SignatureLamports, string PriorityFeeLamports, string TipLamports, uint ComputeUnits,
    bool ComputeUnitsStated);

/// <summary>A lookup table that the transaction uses.</summary>
internal sealed record TxTable(string Key, string State, int[] Writable, int[] Readonly);

/// <summary>An instruction in words and bytes.</summary>
internal sealed record TxInstruction(
    string Program, string Name, string Description, string DataHex, IReadOnlyList<TxAccount> Accounts);

/// <summary>An account of an instruction; the key is null if it comes from a table that was not given.</summary>
internal sealed record TxAccount(string? Key, int? Table, int? Entry, bool Signer, bool Writable);
