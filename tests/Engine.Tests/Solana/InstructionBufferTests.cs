using System;
using System.Collections.Generic;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class InstructionBufferTests
{
    private const int Seed = 8117;

    /// <summary>A version and a count name one list: whatever was written before, and however often.</summary>
    [Fact]
    public void ListVersion_SameVersionAndCount_IsTheSameProgramAndAccounts()
    {
        Random random = new(Seed);
        InstructionBuffer buffer = new(64);
        Dictionary<(long, int), string> seen = [];
        int again = 0;
        for (int round = 0; round < 20_000; round++)
        {
            buffer.Reset(Key(random.Next(20) == 0 ? 1 : 0));
            int count = random.Next(3, 6);
            for (int i = 0; i < count; i++)
                buffer.Add(Key(100 + i + (Rarely(30) ? 50 : 0)), Rarely(40) ? AccountFlags.Writable : default);
            buffer.WriteUInt64((ulong)round);
            string list = $"{buffer.ProgramId} {string.Join(' ', buffer.Accounts.ToArray())}";
            if (seen.TryGetValue((buffer.ListVersion, buffer.AccountCount), out string? before)) again++;
            else seen[(buffer.ListVersion, buffer.AccountCount)] = before = list;
            Assert.True(before == list, $"seed {Seed}, round {round}");
        }

        bool Rarely(int one) => random.Next(one) == 0;
        Assert.True(again > 2_000 && seen.Count > 2_000, $"{again} again, {seen.Count} lists");
    }

    [Fact]
    public void ListVersion_ListWrittenAgain_RisesWithAnyDifference()
    {
        InstructionBuffer buffer = new();
        Write(buffer, Key(1), 5, -1, 0);
        long first = buffer.ListVersion;
        Write(buffer, Key(1), 5, -1, 0);
        Write(buffer, Key(1), 3, -1, 0); // a shorter list has another count, and leaves the rest
        Write(buffer, Key(1), 5, -1, 0);
        Assert.Equal(first, buffer.ListVersion);
        for (int place = 0; place < 5; place++)
        {
            for (int part = 0; part < 33; part++)
            {
                long before = buffer.ListVersion;
                Write(buffer, Key(1), 5, place, part);
                Assert.True(buffer.ListVersion > before, $"account {place}, byte {part}");
                Write(buffer, Key(1), 5, -1, 0);
            }
        }

        long last = buffer.ListVersion;
        Write(buffer, Key(2), 5, -1, 0);
        Assert.True(buffer.ListVersion > last);
    }

    [Fact]
    public void Write_MoreThanThereIsRoomFor_IsRememberedAndNothingWritten()
    {
        InstructionBuffer buffer = new(20);
        buffer.Reset(Key(1));
        buffer.WriteUInt64(1);
        buffer.WriteUInt64(2);
        Assert.False(buffer.Overflowed);
        buffer.WriteUInt64(3);
        Assert.True(buffer.Overflowed);
        Assert.Equal(16, buffer.DataLength);
        buffer.Reset(Key(1));
        buffer.Write(new byte[20]);
        Assert.False(buffer.Overflowed);
        buffer.WriteByte(1);
        Assert.True(buffer.Overflowed);
        buffer.Reset(Key(1));
        for (int i = 0; i <= InstructionBuffer.MaxAccounts; i++) buffer.Add(Key(i));
        Assert.True(buffer.Overflowed);
    }

    private static void Write(InstructionBuffer buffer, in Pubkey program, int count, int place, int part)
    {
        buffer.Reset(in program);
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        for (int i = 0; i < count; i++)
        {
            Key(100 + i).CopyTo(bytes);
            if (i == place && part < Pubkey.SizeBytes) bytes[part] ^= 1;
            buffer.Add(Pubkey.Read(bytes), i == place && part == Pubkey.SizeBytes ? AccountFlags.Signer : default);
        }
    }

    private static Pubkey Key(int number)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(number * (i + 7));
        return Pubkey.Read(bytes);
    }
}
