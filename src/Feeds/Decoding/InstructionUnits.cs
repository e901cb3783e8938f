using System;
using System.Buffers.Text;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// Reads the compute units of each top-level instruction out of a transaction's log, a line at a time, into borrowed
/// room. The units of a called program are in its caller's. Builtin programs (System, Compute Budget) write no such
/// line and count as 0.
/// Source: agave program-runtime stable_log: "Program ADDRESS invoke [DEPTH]", "Program ADDRESS consumed N of M compute
/// units", "Program ADDRESS success" or "failed: REASON"; a program's own text always begins with "Program log: ".
/// </summary>
internal ref struct InstructionUnits
{
    private readonly Span<uint> _units;
    private int _depth;
    private bool _isBroken;

    /// <summary>A reader that writes to <paramref name="units"/>.</summary>
    public InstructionUnits(Span<uint> units) => _units = units;

    /// <summary>Instructions that the log names so far.</summary>
    public int Count { get; private set; }

    /// <summary>True if the newest instruction took all that it was allowed.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>
    /// True if nothing is missing. False if the log was cut short by the node, names more instructions than there is
    /// room for, or does not add up: then nothing should be learned from it.
    /// </summary>
    public readonly bool IsWhole => !_isBroken && _depth == 0;

    /// <summary>Takes the next line, UTF-8.</summary>
    public void Take(ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("Log truncated"u8)) _isBroken = true;
        if (_isBroken || !TrySplit(line, out ReadOnlySpan<byte> what)) return;
        if (what.StartsWith("invoke ["u8))
        {
            bool isNumber = TryNumber(what["invoke ["u8.Length..], (byte)']', out uint stated);
            _isBroken = !isNumber || stated != _depth + 1 || (_depth == 0 && Count == _units.Length);
            if (_isBroken || ++_depth > 1) return;
            _units[Count++] = 0;
            IsExhausted = false;
        }
        else if (what.StartsWith("consumed "u8) && _depth == 1)
        {
            ReadOnlySpan<byte> numbers = what["consumed "u8.Length..];
            _isBroken = !TryNumber(numbers, (byte)' ', out uint consumed);
            if (_isBroken) return;
            _units[Count - 1] = consumed;
            int of = numbers.IndexOf(" of "u8);
            IsExhausted = of > 0 && TryNumber(numbers[(of + 4)..], (byte)' ', out uint allowed) && allowed == consumed;
        }
        else if (what.SequenceEqual("success"u8) || what.StartsWith("failed: "u8))
        {
            _isBroken = _depth-- == 0;
        }
    }

    /// <summary>The part behind "Program ADDRESS "; false for a program's own text and for other lines.</summary>
    private static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> what)
    {
        what = default;
        if (!line.StartsWith("Program "u8)) return false;
        ReadOnlySpan<byte> rest = line["Program "u8.Length..];
        int space = rest.IndexOf((byte)' ');
        if (space <= 0 || rest[space - 1] == (byte)':') return false; // "log:", "data:", "return:"
        what = rest[(space + 1)..];
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, byte end, out uint number)
    {
        number = 0;
        int at = text.IndexOf(end);
        return at > 0 && Utf8Parser.TryParse(text[..at], out number, out int read) && read == at;
    }
}
