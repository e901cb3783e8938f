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
        InstructionBuffer own = buffers.Of(3, 0, []);
        for (int round = 0; round < 5_000; round++)
        {
            for (int leg = 0; leg < route.Length; leg++)
            {
                int edge = random.Next(4) + (random.Next(3) * LegBuffers.Capacity); // many share a place
                route[leg] = buffers.Of(edge, leg, route.AsSpan(0, leg));
                for (int i = 0; i < leg; i++) Assert.NotSame(route[i], route[leg]);
            }

            Assert.Same(own, buffers.Of(3 + LegBuffers.Capacity, 0, []));
        }
    }

    [Fact]
    public void Of_AnyLeg_HasRoomForItsMostAccountsAndDataAndSaysSoOfMore()
    {
        InstructionBuffer buffer = new LegBuffers().Of(0, 0, []);
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
}
