using System;
using System.Text;
using LowLatency.ConsoleHost.Rendering;
using Xunit;

namespace LowLatency.Console.Tests.Rendering;

public sealed class FrameEncoderTests
{
    private static readonly int[] Alphabet = ['a', 'Z', ' ', '─', '█', '漢', '字', 0x1F680, 'é', '0'];

    [Fact]
    public void Encode_FirstFrame_PaintsEveryCell()
    {
        CellBuffer buffer = Buffer(20, 3);
        buffer.Text(2, 1, "hello 漢字", Ink.Strong, 18);
        VirtualTerminal terminal = new(20, 3);
        terminal.Feed(Encoder().Encode(buffer));
        Assert.Equal("  hello 漢字", terminal.Row(1));
        Assert.Equal(1, terminal.Updates);
        Assert.False(terminal.IsUpdating);
    }

    [Fact]
    public void Encode_NothingChanged_WritesNothing()
    {
        CellBuffer buffer = Buffer(20, 3);
        FrameEncoder encoder = Encoder();
        Assert.False(encoder.Encode(buffer).IsEmpty);
        Assert.True(encoder.Encode(buffer).IsEmpty);
    }

    [Fact]
    public void Encode_OneCellChanged_WritesAFewBytes()
    {
        CellBuffer buffer = Buffer(200, 60);
        FrameEncoder encoder = Encoder();
        encoder.Encode(buffer);
        buffer.Put(100, 30, 'x', Ink.Normal);
        Assert.InRange(encoder.Encode(buffer).Length, 1, 64);
    }

    [Fact]
    public void Encode_SameInkInARow_ChangesThePenOnce()
    {
        CellBuffer buffer = Buffer(40, 1);
        FrameEncoder encoder = Encoder();
        encoder.Encode(buffer);
        buffer.Text(0, 0, "one two three four", Ink.Good, 40);
        string bytes = Encoding.UTF8.GetString(encoder.Encode(buffer));
        Assert.Equal(2, bytes.Split('m').Length - 1); // the pen, and the reset at the end
    }

    /// <summary>Any sequence of frames leaves the terminal with the cells of the last one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Encode_RandomEdits_TerminalAlwaysShowsTheBuffer(int seed)
    {
        Random random = new(seed);
        CellBuffer buffer = Buffer(37, 9);
        FrameEncoder encoder = Encoder();
        VirtualTerminal terminal = new(37, 9);
        for (int frame = 0; frame < 400; frame++)
        {
            if (frame % 50 == 49) buffer.Clear();
            for (int edit = random.Next(12); edit > 0; edit--)
            {
                int rune = Alphabet[random.Next(Alphabet.Length)];
                buffer.Put(random.Next(-1, 38), random.Next(-1, 10), rune, (Ink)random.Next(12));
            }

            ReadOnlySpan<byte> bytes = encoder.Encode(buffer);
            if (!bytes.IsEmpty) terminal.Feed(bytes);
            AssertShows(buffer, terminal, $"seed {seed}, frame {frame}");
        }
    }

    [Fact]
    public void Encode_AsciiOnly_WritesNoOtherByte()
    {
        CellBuffer buffer = Buffer(12, 1);
        buffer.Text(0, 0, "a─│█漢b", Ink.Normal, 12);
        VirtualTerminal terminal = new(12, 1);
        terminal.Feed(new FrameEncoder(new Palette(ColorDepth.None), asciiOnly: true).Encode(buffer));
        Assert.Equal("a-|#??b", terminal.Row(0));
    }

    [Theory]
    [InlineData("None")]
    [InlineData("Sixteen")]
    [InlineData("Palette")]
    [InlineData("True")]
    public void Palette_EveryInk_FitsItsBoundAndResetsFirst(string name)
    {
        ColorDepth depth = Enum.Parse<ColorDepth>(name);
        Palette palette = new(depth);
        foreach (Ink ink in Enum.GetValues<Ink>())
        {
            string sequence = Encoding.ASCII.GetString(palette.Of(ink));
            Assert.InRange(sequence.Length, 4, Palette.SequenceBytesMax);
            Assert.StartsWith("\e[0", sequence);
            if (depth == ColorDepth.None) Assert.DoesNotMatch(";[34][0-9]", sequence);
        }
    }

    [Fact]
    public void Encode_AfterWarmUp_AllocatesNothing()
    {
        CellBuffer buffer = Buffer(200, 60);
        FrameEncoder encoder = Encoder();
        long allocated = 0;
        for (int frame = 0; frame < 300; frame++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Area area = new(buffer, 0, 0, 200, 60);
            Duration time = new(frame * 977L);
            area.Print(frame % 50, frame % 60, Ink.Good, $"{frame:N0} of {time} {new Count(frame)}");
            area.Bar(3, 4, 40, frame / 300.0, Ink.Bar);
            encoder.Encode(buffer);
            if (frame >= 100) allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private static void AssertShows(CellBuffer buffer, VirtualTerminal terminal, string when)
    {
        for (int y = 0; y < buffer.Rows; y++)
        {
            StringBuilder wanted = new();
            foreach (Cell cell in buffer.Row(y))
            {
                if (!cell.IsTail) wanted.Append(new Rune(cell.Rune));
            }

            Assert.True(wanted.ToString().TrimEnd() == terminal.Row(y), $"{when}, row {y}: {terminal.Row(y)}");
        }
    }

    private static FrameEncoder Encoder() => new(new Palette(ColorDepth.Palette), asciiOnly: false);

    private static CellBuffer Buffer(int columns, int rows)
    {
        CellBuffer buffer = new();
        buffer.Resize(columns, rows);
        return buffer;
    }
}
