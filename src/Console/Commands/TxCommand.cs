using System;
using System.Buffers;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text;
using LowLatency.ConsoleHost.Vectors;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;

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
    private const string RawBytes = "raw bytes";

    private const string Examples =
        """
        Examples:
          lowlatency tx inspect <base64, base58 or hexadecimal text>
          lowlatency tx inspect transaction.bin --table tables.json
          lowlatency tx inspect - --json < transaction.txt

        Exit codes: 0 decoded, 65 not a transaction, 66 no such file.
        """;

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        Argument<string> input = new("transaction")
        {
            Description =
                "Base64, Base58 or hexadecimal text, a file with one of them or with the raw bytes, or - for stdin.",
        };
        Option<string?> table = new("--table")
        {
            Description = "File with lookup table accounts, so that accounts that come from them can be named.",
            HelpName = "file",
        };
        Option<bool> json = new("--json") { Description = "One JSON object instead of text." };
        Verb inspect = new("inspect", "Decode a transaction in words.", Examples) { input, table, json };
        inspect.SetAction(result => Inspect(
            result.GetValue(input) ?? string.Empty,
            result.InvocationConfiguration.Output, result.GetValue(table), result.GetValue(json)));
        return new Command("tx", "Build and look into transactions.") { inspect, TxBuildCommand.Create() };
    }

    /// <summary>Runs <c>tx inspect</c> on the given writer.</summary>
    internal static int Inspect(
        string input, TextWriter output, string? tablePath = null, bool asJson = false)
    {
        byte[] raw = Load(input);
        TransactionReadStatus first = TransactionReadStatus.Truncated;
        foreach ((string form, byte[] bytes) in Candidates(raw))
        {
            TransactionReadStatus status = TransactionReader.TryRead(bytes, out TransactionView view);
            if (status == TransactionReadStatus.Ok)
                return Write(view, bytes.Length, form, tablePath, asJson, output);

            if (first == TransactionReadStatus.Truncated) first = status;
        }

        foreach ((string form, byte[] bytes) in Candidates(raw))
        {
            if (TransactionReader.TryReadMessage(bytes, out TransactionView view) != TransactionReadStatus.Ok) continue;
            return Write(view, bytes.Length, $"{form}, message only", tablePath, asJson, output);
        }

        throw new CommandException(WhyNot(raw, first, IsText(input)), ExitCodes.BadData);
    }

    /// <summary>What was taken for what, so that a mistyped file's name is not looked for in the bytes.</summary>
    private static string WhyNot(byte[] raw, TransactionReadStatus first, bool isText)
    {
        List<string> read = [];
        foreach ((string form, byte[] bytes) in Candidates(raw))
        {
            if (!isText || form != RawBytes) read.Add($"{form} ({bytes.Length} bytes)");
        }

        if (read.Count == 0)
            return "not a transaction: neither base64, base58 nor hexadecimal text, and no file has this name";
        string taken = $"not a transaction ({first}): read as {string.Join(" and as ", read)}";
        return isText ? $"{taken}; no file has this name" : taken;
    }

    /// <summary>True if the argument is the text itself.</summary>
    private static bool IsText(string input) => input != "-" && !File.Exists(input);

    /// <summary>True if a text can only have been meant as a file's name.</summary>
    private static bool IsPath(string input) =>
        input.AsSpan().ContainsAny('.', '\\', '~') || (input.Contains('/') && input.Length % 4 != 0);

    private static byte[] Load(string input)
    {
        if (input == "-")
        {
            using Stream stdin = Console.OpenStandardInput();
            return ReadLimited(stdin);
        }

        if (File.Exists(input) || Directory.Exists(input)) return UserFile.Read(input, ReadLimited);
        return IsPath(input)
            ? throw new CommandException(
                $"{input}: no such file, and no base64, base58 or hexadecimal text", ExitCodes.NoInput)
            : Encoding.UTF8.GetBytes(input);
    }

    private static byte[] ReadLimited(Stream stream)
    {
        byte[] buffer = new byte[MaxInputBytes + 1];
        int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length <= MaxInputBytes
            ? buffer[..length]
            : throw new CommandException(
                $"more than {MaxInputBytes} bytes: not one transaction", ExitCodes.NoInput);
    }

    private static List<(string Form, byte[] Bytes)> Candidates(byte[] raw)
    {
        List<(string, byte[])> candidates = [(RawBytes, raw)];
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
        return Convert.FromHexString(text, bytes, out _, out int written) == OperationStatus.Done
            && written == bytes.Length;
    }

    private static int Write(
        in TransactionView view, int sizeBytes, string form, string? tablePath, bool asJson, TextWriter output)
    {
        TxReport report = TxReport.Of(view, sizeBytes, form, LookupTableFile.ByKey(tablePath));
        if (asJson) output.WriteLine(JsonOutput.Report(report));
        else TxReportText.Write(report, output);
        return ExitCodes.Ok;
    }
}
