using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>tx inspect &lt;base64|base58|file|-&gt;</c>: says what a transaction would do. Reads legacy, version 0 and
/// version 1,
/// signed or a bare message, and never sends anything.
/// </summary>
internal static class TxCommand
{
    // A version 1 transaction has 4,096 bytes; its Base58 text is the longest form that is taken.
    private const int MaxInputBytes = 8192;

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        Argument<string> input = new("transaction")
        {
            Description =
                "Base64, Base58 or hexadecimal text, a file with one of them or with the raw bytes, or - for stdin.",
        };
        Command inspect = new("inspect", "Decode a transaction in words.") { input };
        inspect.SetAction(result => Inspect(result.GetValue(input) ?? string.Empty, Console.Out, Console.Error));
        return new Command("tx", "Look into transactions.") { inspect };
    }

    /// <summary>Runs <c>tx inspect</c> on the given writers.</summary>
    internal static int Inspect(string input, TextWriter output, TextWriter errors)
    {
        byte[] raw;
        try
        {
            raw = Load(input);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"tx inspect: {error.Message}");
            return ExitCodes.NoInput;
        }

        TransactionReadStatus first = TransactionReadStatus.Truncated;
        foreach ((string form, byte[] bytes) in Candidates(raw))
        {
            TransactionReadStatus status = TransactionReader.TryRead(bytes, out TransactionView view);
            if (status == TransactionReadStatus.Ok)
            {
                Write(view, bytes.Length, form, output);
                return ExitCodes.Ok;
            }

            if (first == TransactionReadStatus.Truncated) first = status;
        }

        foreach ((string form, byte[] bytes) in Candidates(raw))
        {
            if (TransactionReader.TryReadMessage(bytes, out TransactionView view) != TransactionReadStatus.Ok) continue;
            Write(view, bytes.Length, $"{form}, message only", output);
            return ExitCodes.Ok;
        }

        errors.WriteLine($"tx inspect: not a transaction ({first})");
        return ExitCodes.BadData;
    }

    private static byte[] Load(string input)
    {
        if (input == "-")
        {
            using Stream stdin = Console.OpenStandardInput();
            return ReadLimited(stdin);
        }

        if (!File.Exists(input)) return Encoding.UTF8.GetBytes(input);
        using FileStream file = File.OpenRead(input);
        return ReadLimited(file);
    }

    private static byte[] ReadLimited(Stream stream)
    {
        byte[] buffer = new byte[MaxInputBytes + 1];
        int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length <= MaxInputBytes
            ? buffer[..length]
            : throw new IOException($"more than {MaxInputBytes} bytes: not one transaction");
    }

    private static List<(string Form, byte[] Bytes)> Candidates(byte[] raw)
    {
        List<(string, byte[])> candidates = [("raw bytes", raw)];
        string text = Encoding.Latin1.GetString(raw).Trim();
        if (text.Length is 0 or > MaxInputBytes) return candidates;
        if (text.Length % 2 == 0 && TryHex(text, out byte[] hex)) candidates.Add(("hexadecimal", hex));
        byte[] decoded = new byte[text.Length];
        if (Convert.TryFromBase64String(text, decoded, out int count)) candidates.Add(("base64", decoded[..count]));
        if (Base58.TryDecode(text, decoded, out count)) candidates.Add(("base58", decoded[..count]));
        return candidates;
    }

    private static bool TryHex(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done
            && written == bytes.Length;
    }

    private static void Write(in TransactionView view, int sizeBytes, string form, TextWriter output)
    {
        MessageFacts facts = view.Facts;
        int limit = MessageLimits.SizeBytes(facts.Version);
        Line(output, $"version     {Version(facts.Version)} ({form}), {sizeBytes} of {limit} bytes");
        Line(output, $"blockhash   {facts.Blockhash}");
        Line(output,
            $"accounts    {facts.AccountCount}: {facts.StaticKeyCount} listed, {facts.WritableLookups} writable and "
            + $"{facts.ReadonlyLookups} read-only from {facts.LookupCount} tables");
        WriteSigners(view, output);
        WriteFees(view, output);
        foreach (LookupView lookup in view.Lookups)
        {
            Line(output, $"table       {lookup.Table}: writable [{string.Join(' ', lookup.Writable.ToArray())}], "
                + $"read-only [{string.Join(' ', lookup.Readonly.ToArray())}]");
        }

        int index = 0;
        foreach (InstructionView instruction in view.Instructions)
        {
            Pubkey program = view.StaticKey(instruction.ProgramIndex);
            Line(output,
                $"instruction {index++}: {TxPrograms.Name(program)}: {TxPrograms.Describe(program, instruction.Data)}");
            WriteAccounts(view, instruction, output);
        }
    }

    private static void WriteSigners(in TransactionView view, TextWriter output)
    {
        for (int i = 0; i < view.Facts.RequiredSignatures; i++)
        {
            Pubkey key = view.StaticKey(i);
            string state = "not signed";
            if (!view.Signatures.IsEmpty)
            {
                ReadOnlySpan<byte> signature = view.Signatures.Slice(i * 64, 64);
                if (signature.IndexOfAnyExcept((byte)0) >= 0)
                {
                    state = Ed25519Signer.Verify(key, view.Message, signature) ? "signature valid"
                        : "SIGNATURE DOES NOT FIT";
                }
            }

            string role = i == 0 ? "payer" : "signer";
            Line(output, $"{role,-11} {key}: {(view.IsWritable(i) ? "writable" : "read-only")}, {state}");
        }
    }

    private static void WriteFees(in TransactionView view, TextWriter output)
    {
        ulong? limit = null;
        ulong price = 0;
        ulong tip = 0;
        ulong defaultLimit = 0;
        foreach (InstructionView instruction in view.Instructions)
        {
            Pubkey program = view.StaticKey(instruction.ProgramIndex);
            ReadOnlySpan<byte> data = instruction.Data;
            bool builtin = program == ProgramIds.System || program == ProgramIds.ComputeBudget;
            defaultLimit += builtin ? ComputeBudget.DefaultUnitsPerBuiltin : ComputeBudget.DefaultUnitsPerInstruction;
            if (program == ProgramIds.ComputeBudget && data is [2, ..] && data.Length == 5) limit =
                BitConverter.ToUInt32(data[1..]);
            if (program == ProgramIds.ComputeBudget && data is [3, ..] && data.Length == 9) price =
                BitConverter.ToUInt64(data[1..]);
            if (TxPrograms.TransferLamports(program, data) is not { } lamports
                || instruction.Accounts.Length < 2) continue;
            bool toTip = view.TryGetKey(instruction.Accounts[1], out Pubkey to, out _, out _)
                && TipAccounts.Contains(to);
            if (toTip) tip += lamports;
        }

        ulong signatures = (ulong)view.Facts.RequiredSignatures * ComputeBudget.LamportsPerSignature;
        MessageConfig config = view.Facts.Config;
        bool v1 = view.Facts.Version == MessageVersion.V1;
        uint units = v1 ? config.ComputeUnitLimit : (uint)Math.Min(limit ?? defaultLimit, ComputeBudget.MaxUnits);
        ulong priority = v1 ? config.PriorityFeeLamports : ComputeBudget.PriorityFeeLamports(units, price);
        string origin = v1 || limit is not null ? "stated" : "default";
        Line(output, $"fees        {signatures} lamports for signatures, {priority} priority, {tip} tip; "
            + $"{units} compute units ({origin})");
    }

    private static void WriteAccounts(in TransactionView view, in InstructionView instruction, TextWriter output)
    {
        int number = 0;
        foreach (byte index in instruction.Accounts)
        {
            string name = view.TryGetKey(index, out Pubkey key, out int table, out byte entry)
                ? $"{key}"
                : string.Create(CultureInfo.InvariantCulture, $"table {table} entry {entry}");
            string flags = (view.IsSigner(index) ? "s" : "-") + (view.IsWritable(index) ? "w" : "-");
            Line(output, $"    {number++,2} {flags} {name}");
        }
    }

    private static string Version(MessageVersion version) => version switch
    {
        MessageVersion.Legacy => "legacy",
        MessageVersion.V0 => "0",
        _ => "1",
    };

    private static void Line(TextWriter output, FormattableString text) =>
        output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static void Line(TextWriter output, string text) => output.WriteLine(text);
}
