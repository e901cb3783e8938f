using System;
using System.Buffers;
using System.Text;

namespace LowLatency.ConsoleHost.Rendering;

/// <summary>
/// Bytes of a terminal to keys: characters in UTF-8, control characters, the CSI and SS3 sequences of cursor keys,
/// focus
/// reports. What is cut off waits for the rest; an Escape followed by nothing is the key. Unknown sequences are
/// swallowed whole, so that none of their bytes acts as a command. Allocates nothing.
/// </summary>
internal sealed class KeyParser
{
    private const byte Escape = 0x1B;

    private readonly byte[] _pending = new byte[64];
    private int _count;

    /// <summary>Takes bytes in; what does not fit is lost (nobody types that fast).</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        int room = Math.Min(bytes.Length, _pending.Length - _count);
        bytes[..room].CopyTo(_pending.AsSpan(_count));
        _count += room;
    }

    /// <summary>Bytes it can take now.</summary>
    public int Room => _pending.Length - _count;

    /// <summary>The next key, if one is complete.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isQuiet">True if nothing more came for a while: what waits is complete as it is.</param>
    public bool TryNext(out KeyPress key, bool isQuiet)
    {
        while (_count != 0)
        {
            int used = Parse(_pending.AsSpan(0, _count), isQuiet, out KeyPress? found);
            if (used == 0) break;
            _pending.AsSpan(used, _count - used).CopyTo(_pending);
            _count -= used;
            if (found is not { } one) continue;
            key = one;
            return true;
        }

        key = default;
        return false;
    }

    private static int Parse(ReadOnlySpan<byte> bytes, bool isQuiet, out KeyPress? key)
    {
        byte first = bytes[0];
        key = null;
        if (first == Escape) return ParseEscape(bytes, isQuiet, out key);
        if (first < 0x20 || first == 0x7F)
        {
            key = first switch
            {
                (byte)'\t' => new KeyPress(Key.Tab),
                (byte)'\r' or (byte)'\n' => new KeyPress(Key.Enter),
                0x08 or 0x7F => new KeyPress(Key.Backspace),
                _ => new KeyPress(Key.Control, first + '@'),
            };
            return 1;
        }

        OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int used);
        if (status == OperationStatus.NeedMoreData && !isQuiet) return 0;
        if (status == OperationStatus.Done) key = new KeyPress(Key.Character, rune.Value);
        return used;
    }

    private static int ParseEscape(ReadOnlySpan<byte> bytes, bool isQuiet, out KeyPress? key)
    {
        key = null;
        if (bytes.Length == 1)
        {
            if (!isQuiet) return 0;
            key = new KeyPress(Key.Escape);
            return 1;
        }

        if (bytes[1] is not ((byte)'[' or (byte)'O'))
        {
            key = new KeyPress(Key.Escape); // Alt and a key: Escape, then the key
            return 1;
        }

        // Source: ECMA-48 5.4: parameter bytes 0x30-0x3F, intermediate bytes 0x20-0x2F, a final byte 0x40-0x7E.
        int end = 2;
        while (end < bytes.Length && bytes[end] is >= 0x20 and < 0x40) end++;
        if (end == bytes.Length) return isQuiet || bytes.Length > 40 ? bytes.Length : 0;
        key = Named(bytes[2..end], bytes[end]);
        return end + 1;
    }

    private static KeyPress? Named(ReadOnlySpan<byte> parameters, byte final) => final switch
    {
        (byte)'A' => new KeyPress(Key.Up),
        (byte)'B' => new KeyPress(Key.Down),
        (byte)'C' => new KeyPress(Key.Right),
        (byte)'D' => new KeyPress(Key.Left),
        (byte)'H' => new KeyPress(Key.Home),
        (byte)'F' => new KeyPress(Key.End),
        (byte)'Z' => new KeyPress(Key.ShiftTab),
        (byte)'I' => new KeyPress(Key.FocusIn),
        (byte)'O' when parameters.IsEmpty => new KeyPress(Key.FocusOut),
        (byte)'M' when parameters.IsEmpty => new KeyPress(Key.Enter), // keypad
        (byte)'~' => parameters switch
        {
            [(byte)'1'] or [(byte)'7'] => new KeyPress(Key.Home),
            [(byte)'4'] or [(byte)'8'] => new KeyPress(Key.End),
            [(byte)'5'] => new KeyPress(Key.PageUp),
            [(byte)'6'] => new KeyPress(Key.PageDown),
            _ => null,
        },
        _ => null,
    };
}
