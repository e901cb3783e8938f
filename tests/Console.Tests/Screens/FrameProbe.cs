using System;
using LowLatency.ConsoleHost.Rendering;
using LowLatency.ConsoleHost.Screens;

namespace LowLatency.Console.Tests.Screens;

/// <summary>Frames as the loop makes them, and what they allocate.</summary>
internal sealed class FrameProbe(ScreenApp app)
{
    private readonly FrameEncoder _encoder = new(new Palette(ColorDepth.Palette), asciiOnly: false);
    private readonly CellBuffer _buffer = new();
    private long _nowMs = 2_000_000;

    public void Warm(int frames) => Draw(frames);

    public long Measure(int frames)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Draw(frames);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void Draw(int frames)
    {
        if (_buffer.Columns == 0) _buffer.Resize(200, 60);
        for (int i = 0; i < frames; i++)
        {
            _nowMs += 50;
            app.Draw(_buffer, _nowMs);
            _encoder.Encode(_buffer);
        }
    }
}
