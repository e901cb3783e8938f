using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// A strict forward reader of JSON over one contiguous message that never throws and never allocates: malformed text
/// sets <see cref="Failed"/> and every later call returns false. <c>Utf8JsonReader</c> reports malformed text by an
/// exception (allocating, 10 us and more), which an endpoint could send at will; the tests compare the two on mutated
/// messages. Not checked: UTF-8 validity inside strings that nobody reads.
/// Source: RFC 8259 sections 2-7.
/// </summary>
internal ref partial struct JsonCursor
{
    /// <summary>Deepest nesting accepted; a notification has 6, an instruction error in a log 10.</summary>
    private const int MaxDepth = 64;

    /// <summary>Letters of a name that fit a vector with the quote and the colon behind it.</summary>
    private const int LongestShortName = 14;

    private readonly ReadOnlySpan<byte> _text;
    private int _position;

    /// <summary>A cursor at the start of <paramref name="text"/>.</summary>
    public JsonCursor(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>True once the text was found malformed.</summary>
    public bool Failed { get; private set; }

    /// <summary>Offset of the next byte; may be set back to one read before.</summary>
    public int Position
    {
        readonly get => _position;
        set => _position = value;
    }

    /// <summary>The next byte that is not white space, or 0 at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Peek()
    {
        ReadOnlySpan<byte> text = _text;
        int position = _position;
        if ((uint)position < (uint)text.Length && text[position] > (byte)' ') return text[position];
        return PeekBehindWhiteSpace();
    }

    /// <summary>True if nothing but white space is left and the text was well formed.</summary>
    public bool IsAtEnd()
    {
        SkipWhiteSpace();
        return !Failed && _position == _text.Length;
    }

    /// <summary>Enters the object that comes next; false if something else comes next.</summary>
    public bool TryEnterObject() => TryTake((byte)'{');

    /// <summary>Enters the array that comes next; false if something else comes next.</summary>
    public bool TryEnterArray() => TryTake((byte)'[');

    /// <summary>Steps to the next member of the object entered last; false at its end or on malformed text.</summary>
    /// <remarks>
    /// PERF: comma, quotes and colon without white space and a name of up to 14 letters are looked at in one vector,
    /// and the position is stored once (AccountNotificationBenchmark.Strict).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextMember(ref bool isFirst, out JsonText name)
    {
        ReadOnlySpan<byte> text = _text;
        int start = _position + (isFirst ? 1 : 2);
        if (start + Vector128<byte>.Count <= text.Length && text[start - 1] == (byte)'"'
            && (isFirst || text[start - 2] == (byte)','))
        {
            Vector128<byte> block = Vector128.Create(text.Slice(start, Vector128<byte>.Count));
            int length = BitOperations.TrailingZeroCount(JsonStops.Of(block) | (1u << LongestShortName));
            if (text[start + length] == (byte)'"' && text[start + length + 1] == (byte)':')
            {
                name = new JsonText(text.Slice(start, length), isEscaped: false);
                isFirst = false;
                _position = start + length + 2;
                return true;
            }
        }

        return NextMemberAnyhow(ref isFirst, out name);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NextMemberAnyhow(ref bool isFirst, out JsonText name)
    {
        name = default;
        byte next = Peek();
        if (next == (byte)'}')
        {
            _position++;
            return false;
        }

        if (!isFirst && !Expect((byte)',')) return false;
        isFirst = false;
        if (Peek() != (byte)'"') return Fail();
        return ReadString(out name) && Expect((byte)':');
    }

    /// <summary>Steps to the next element of the array entered last; false at its end or on malformed text.</summary>
    public bool NextElement(ref bool isFirst)
    {
        byte next = Peek();
        if (next == (byte)']')
        {
            _position++;
            return false;
        }

        if (!isFirst && !Expect((byte)',')) return false;
        if (isFirst && next == 0) return Fail();
        isFirst = false;
        return !Failed;
    }

    /// <summary>Reads a string; false if something else comes next.</summary>
    public bool TryReadString(out JsonText text)
    {
        if (Peek() == (byte)'"') return ReadString(out text);
        text = default;
        return false;
    }

    /// <summary>Reads an unsigned integer without fraction or exponent; false if something else comes next.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        ReadOnlySpan<byte> text = _text;
        int position = _position;
        if (DigitRun.TryReadForward(text, ref position, out value)
            && (uint)position < (uint)text.Length && text[position] is (byte)',' or (byte)'}')
        {
            _position = position;
            return true;
        }

        return TryReadAnyUInt64(text, out value);
    }

    /// <summary>Reads a number of any length before anything.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadAnyUInt64(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        byte first = Peek();
        if ((uint)(first - '0') > 9) return false;
        int position = _position;
        if (DigitRun.TryReadSixteen(text[position..], out ulong sum)) position += 16;
        uint digit = (uint)position < (uint)text.Length ? (uint)(text[position] - '0') : uint.MaxValue;
        while (digit <= 9)
        {
            // A product or sum that wraps is a number above 64 bits.
            if (sum > ulong.MaxValue / 10) return false;
            ulong next = (sum * 10) + digit;
            if (next < digit) return false;
            sum = next;
            position++;
            digit = (uint)position < (uint)text.Length ? (uint)(text[position] - '0') : uint.MaxValue;
        }

        if (first == (byte)'0' && position - _position > 1) return Fail();
        if ((uint)position < (uint)text.Length && text[position] is (byte)'.' or (byte)'e' or (byte)'E') return false;
        _position = position;
        value = sum;
        return true;
    }

    /// <summary>Reads true or false; false if something else comes next.</summary>
    public bool TryReadBoolean(out bool value)
    {
        value = Peek() == (byte)'t';
        return value ? TryTakeLiteral("true"u8) : TryTakeLiteral("false"u8);
    }

    /// <summary>Reads null; false if something else comes next.</summary>
    public bool TryReadNull() => Peek() == (byte)'n' && TryTakeLiteral("null"u8);

    /// <summary>Steps over any value, checking it; gives the bytes it covers.</summary>
    public bool TrySkipValue(out ReadOnlySpan<byte> raw)
    {
        _ = Peek();
        int start = _position;
        raw = default;
        if (!SkipValue()) return false;
        raw = _text[start.._position];
        return true;
    }

    /// <summary>Steps over any value, checking it.</summary>
    public bool SkipValue() => Peek() == (byte)'"' ? ReadString(out _) : SkipAnyValue();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool SkipAnyValue()
    {
        ulong objects = 0; // one bit a level: 1 = object
        int depth = 0;
        bool expectsFirst;
        do
        {
            byte next = Peek();
            expectsFirst = false;
            if (next is (byte)'{' or (byte)'[')
            {
                if (depth == MaxDepth) return Fail();
                objects = (objects << 1) | (next == (byte)'{' ? 1u : 0u);
                depth++;
                _position++;
                expectsFirst = true;
            }
            else if (!SkipScalar(next))
            {
                return Fail();
            }

            if (!StepToValue(ref objects, ref depth, expectsFirst)) return !Failed;
        }
        while (true);
    }

    /// <summary>After a value or an opening bracket: closes what ends here; true if another value follows.</summary>
    private bool StepToValue(ref ulong objects, ref int depth, bool isFirst)
    {
        while (depth > 0)
        {
            bool isObject = (objects & 1) != 0;
            byte next = Peek();
            if (next == (isObject ? (byte)'}' : (byte)']'))
            {
                _position++;
                objects >>= 1;
                depth--;
                isFirst = false;
                continue;
            }

            if (!isFirst && !Expect((byte)',')) return false;
            if (!isObject) return !Failed;
            if (Peek() != (byte)'"') return Fail();
            return ReadString(out _) && Expect((byte)':');
        }

        return false;
    }

    private bool SkipScalar(byte next) => next switch
    {
        (byte)'"' => ReadString(out _),
        (byte)'t' => TryTakeLiteral("true"u8),
        (byte)'f' => TryTakeLiteral("false"u8),
        (byte)'n' => TryTakeLiteral("null"u8),
        _ => SkipNumber(),
    };

    private bool SkipNumber()
    {
        int position = _position;
        if (At(position) == (byte)'-') position++;
        int start = position;
        while ((uint)(At(position) - '0') <= 9) position++;
        if (position == start || (At(start) == (byte)'0' && position - start > 1)) return Fail();
        if (At(position) == (byte)'.')
        {
            start = ++position;
            while ((uint)(At(position) - '0') <= 9) position++;
            if (position == start) return Fail();
        }

        if (At(position) is (byte)'e' or (byte)'E')
        {
            position++;
            if (At(position) is (byte)'+' or (byte)'-') position++;
            start = position;
            while ((uint)(At(position) - '0') <= 9) position++;
            if (position == start) return Fail();
        }

        _position = position;
        return true;
    }

    private bool ReadString(out JsonText text)
    {
        int start = _position + 1;
        int position = start;
        bool isEscaped = false;
        text = default;
        while (true)
        {
            int stop = JsonStops.IndexIn(_text[position..]);
            if (stop < 0) return Fail();
            position += stop;
            if (_text[position] == (byte)'"') break;
            if (_text[position] != (byte)'\\') return Fail();
            int length = EscapeLength(position + 1);
            if (length == 0) return Fail();
            isEscaped = true;
            position += 1 + length;
        }

        text = new JsonText(_text[start..position], isEscaped);
        _position = position + 1;
        return true;
    }

    /// <summary>
    /// Length of the escape whose letter stands at <paramref name="position"/>; 0 if there is none such.
    /// </summary>
    private readonly int EscapeLength(int position)
    {
        switch (At(position))
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return 1;
            case (byte)'u':
                for (int i = 1; i <= 4; i++)
                {
                    if (!char.IsAsciiHexDigit((char)At(position + i))) return 0;
                }

                return 5;
            default:
                return 0;
        }
    }

    private readonly byte At(int position) => (uint)position < (uint)_text.Length ? _text[position] : (byte)0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(byte expected)
    {
        if (Peek() != expected) return false;
        _position++;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Expect(byte expected) => TryTake(expected) || Fail();

    private bool TryTakeLiteral(ReadOnlySpan<byte> literal)
    {
        if (Failed || !_text[_position..].StartsWith(literal)) return false;
        _position += literal.Length;
        return true;
    }

    /// <summary>Nothing can be read behind malformed text.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Fail()
    {
        Failed = true;
        _position = _text.Length;
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte PeekBehindWhiteSpace()
    {
        SkipWhiteSpace();
        return (uint)_position < (uint)_text.Length ? _text[_position] : (byte)0;
    }

    private void SkipWhiteSpace()
    {
        while ((uint)_position < (uint)_text.Length
            && _text[_position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _position++;
        }
    }
}
