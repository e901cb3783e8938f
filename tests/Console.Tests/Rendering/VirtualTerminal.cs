using System;
using System.Buffers;
using System.Globalization;
using System.Text;
using LowLatency.ConsoleHost.Rendering;

namespace LowLatency.Console.Tests.Rendering;

/// <summary>
/// A terminal in memory: understands the sequences that a terminal must know for our frames, keeps cells, and refuses
/// whatever it does not know, so that nothing unusual is ever written unnoticed.
/// </summary>
internal sealed class VirtualTerminal
{
    private readonly string[,] _cells;
    private readonly string[,] _pens;
    private int _x;
    private int _y;
    private string _pen = "0";

    public VirtualTerminal(int columns, int rows)
    {
        Columns = columns;
        Rows = rows;
        _cells = new string[rows, columns];
        _pens = new string[rows, columns];
        Clear();
    }

    public int Columns { get; }

    public int Rows { get; }

    public bool IsAlternate { get; private set; }

    public bool IsCursorShown { get; private set; } = true;

    public bool IsWrapping { get; private set; } = true;

    public bool ReportsFocus { get; private set; }

    /// <summary>True between the begin and the end of a synchronized update.</summary>
    public bool IsUpdating { get; private set; }

    /// <summary>Updates completed.</summary>
    public int Updates { get; private set; }

    /// <summary>Text of a row without blanks at its end.</summary>
    public string Row(int y)
    {
        StringBuilder text = new();
        for (int x = 0; x < Columns; x++) text.Append(_cells[y, x]);
        return text.ToString().TrimEnd();
    }

    /// <summary>All rows.</summary>
    public string Text()
    {
        StringBuilder text = new();
        for (int y = 0; y < Rows; y++) text.Append(Row(y)).Append('\n');
        return text.ToString();
    }

    /// <summary>Parameters of the pen at a cell.</summary>
    public string PenAt(int x, int y) => _pens[y, x];

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (bytes[0] == 0x1B)
            {
                bytes = bytes[Sequence(bytes)..];
                continue;
            }

            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int used);
            if (status != OperationStatus.Done || rune.Value < 0x20)
                throw new InvalidOperationException($"byte {bytes[0]:x2} is no character");
            Put(rune);
            bytes = bytes[used..];
        }
    }

    private void Put(Rune rune)
    {
        int width = RuneWidth.Of(rune.Value);
        if (_x + width > Columns) throw new InvalidOperationException($"'{rune}' beyond column {Columns}, row {_y}");
        _cells[_y, _x] = rune.ToString();
        _pens[_y, _x] = _pen;
        if (width == 2)
        {
            _cells[_y, _x + 1] = string.Empty;
            _pens[_y, _x + 1] = _pen;
        }

        _x += width;
    }

    private int Sequence(ReadOnlySpan<byte> bytes)
    {
        if (bytes[1] != '[') throw new InvalidOperationException("no CSI");
        int end = 2;
        while (bytes[end] is < 0x40 or > 0x7E) end++;
        string parameters = Encoding.ASCII.GetString(bytes[2..end]);
        switch ((char)bytes[end])
        {
            case 'H':
                string[] place = parameters.Length == 0 ? ["1", "1"] : parameters.Split(';');
                _y = int.Parse(place[0], CultureInfo.InvariantCulture) - 1;
                _x = int.Parse(place[1], CultureInfo.InvariantCulture) - 1;
                if ((uint)_y >= (uint)Rows || (uint)_x >= (uint)Columns)
                    throw new InvalidOperationException($"cursor to {_x},{_y} outside {Columns}x{Rows}");
                break;
            case 'J' when parameters == "2":
                Clear();
                break;
            case 'm':
                _pen = parameters;
                break;
            case 'h' or 'l' when parameters.StartsWith('?'):
                Mode(parameters[1..], bytes[end] == 'h');
                break;
            default:
                throw new InvalidOperationException($"unknown sequence {parameters}{(char)bytes[end]}");
        }

        return end + 1;
    }

    private void Mode(string mode, bool isSet)
    {
        switch (mode)
        {
            case "1049":
                IsAlternate = isSet;
                break;
            case "25":
                IsCursorShown = isSet;
                break;
            case "7":
                IsWrapping = isSet;
                break;
            case "1004":
                ReportsFocus = isSet;
                break;
            case "2026":
                if (IsUpdating && !isSet) Updates++;
                IsUpdating = isSet;
                break;
            default:
                throw new InvalidOperationException($"unknown mode {mode}");
        }
    }

    private void Clear()
    {
        for (int y = 0; y < Rows; y++)
        {
            for (int x = 0; x < Columns; x++)
            {
                _cells[y, x] = " ";
                _pens[y, x] = "0";
            }
        }
    }
}
