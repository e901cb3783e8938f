using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Ring;
using Xunit;

namespace LowLatency.Engine.Tests.Ring;

/// <summary>Layout is a contract: a contended word has 128 bytes free on both sides.</summary>
public sealed class LayoutTests
{
    private const int SeparationBytes = 128;
    private const long Mark = 0x1122334455667788;

    [Fact]
    public void Sequence_InMemory_HasRoomOnBothSides() => AssertPadded(new Sequence(Mark));

    [Fact]
    public void PaddedInt64_Value_IsSeparatedOnBothSides()
    {
        Assert.Equal(PaddedInt64.SizeBytes, Unsafe.SizeOf<PaddedInt64>());
        int offset = OffsetOf<PaddedInt64>(nameof(PaddedInt64.Value));
        Assert.True(offset >= SeparationBytes);
        Assert.True(PaddedInt64.SizeBytes - offset - sizeof(long) >= SeparationBytes);
    }

    [Fact]
    public void MarketEvent_InARing_FillsTwoPairsOfLines() =>
        Assert.Equal(MarketEvent.SizeBytes, Unsafe.SizeOf<MarketEvent>());

    [Fact]
    public void ProducerState_Words_AreSeparated()
    {
        Assert.Equal(ProducerState.SizeBytes, Unsafe.SizeOf<ProducerState>());
        Assert.Equal(128, OffsetOf<ProducerState>(nameof(ProducerState.Claimed)));
        Assert.Equal(256, OffsetOf<ProducerState>(nameof(ProducerState.GatingCache)));
        Assert.True(ProducerState.SizeBytes - 256 - sizeof(long) >= SeparationBytes);
    }

    [Fact]
    public void PayloadState_ProducerAndConsumerWords_AreSeparated()
    {
        int lastProducer = OffsetOf<PayloadRing.PayloadState>(nameof(PayloadRing.PayloadState.RewindAt));
        int producerEnd = lastProducer + sizeof(int);
        int consumer = OffsetOf<PayloadRing.PayloadState>(nameof(PayloadRing.PayloadState.Released));
        int firstProducer = OffsetOf<PayloadRing.PayloadState>(nameof(PayloadRing.PayloadState.Head));
        Assert.True(firstProducer >= SeparationBytes);
        // Both words start on their own pair of lines relative to the state's start, whatever its alignment.
        Assert.True(consumer - producerEnd >= 64, $"{consumer - producerEnd} bytes between");
        Assert.True(Unsafe.SizeOf<PayloadRing.PayloadState>() - consumer - sizeof(long) >= SeparationBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1024)]
    public unsafe void RingBuffer_FirstEntry_StartsOnAPairOfLines(int capacity)
    {
        RingBuffer<Entry64> ring = new(capacity);
        // SAFETY: the entries are pinned; the address is only looked at.
        nint address = (nint)Unsafe.AsPointer(ref ring[0]);
        Assert.Equal(0, address % SeparationBytes);
        Assert.Equal(address, (nint)Unsafe.AsPointer(ref ring[capacity]));
    }

    /// <summary>
    /// The attribute is a wish: the runtime ignored the size of an explicit class. So look into the object itself,
    /// whose
    /// fields end at the next object's header: the value must lie behind 128 zero bytes and before 128 more.
    /// </summary>
    private static void AssertPadded(object padded)
    {
        ref byte first = ref Unsafe.As<RawFields>(padded).First;
        // SAFETY: the word before the fields points to the method table, whose second 32-bit word is the object's size
        // with header and type pointer. All reads are within that size.
        nint methodTable = Unsafe.As<byte, nint>(ref Unsafe.SubtractByteOffset(ref first, sizeof(long)));
        int sizeBytes = Marshal.ReadInt32(methodTable, sizeof(int)) - (2 * sizeof(long));
        int found = -1;
        for (int offset = 0; offset <= sizeBytes - sizeof(long); offset += sizeof(long))
        {
            // SAFETY: as above.
            long word = Unsafe.As<byte, long>(ref Unsafe.AddByteOffset(ref first, offset));
            if (word == Mark)
                found = offset;
            else
                Assert.True(word == 0, $"offset {offset}: {word:x}");
        }
        Assert.True(found >= SeparationBytes, $"value at {found}");
        Assert.True(sizeBytes - found - sizeof(long) >= SeparationBytes, $"value at {found} of {sizeBytes}");
    }

    private static int OffsetOf<T>(string field) =>
        typeof(T).GetField(field, BindingFlags.Instance | BindingFlags.NonPublic)!
            .GetCustomAttribute<FieldOffsetAttribute>()!.Value;

    private sealed class RawFields
    {
        internal byte First = 0;
    }
}
