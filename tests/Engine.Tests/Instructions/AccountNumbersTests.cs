using System;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

/// <summary>What a writer remembers of accounts changes no byte of a message.</summary>
public sealed class AccountNumbersTests
{
    private readonly Random _random = new(17);

    [Fact]
    public void WriteTransaction_MoreAccountsThanNumbers_SameAsAFreshWriter()
    {
        MessageWriter writer = new();
        Pubkey payer = Key();
        Pubkey[] shared = [Key(), Key(), Key(), Key()];
        LookupTable table = new(Key());
        _ = table.Set(shared);
        LookupTable other = new(table.Key);
        _ = other.Set(shared);
        InstructionBuffer kept = Swap(shared); // never written again: its numbers outlive many of the others
        const int Messages = 2 * AccountNumbers.Capacity / 20;
        for (int i = 0; i < Messages; i++)
        {
            Pubkey[] own = new Pubkey[20];
            for (int k = 0; k < own.Length; k++) own[k] = k % 5 == 0 ? shared[_random.Next(4)] : Key();
            Assert.Equal(
                Write(new MessageWriter(), payer, other, Swap(shared), Swap(own)),
                Write(writer, payer, table, kept, Swap(own)));
        }
    }

    [Fact]
    public void WriteTransaction_TableChangedMeanwhile_SameAsAFreshWriter()
    {
        MessageWriter writer = new();
        Pubkey payer = Key();
        Pubkey[] accounts = [Key(), Key(), Key(), Key(), Key(), Key()];
        InstructionBuffer swap = Swap(accounts);
        LookupTable table = new(Key());
        _ = table.Set(accounts.AsSpan(0, 2));
        int before = Write(writer, payer, table, swap).Length;
        _ = table.Set(accounts);
        byte[] after = Write(writer, payer, table, swap);
        Assert.True(after.Length < before, "the table's new entries were not found");
        LookupTable fresh = new(table.Key);
        _ = fresh.Set(accounts);
        Assert.Equal(Write(new MessageWriter(), payer, fresh, Swap(accounts)), after);
    }

    private static byte[] Write(
        MessageWriter writer, Pubkey payer, LookupTable table, params InstructionBuffer[] instructions)
    {
        MessageRequest request = new()
        {
            Version = MessageVersion.V0,
            Payer = payer,
            Instructions = instructions,
            Tables = new[] { table },
        };
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        Assert.Equal(MessageStatus.Ok, writer.WriteTransaction(request, bytes, out MessageLayout layout));
        return bytes[..layout.TotalBytes];
    }

    private static InstructionBuffer Swap(Pubkey[] accounts)
    {
        InstructionBuffer swap = new();
        swap.Reset(ProgramIds.Token);
        for (int i = 0; i < accounts.Length; i++) swap.Add(accounts[i], (AccountFlags)(i & 1));
        return swap;
    }

    private Pubkey Key()
    {
        byte[] bytes = new byte[Pubkey.SizeBytes];
        _random.NextBytes(bytes);
        return Pubkey.Read(bytes);
    }
}
