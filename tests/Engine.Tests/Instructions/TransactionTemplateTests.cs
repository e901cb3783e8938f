using System;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class TransactionTemplateTests
{
    private readonly Random _random = new(Seed);
    private readonly MessageWriter _writer = new();
    private readonly InstructionBuffer[] _instructions = new InstructionBuffer[4];

    private const int Seed = 71;

    public TransactionTemplateTests()
    {
        for (int i = 0; i < _instructions.Length; i++) _instructions[i] = new InstructionBuffer();
    }

    [Fact]
    public void Patch_RandomValues_EqualsFreshBuild()
    {
        Pubkey payer = RandomInstructions.Key(_random);
        Pubkey pool = RandomInstructions.Key(_random);
        TransactionTemplate template = new();
        Fill(payer, pool, 1, 2, 3, 4, TipAccounts.Pick(0));
        MessageRequest request = Request(payer, RandomInstructions.Key(_random));
        Assert.Equal(MessageStatus.Ok, template.Build(_writer, request));
        int limit = template.AddPoint(_writer, _instructions[0], 0, ComputeBudget.ValueOffset, 4);
        int price = template.AddPoint(_writer, _instructions[1], 1, ComputeBudget.ValueOffset, 8);
        int amount = template.AddPoint(_writer, _instructions[2], 2, 1, 8);
        int tip = template.AddPoint(_writer, _instructions[3], 3, SystemTransfer.LamportsOffset, 8);
        int tipAccount = template.AddKeyPoint(_writer, TipAccounts.Pick(0));
        byte[] fresh = new byte[MessageLimits.PacketBytes];
        for (int round = 0; round < 500; round++)
        {
            uint units = (uint)_random.NextInt64(uint.MaxValue);
            ulong micro = (ulong)_random.NextInt64(), raw = (ulong)_random.NextInt64(), lamports =
                (ulong)_random.NextInt64();
            Pubkey to = TipAccounts.Pick((ulong)_random.Next(8));
            request.Blockhash = RandomInstructions.Key(_random);
            Fill(payer, pool, units, micro, raw, lamports, to);
            Assert.Equal(MessageStatus.Ok, _writer.WriteTransaction(request, fresh, out MessageLayout layout));
            Assert.True(template.Patch(limit, units) && template.Patch(price, micro) && template.Patch(amount, raw));
            Assert.True(template.Patch(tip, lamports) && template.Patch(tipAccount, to));
            template.PatchBlockhash(request.Blockhash);
            Assert.True(
                template.Bytes.SequenceEqual(fresh.AsSpan(0, layout.TotalBytes)),
                $"seed {Seed}, round {round}");
        }
    }

    [Fact]
    public void Patch_WhatDoesNotFit_IsRefused()
    {
        Pubkey payer = RandomInstructions.Key(_random);
        Pubkey pool = RandomInstructions.Key(_random);
        TransactionTemplate template = new();
        Fill(payer, pool, 1, 2, 3, 4, TipAccounts.Pick(0));
        Assert.Equal(MessageStatus.Ok, template.Build(_writer, Request(payer, default)));
        int limit = template.AddPoint(_writer, _instructions[0], 0, 1, 4);
        int key = template.AddKeyPoint(_writer, TipAccounts.Pick(0));
        byte[] before = template.Bytes.ToArray();
        Assert.False(template.Patch(limit, 1UL << 32));
        Assert.False(template.Patch(limit, payer));
        Assert.False(template.Patch(key, 1UL));
        Assert.False(template.Patch(key, pool)); // listed already: a fresh build would merge the two
        Assert.False(template.Patch(99, 1UL));
        Assert.Equal(-1, template.AddPoint(_writer, _instructions[0], 0, 2, 4)); // one byte past the data
        Assert.Equal(-1, template.AddPoint(_writer, _instructions[0], 9, 0, 1));
        Assert.Equal(-1, template.AddKeyPoint(_writer, ProgramIds.InstructionsSysvar));
        Assert.Equal(before, template.Bytes.ToArray());
    }

    [Fact]
    public void Patch_WarmTemplate_AllocatesNothing()
    {
        Pubkey payer = RandomInstructions.Key(_random);
        Pubkey pool = RandomInstructions.Key(_random);
        TransactionTemplate template = new();
        byte[] bytes = new byte[MessageLimits.PacketBytes];
        long before = 0;
        for (int round = 0; round < 300; round++)
        {
            if (round == 200) before = GC.GetAllocatedBytesForCurrentThread();
            Fill(payer, pool, 1, 2, (ulong)round, 4, TipAccounts.Pick(0));
            MessageRequest request = Request(payer, pool);
            if (template.Build(_writer, request) != MessageStatus.Ok) break;
            int point = template.AddPoint(_writer, _instructions[2], 2, 1, 8);
            if (!template.Patch(point, 5UL)) break;
            template.PatchBlockhash(payer);
            if (_writer.WriteTransaction(request, bytes, out _) != MessageStatus.Ok) break;
            if (TransactionReader.TryRead(bytes.AsSpan(0, _writer.TransactionBytes),
                out _) != TransactionReadStatus.Ok) break;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.NotEqual(0, before);
        Assert.Equal(0, allocated);
    }

    private MessageRequest Request(Pubkey payer, Pubkey blockhash) => new()
    {
        Version = MessageVersion.V0,
        Payer = payer,
        Blockhash = blockhash,
        Instructions = _instructions,
    };

    private void Fill(in Pubkey payer, in Pubkey pool, uint units, ulong micro, ulong raw, ulong lamports,
        in Pubkey tip)
    {
        ComputeBudget.WriteUnitLimit(_instructions[0], units);
        ComputeBudget.WriteUnitPrice(_instructions[1], micro);
        TokenAccounts.WriteTransfer(_instructions[2], pool, ProgramIds.ClockSysvar, payer, raw, ProgramIds.Token);
        SystemTransfer.Write(_instructions[3], payer, tip, lamports);
    }
}
