using System;
using System.Globalization;
using System.IO;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>Writes a <see cref="TxReport"/> as plain lines.</summary>
internal static class TxReportText
{
    /// <summary>Writes the whole report.</summary>
    internal static void Write(TxReport report, TextWriter output)
    {
        Line(output,
            $"version     {report.Version} ({report.Form}), {report.SizeBytes} of {report.SizeLimitBytes} bytes");
        Line(output, $"blockhash   {report.Blockhash}");
        Line(output,
            $"accounts    {report.AccountCount}: {report.ListedAccounts} listed, {report.WritableLookups} writable and "
            + $"{report.ReadonlyLookups} read-only from {report.Tables.Count} tables");
        foreach (TxSigner signer in report.Signers)
        {
            string access = signer.Writable ? "writable" : "read-only";
            Line(output, $"{signer.Role,-11} {signer.Key}: {access}, {signer.Signature}");
        }

        TxFees fees = report.Fees;
        Line(output,
            $"fees        {fees.SignatureLamports} lamports for signatures, {fees.PriorityFeeLamports} priority, "
            + $"{fees.TipLamports} tip; {fees.ComputeUnits} compute units "
            + $"({(fees.ComputeUnitsStated ? "stated" : "default")})");
        foreach (TxTable table in report.Tables)
        {
            Line(output, $"table       {table.Key}: {table.State}, writable [{string.Join(' ', table.Writable)}], "
                + $"read-only [{string.Join(' ', table.Readonly)}]");
        }

        for (int i = 0; i < report.Instructions.Count; i++)
        {
            TxInstruction instruction = report.Instructions[i];
            Line(output, $"instruction {i}: {instruction.Name}: {instruction.Description}");
            for (int a = 0; a < instruction.Accounts.Count; a++) WriteAccount(a, instruction.Accounts[a], output);
        }
    }

    private static void WriteAccount(int number, TxAccount account, TextWriter output)
    {
        string source = account.Table is null ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $"table {account.Table} entry {account.Entry}");
        string name = account.Key is null ? source
            : source.Length == 0 ? account.Key : $"{account.Key} ({source})";
        string flags = (account.Signer ? "s" : "-") + (account.Writable ? "w" : "-");
        Line(output, $"    {number,2} {flags} {name}");
    }

    private static void Line(TextWriter output, FormattableString text) =>
        output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static void Line(TextWriter output, string text) => output.WriteLine(text);
}
