using System;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class TemplateCacheTests
{
    private const int Seed = 5113;

    private readonly Random _random = new(Seed);
    private readonly MessageWriter _writer = new();
    private readonly byte[] _fresh = new byte[MessageLimits.PacketBytes];

    [Fact]
    public void TryPatch_SameAccountsOtherAmounts_EqualsFreshBuild()
    {
        TemplateCache cache = new(16);
        Pubkey payer = RandomInstructions.Key(_random);
        Pubkey[] pools = Keys(40);
        int patched = 0;
        for (int round = 0; round < 2_000; round++)
        {
            int route = _random.Next(12);
            InstructionBuffer[] instructions = Route(payer, pools, route, arrays: _random.Next(3));
            RouteTemplate? template = cache.TryPatch((ulong)route, new RouteShape(instructions), 0);
            if (template is null)
            {
                template = cache.Claim((ulong)route);
                Assert.Equal(MessageStatus.Ok, template.Build(_writer, Request(payer, instructions), 0));
            }
            else
            {
                patched++;
            }

            MessageRequest request = Request(payer, instructions);
            Assert.Equal(MessageStatus.Ok, _writer.WriteMessage(in request, _fresh, out int length));
            Assert.True(template.Message.SequenceEqual(_fresh.AsSpan(0, length)), $"seed {Seed}, round {round}");
        }

        Assert.True(patched > 200 && cache.Evictions > 0, $"{patched} patched, {cache.Evictions} evicted");
        Assert.Equal(2_000, cache.Hits + cache.Misses);
        Assert.Equal(16, cache.Capacity);
    }

    /// <summary>As the stage does it: the same buffers are written again for other routes and other arrays.</summary>
    [Fact]
    public void TryPatch_BuffersWrittenAgain_EqualsFreshBuild()
    {
        TemplateCache cache = new(16);
        Pubkey payer = RandomInstructions.Key(_random);
        Pubkey[] pools = Keys(40);
        InstructionBuffer[] buffers = [new(), new(64), new(64), new(64), new()];
        int patched = 0;
        for (int round = 0; round < 4_000; round++)
        {
            int route = _random.Next(4);
            ComputeBudget.WriteUnitLimit(buffers[0], (uint)_random.Next());
            Write(buffers[1], payer, pools.AsSpan(route), 5 + _random.Next(2), 24, _random.Next(8) == 0);
            Write(buffers[2 + (route & 1)], payer, pools.AsSpan(_random.Next(3)), 6, 17, false);
            SystemTransfer.Write(buffers[4], payer, TipAccounts.Pick((ulong)route), (ulong)_random.NextInt64());
            InstructionBuffer[] instructions = [buffers[0], buffers[1], buffers[2 + (route & 1)], buffers[4]];
            RouteTemplate? template = cache.TryPatch((ulong)route, new RouteShape(instructions), 0);
            if (template is not null) patched++;
            else
            {
                template = cache.Claim((ulong)route);
                Assert.Equal(MessageStatus.Ok, template.Build(_writer, Request(payer, instructions), 0));
            }

            Assert.Equal(MessageStatus.Ok, _writer.WriteMessage(Request(payer, instructions), _fresh, out int length));
            Assert.True(template.Message.SequenceEqual(_fresh.AsSpan(0, length)), $"seed {Seed}, round {round}");
        }

        Assert.True(patched > 1_000 && cache.Evictions > 100, $"{patched} patched, {cache.Evictions} evicted");
    }

    [Fact]
    public void TryPatch_AnyDifferenceOfShape_IsNoFit()
    {
        TemplateCache cache = new(4);
        Pubkey payer = RandomInstructions.Key(_random);
        Pubkey[] pools = Keys(8);
        InstructionBuffer[] built = [Swap(payer, pools, 3, 20), Swap(payer, pools, 5, 24)];
        RouteTemplate template = cache.Claim(7);
        Assert.Equal(MessageStatus.Ok, template.Build(_writer, Request(payer, built), 0));
        Assert.NotNull(Patch(Swap(payer, pools, 3, 20), Swap(payer, pools, 5, 24)));
        Assert.Null(cache.TryPatch(8, new RouteShape(built), 0)); // another route
        Assert.Null(Patch(Swap(payer, pools, 3, 20))); // fewer instructions
        Assert.Null(Patch(Swap(payer, pools, 4, 20), Swap(payer, pools, 5, 24))); // more accounts
        Assert.Null(Patch(Swap(payer, pools, 3, 21), Swap(payer, pools, 5, 24))); // longer data
        InstructionBuffer writable = new();
        writable.Reset(ProgramIds.Token);
        foreach (ref readonly AccountMeta meta in built[0].Accounts) writable.Add(meta.Key, AccountFlags.Writable);
        writable.Write(new byte[20]);
        Assert.Null(Patch(writable, Swap(payer, pools, 5, 24))); // other privileges
        InstructionBuffer program = new();
        program.Reset(ProgramIds.Token2022);
        foreach (ref readonly AccountMeta meta in built[0].Accounts) program.Add(meta.Key, meta.Flags);
        program.Write(new byte[20]);
        Assert.Null(Patch(program, Swap(payer, pools, 5, 24))); // other program

        RouteTemplate? Patch(params InstructionBuffer[] shape) => cache.TryPatch(7, new RouteShape(shape), 0);
    }

    [Fact]
    public void TryPatch_TablesChanged_OnlyMessagesWithTablesAreStale()
    {
        TemplateCache cache = new(8);
        Pubkey payer = RandomInstructions.Key(_random);
        Pubkey[] pools = Keys(8);
        LookupTable table = new(RandomInstructions.Key(_random));
        Assert.Equal(LookupTableStatus.Ok, table.Set(pools));
        InstructionBuffer[] instructions = [Swap(payer, pools, 5, 16)];
        MessageRequest request = Request(payer, instructions);
        Assert.Equal(MessageStatus.Ok, cache.Claim(1).Build(_writer, in request, 3));
        request.Version = MessageVersion.V0;
        request.Tables = new[] { table };
        Assert.Equal(MessageStatus.Ok, cache.Claim(2).Build(_writer, in request, 3));
        Assert.Equal(MessageVersion.V0, cache.TryPatch(2, new RouteShape(instructions), 3)!.Version);
        Assert.NotNull(cache.TryPatch(1, new RouteShape(instructions), 4));
        Assert.Null(cache.TryPatch(2, new RouteShape(instructions), 4));
    }

    [Fact]
    public void Claim_DigestsThatShareTheirLowBits_NoneTakesAnothersPlace()
    {
        TemplateCache cache = new(32);
        Pubkey payer = RandomInstructions.Key(_random);
        InstructionBuffer[] instructions = [Swap(payer, Keys(8), 5, 16)];
        for (ulong round = 0; round < 2; round++)
        {
            for (ulong route = 0; route < 32; route++)
            {
                RouteTemplate? template = cache.TryPatch(route << 40, new RouteShape(instructions), 0);
                Assert.Equal(round == 0, template is null);
                if (template is not null) continue;
                MessageRequest request = Request(payer, instructions);
                Assert.Equal(MessageStatus.Ok, cache.Claim(route << 40).Build(_writer, in request, 0));
            }
        }

        Assert.Equal(0, cache.Evictions);
        _ = cache.Claim(1);
        Assert.Null(cache.TryPatch(0, new RouteShape(instructions), 0)); // the least recently used gave its place
        Assert.NotNull(cache.TryPatch(1UL << 40, new RouteShape(instructions), 0));
    }

    [Fact]
    public void Claim_RouteOfManyShapes_TakesItsOwnOldestPlace()
    {
        TemplateCache cache = new(32);
        Pubkey payer = RandomInstructions.Key(_random);
        Pubkey[] pools = Keys(40);
        Build(7, 20);
        for (int accounts = 1; accounts <= TemplateCache.MaxOfRoute + 1; accounts++) Build(6, accounts);
        Assert.Equal(1, cache.Evictions);
        Assert.False(Has(6, 1));
        for (int accounts = 2; accounts <= TemplateCache.MaxOfRoute + 1; accounts++) Assert.True(Has(6, accounts));
        Assert.True(Has(7, 20));

        void Build(ulong route, int accounts)
        {
            InstructionBuffer[] one = [Swap(payer, pools, accounts, 16)];
            Assert.Null(cache.TryPatch(route, new RouteShape(one), 0));
            Assert.Equal(MessageStatus.Ok, cache.Claim(route).Build(_writer, Request(payer, one), 0));
        }

        bool Has(ulong route, int accounts) =>
            cache.HasFitting(route, new RouteShape([Swap(payer, pools, accounts, 16)]), 0);
    }

    [Fact]
    public void Claim_Full_TakesTheLeastRecentlyUsed_ReleasedFirst()
    {
        TemplateCache cache = new(4);
        Pubkey payer = RandomInstructions.Key(_random);
        InstructionBuffer[] instructions = [Swap(payer, Keys(8), 5, 16)];
        for (ulong route = 0; route < 4; route++)
        {
            Assert.Null(cache.TryPatch(route, new RouteShape(instructions), 0));
            Assert.Equal(MessageStatus.Ok, cache.Claim(route).Build(_writer, Request(payer, instructions), 0));
        }

        Assert.NotNull(cache.TryPatch(0, new RouteShape(instructions), 0));
        Assert.Equal(0, cache.Evictions);
        RouteTemplate place = cache.Claim(9); // takes route 1's place
        cache.Release(place); // and could not be built
        Assert.Same(place, cache.Claim(10));
        Assert.Null(cache.TryPatch(1, new RouteShape(instructions), 0));
        Assert.NotNull(cache.TryPatch(0, new RouteShape(instructions), 0));
        Assert.NotNull(cache.TryPatch(2, new RouteShape(instructions), 0));
        Assert.Equal(1, cache.Evictions);
    }

    [Fact]
    public void Claim_NoCapacity_BuildsEveryMessage()
    {
        TemplateCache cache = new(0);
        Pubkey payer = RandomInstructions.Key(_random);
        InstructionBuffer[] instructions = [Swap(payer, Keys(8), 5, 16)];
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(cache.TryPatch(1, new RouteShape(instructions), 0));
            Assert.Equal(MessageStatus.Ok, cache.Claim(1).Build(_writer, Request(payer, instructions), 0));
        }

        Assert.Equal(3, cache.Misses);
    }

    [Fact]
    public void TryPatch_V1OtherBudgetAndAmounts_EqualsFreshBuild()
    {
        TemplateCache cache = new(4);
        MessageWriter writer = new(allowV1: true);
        byte[] fresh = new byte[MessageLimits.V1Bytes];
        Pubkey payer = RandomInstructions.Key(_random);
        Pubkey[] pools = Keys(40);
        int patched = 0;
        for (int round = 0; round < 500; round++)
        {
            InstructionBuffer[] instructions = Route(payer, pools, 1, arrays: 0);
            ulong fee = _random.Next(3) == 0 ? 0 : (ulong)_random.NextInt64();
            MessageConfig config = new(fee, (uint)_random.Next(1, 1_400_000), 65_536);
            RouteShape shape = new(instructions, 1, config);
            MessageRequest request = Request(payer, instructions[1..]);
            (request.Version, request.Config) = (MessageVersion.V1, config);
            RouteTemplate? template = cache.TryPatch(1, in shape, 0);
            if (template is null)
            {
                template = cache.Claim(1);
                Assert.Equal(MessageStatus.Ok, template.Build(writer, in request, 0));
            }
            else
            {
                patched++;
            }

            Assert.Equal(MessageStatus.Ok, writer.WriteMessage(in request, fresh, out int length));
            Assert.True(template.Message.SequenceEqual(fresh.AsSpan(0, length)), $"seed {Seed}, round {round}");
        }

        Assert.Equal(498, patched); // built once with a priority fee and once without
    }

    private static MessageRequest Request(in Pubkey payer, InstructionBuffer[] instructions) => new()
    {
        Payer = payer,
        Instructions = instructions,
    };

    private InstructionBuffer[] Route(in Pubkey payer, Pubkey[] pools, int route, int arrays)
    {
        InstructionBuffer limit = new(), tip = new();
        ComputeBudget.WriteUnitLimit(limit, (uint)_random.Next());
        SystemTransfer.Write(tip, payer, TipAccounts.Pick((ulong)route), (ulong)_random.NextInt64());
        return [limit, Swap(payer, pools.AsSpan(route * 2), 5 + arrays, 24), Swap(payer, pools, 6, 17), tip];
    }

    private InstructionBuffer Swap(in Pubkey payer, ReadOnlySpan<Pubkey> pools, int accounts, int dataBytes)
    {
        InstructionBuffer swap = new();
        Write(swap, payer, pools, accounts, dataBytes, false);
        return swap;
    }

    private void Write(
        InstructionBuffer swap, in Pubkey payer, ReadOnlySpan<Pubkey> pools, int accounts, int dataBytes, bool isOther)
    {
        swap.Reset(isOther ? ProgramIds.Token2022 : ProgramIds.Token);
        swap.Add(payer, AccountFlags.Signer);
        for (int i = 0; i < accounts; i++)
            swap.Add(pools[i], i % 2 == 0 ? AccountFlags.Writable : AccountFlags.None);
        byte[] data = new byte[dataBytes];
        _random.NextBytes(data);
        swap.Write(data);
    }

    private Pubkey[] Keys(int count)
    {
        Pubkey[] keys = new Pubkey[count];
        for (int i = 0; i < count; i++) keys[i] = RandomInstructions.Key(_random);
        return keys;
    }
}
