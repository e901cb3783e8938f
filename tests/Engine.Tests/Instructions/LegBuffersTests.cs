using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class LegBuffersTests
{
    [Fact]
    public void Of_AnyRoute_EachLegHasABufferOfItsOwnAndTheFirstIsAlwaysTheSame()
    {
        const int Seed = 411;
        Random random = new(Seed);
        LegBuffers buffers = new();
        InstructionBuffer[] route = new InstructionBuffer[Legs.MaxCount];
        InstructionBuffer own = buffers.Of(3, 0, []).Buffer;
        for (int round = 0; round < 5_000; round++)
        {
            for (int leg = 0; leg < route.Length; leg++)
            {
                int edge = random.Next(4) + (random.Next(3) * LegBuffers.Capacity); // many share a place
                route[leg] = buffers.Of(edge, leg, route.AsSpan(0, leg)).Buffer;
                for (int i = 0; i < leg; i++) Assert.NotSame(route[i], route[leg]);
            }

            Assert.Same(own, buffers.Of(3 + LegBuffers.Capacity, 0, []).Buffer);
        }
    }

    [Fact]
    public void Of_AnyLeg_HasRoomForItsMostAccountsAndDataAndSaysSoOfMore()
    {
        InstructionBuffer buffer = new LegBuffers().Of(0, 0, []).Buffer;
        buffer.Reset(default);
        for (int i = 0; i < LegBuffers.AccountsMax; i++) buffer.Add(default, (AccountFlags)(i & 3));
        buffer.Write(new byte[LegBuffers.DataBytesMax]);
        Assert.False(buffer.Overflowed);
        Assert.Equal(LegBuffers.AccountsMax, buffer.Accounts.Length);
        for (int i = 0; i < buffer.AccountCount; i++) Assert.Equal((AccountFlags)(i & 3), buffer.Accounts[i].Flags);
        buffer.Add(default);
        Assert.True(buffer.Overflowed);
        Assert.Equal(LegBuffers.AccountsMax, buffer.Accounts.Length);
    }

    /// <summary>Other amounts are put in where tag, amount and threshold stand, and nowhere else.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 0)]
    [InlineData(8, 9)]
    public void TryPatch_SameEdgeAndVersion_IsWhatWritingItAnewGives(int tagBytes, int tailBytes)
    {
        LegBuffers buffers = new();
        ref LegBuffer place = ref buffers.Of(5, 0, []);
        Assert.False(place.TryPatch(5, 0, 1, 2)); // nothing is written yet
        Write(place.Buffer, 1_000, 2_000);
        place.Note(5, 77, 1_000, 2_000);
        Assert.False(place.TryPatch(5, 78, 3, 4)); // the pool has changed
        Assert.False(place.TryPatch(5 + LegBuffers.Capacity, 77, 3, 4)); // another edge, same place
        Assert.True(place.TryPatch(5, 77, ulong.MaxValue, 1));
        InstructionBuffer anew = new();
        Write(anew, ulong.MaxValue, 1);
        Assert.True(anew.Data.SequenceEqual(place.Buffer.Data));
        Assert.True(AccountMeta.AreSame(anew.Accounts, place.Buffer.Accounts));
        place.Forget();
        Assert.False(place.TryPatch(5, 77, 3, 4));

        void Write(InstructionBuffer buffer, ulong amountRaw, ulong thresholdRaw)
        {
            buffer.Reset(ProgramIds.Memo);
            buffer.Add(ProgramIds.Token);
            for (int i = 0; i < tagBytes; i++) buffer.WriteByte((byte)(200 + i));
            buffer.WriteUInt64(amountRaw);
            buffer.WriteUInt64(thresholdRaw);
            for (int i = 0; i < tailBytes; i++) buffer.WriteByte((byte)i);
        }
    }

    /// <summary>Where it cannot be told where amounts stand, the swap is written each time.</summary>
    [Fact]
    public void Note_AmountsElsewhereOrInTwoPlaces_IsNeverPatched()
    {
        LegBuffers buffers = new();
        ref LegBuffer place = ref buffers.Of(5, 0, []);
        place.Buffer.Reset(ProgramIds.Memo);
        place.Buffer.WriteUInt32(1);
        place.Buffer.WriteUInt64(1_000);
        place.Buffer.WriteUInt64(2_000);
        place.Note(5, 77, 1_000, 2_000);
        Assert.False(place.TryPatch(5, 77, 3, 4));

        place.Buffer.Reset(ProgramIds.Memo);
        place.Buffer.Write(new byte[24]);
        place.Note(5, 77, 0, 0);
        Assert.False(place.TryPatch(5, 77, 3, 4));
    }
}
