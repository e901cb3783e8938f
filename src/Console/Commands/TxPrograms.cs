using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// Names of programs and their instructions, for people. A program or instruction that is not listed is shown as bytes.
/// Source: agave compute-budget, the venues' layouts (each names its own source), spl-token instruction tags; Anchor
/// discriminators are computed from the instruction's name.
/// </summary>
internal static class TxPrograms
{
    private static readonly Dictionary<Pubkey, string> Names = new()
    {
        [ProgramIds.System] = "System",
        [ProgramIds.Token] = "Token",
        [ProgramIds.Token2022] = "Token-2022",
        [ProgramIds.AssociatedToken] = "Associated Token",
        [ProgramIds.ComputeBudget] = "Compute Budget",
        [ProgramIds.Memo] = "Memo",
        [ProgramIds.AddressLookupTable] = "Address Lookup Table",
        [Pubkey.Parse("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8")] = RaydiumAmm,
        [Pubkey.Parse("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C")] = "Raydium CPMM",
        [Pubkey.Parse("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK")] = "Raydium CLMM",
        [Pubkey.Parse("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc")] = "Orca Whirlpool",
        [Pubkey.Parse("LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo")] = "Meteora DLMM",
        [Pubkey.Parse("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG")] = "Meteora DAMM v2",
        [Pubkey.Parse("pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA")] = "PumpSwap",
        [Pubkey.Parse("9W959DqEETiGZocYWCQPaJ6sBmUzgfxXfqGeTEdp3aQP")] = TokenSwap,
    };

    private static readonly Dictionary<(string Program, ulong Discriminator), Form> AnchorForms = BuildForms();

    private const string RaydiumAmm = "Raydium AMM v4";
    private const string TokenSwap = "Token Swap (Orca v2)";

    /// <summary>Name of a program, or its address.</summary>
    internal static string Name(in Pubkey program) => Names.TryGetValue(program, out string? name) ? name
        : $"program {program}";

    /// <summary>An instruction in words.</summary>
    internal static string Describe(in Pubkey program, ReadOnlySpan<byte> data)
    {
        string? text = !Names.TryGetValue(program, out string? name) ? null : name switch
        {
            "System" => System(data),
            "Compute Budget" => Budget(data),
            "Token" or "Token-2022" => Token(data),
            "Associated Token" => data.IsEmpty || data[0] == 0 ? "create" : data[0] == 1 ? "create if missing" : null,
            "Memo" => Memo(data),
            RaydiumAmm => TaggedSwap(data, 9, 16, 11, 17),
            TokenSwap => TaggedSwap(data, 1, 1, -1, -1),
            _ => Anchor(name, data),
        };
        return text ?? $"{data.Length} bytes of data {Convert.ToHexStringLower(data[..Math.Min(16, data.Length)])}"
            + (data.Length > 16 ? "..." : string.Empty);
    }

    /// <summary>Lamports of a system transfer; null for anything else.</summary>
    internal static ulong? TransferLamports(in Pubkey program, ReadOnlySpan<byte> data) =>
        program == ProgramIds.System && data.Length == 12 && BinaryPrimitives.ReadUInt32LittleEndian(data) == 2
            ? BinaryPrimitives.ReadUInt64LittleEndian(data[4..])
            : null;

    private static string? System(ReadOnlySpan<byte> data) =>
        TransferLamports(ProgramIds.System, data) is { } lamports ? Text($"transfer {lamports} lamports") : null;

    private static string? Budget(ReadOnlySpan<byte> data) => data switch
    {
        [1, ..] when data.Length == 5 => Text($"heap {Number32(data)} bytes"),
        [2, ..] when data.Length == 5 => Text($"compute unit limit {Number32(data)}"),
        [3, ..] when data.Length == 9 => Text($"compute unit price {Number64(data, 1)} micro-lamports"),
        [4, ..] when data.Length == 5 => Text($"loaded accounts limit {Number32(data)} bytes"),
        _ => null,
    };

    private static string? Token(ReadOnlySpan<byte> data) => data switch
    {
        [3, ..] when data.Length == 9 => Text($"transfer {Number64(data, 1)} base units"),
        [9] => "close account",
        [12, ..] when data.Length == 10 => Text($"transfer {Number64(data, 1)} base units, {data[9]} decimals checked"),
        [17] => "sync wrapped SOL",
        _ => null,
    };

    private static string Memo(ReadOnlySpan<byte> data)
    {
        // A memo is anybody's text: only printable ASCII reaches the terminal.
        Span<char> text = stackalloc char[Math.Min(data.Length, 80)];
        for (int i = 0; i < text.Length; i++) text[i] = data[i] is >= 0x20 and < 0x7f ? (char)data[i] : '.';
        return $"memo \"{text}\"";
    }

    private static string? TaggedSwap(ReadOnlySpan<byte> data, int in1, int in2, int out1, int out2)
    {
        if (data.Length != 17) return null;
        if (data[0] == in1 || data[0] == in2)
        {
            return Text($"swap in {Number64(data, 1)}, out at least {Number64(data, 9)} base units");
        }

        return data[0] == out1 || data[0] == out2
            ? Text($"swap in at most {Number64(data, 1)}, out {Number64(data, 9)} base units")
            : null;
    }

    private static string? Anchor(string program, ReadOnlySpan<byte> data)
    {
        if (data.Length < 8 || !AnchorForms.TryGetValue((program, Number64(data, 0)), out Form? form)) return null;
        return data.Length < 8 + form.MinBytes ? null : $"{form.Name}: {form.Arguments(data[8..])}";
    }

    private static Dictionary<(string, ulong), Form> BuildForms()
    {
        Dictionary<(string, ulong), Form> forms = [];
        Add("Raydium CPMM", "swap_base_input", 16, ExactIn);
        Add("Raydium CPMM", "swap_base_output", 16, ExactOut);
        Add("Raydium CLMM", "swap", 33, Limit);
        Add("Raydium CLMM", "swap_v2", 33, Limit);
        Add("Orca Whirlpool", "swap", 34, LimitWithDirection);
        Add("Orca Whirlpool", "swap_v2", 34, LimitWithDirection);
        Add("Meteora DLMM", "swap", 16, ExactIn);
        Add("Meteora DLMM", "swap2", 16, ExactIn);
        Add("Meteora DLMM", "swap_exact_out", 16, ExactOut);
        Add("Meteora DLMM", "swap_exact_out2", 16, ExactOut);
        Add("Meteora DLMM", "swap_with_price_impact2", 8, a =>
            Text($"in {Number64(a, 0)} base units, price impact limited"));
        Add("Meteora DAMM v2", "swap", 16, ExactIn);
        Add("Meteora DAMM v2", "swap2", 17, ByMode);
        Add("PumpSwap", "buy", 16, a => Text($"out {Number64(a, 0)}, in at most {Number64(a, 8)} base units"));
        Add("PumpSwap", "buy_exact_quote_in", 16, ExactIn);
        Add("PumpSwap", "sell", 16, ExactIn);
        return forms;

        void Add(string program, string name, int minBytes, ArgumentText arguments) =>
            forms[(program, AnchorDiscriminator.Instruction(name))] = new Form(name, minBytes, arguments);
    }

    private static string ExactIn(ReadOnlySpan<byte> a) =>
        Text($"in {Number64(a, 0)}, out at least {Number64(a, 8)} base units");

    private static string ExactOut(ReadOnlySpan<byte> a) =>
        Text($"in at most {Number64(a, 0)}, out {Number64(a, 8)} base units");

    private static string Limit(ReadOnlySpan<byte> a)
    {
        UInt128 limit = BinaryPrimitives.ReadUInt128LittleEndian(a[16..]);
        string amounts = a[32] != 0
            ? Text($"in {Number64(a, 0)}, out at least {Number64(a, 8)} base units")
            : Text($"out {Number64(a, 0)}, in at most {Number64(a, 8)} base units");
        return limit == 0 ? amounts : Text($"{amounts}, price limit {limit}");
    }

    private static string LimitWithDirection(ReadOnlySpan<byte> a) =>
        $"{Limit(a)}, {(a[33] != 0 ? "A to B" : "B to A")}";

    private static string ByMode(ReadOnlySpan<byte> a) => a[16] switch
    {
        0 => ExactIn(a),
        1 => Text($"in at most {Number64(a, 0)} (partial fill), out at least {Number64(a, 8)} base units"),
        2 => Text($"out {Number64(a, 0)}, in at most {Number64(a, 8)} base units"),
        _ => Text($"unknown mode {a[16]}"),
    };

    private static uint Number32(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);

    private static ulong Number64(ReadOnlySpan<byte> data, int offset) =>
        BinaryPrimitives.ReadUInt64LittleEndian(data[offset..]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private delegate string ArgumentText(ReadOnlySpan<byte> arguments);

    private sealed record Form(string Name, int MinBytes, ArgumentText Arguments);
}
