using System;
using System.Collections.Generic;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

/// <summary>
/// Random instructions over a small set of accounts, so that accounts repeat with different privileges.
/// </summary>
internal static class RandomInstructions
{
    public static Pubkey Key(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return Pubkey.Read(bytes);
    }

    public static InstructionBuffer[] Make(Random random, int count, int accounts)
    {
        Pubkey[] keys = new Pubkey[accounts];
        Pubkey[] programs = new Pubkey[3];
        for (int i = 0; i < keys.Length; i++) keys[i] = Key(random);
        for (int i = 0; i < programs.Length; i++) programs[i] = Key(random);
        keys[0] = TipAccounts.Pick((ulong)random.Next(8));
        InstructionBuffer[] instructions = new InstructionBuffer[count];
        for (int i = 0; i < count; i++)
        {
            InstructionBuffer buffer = instructions[i] = new InstructionBuffer();
            buffer.Reset(programs[random.Next(programs.Length)]);
            int metas = random.Next(8);
            for (int m = 0; m < metas; m++)
            {
                int which = random.Next(keys.Length);
                AccountFlags flags = (AccountFlags)random.Next(2); // writable or not
                if (which is 1 or 2) flags |= (AccountFlags)(random.Next(2) * (int)AccountFlags.Signer);
                buffer.Add(keys[which], flags);
            }

            byte[] data = new byte[random.Next(random.Next(5) == 0 ? 200 : 20)];
            random.NextBytes(data);
            buffer.Write(data);
        }

        return instructions;
    }

    public static LookupTable[] Tables(Random random, InstructionBuffer[] instructions, int count)
    {
        LookupTable[] tables = new LookupTable[count];
        for (int t = 0; t < count; t++)
        {
            List<Pubkey> addresses = [];
            foreach (InstructionBuffer instruction in instructions)
            {
                foreach (AccountMeta meta in instruction.Accounts)
                {
                    if (random.Next(2) == 0) addresses.Add(meta.Key);
                    if (random.Next(3) == 0) addresses.Add(Key(random));
                }
            }

            tables[t] = new LookupTable(Key(random));
            Assert.Equal(LookupTableStatus.Ok, tables[t].Set(addresses.ToArray()));
        }

        return tables;
    }

    /// <summary>
    /// The decoded transaction names the same programs, accounts and data; privileges are at least those asked for.
    /// </summary>
    public static void AssertSame(InstructionBuffer[] expected, in TransactionView view, LookupTable[] tables)
    {
        Dictionary<Pubkey, LookupTable> byKey = [];
        foreach (LookupTable table in tables) byKey[table.Key] = table;
        List<LookupTable> used = [];
        foreach (LookupView lookup in view.Lookups) used.Add(byKey[lookup.Table]);
        int index = 0;
        foreach (InstructionView actual in view.Instructions)
        {
            InstructionBuffer instruction = expected[index++];
            Assert.Equal(instruction.ProgramId, view.StaticKey(actual.ProgramIndex));
            Assert.True(instruction.Data.SequenceEqual(actual.Data));
            Assert.Equal(instruction.Accounts.Length, actual.Accounts.Length);
            for (int i = 0; i < actual.Accounts.Length; i++)
            {
                AccountMeta meta = instruction.Accounts[i];
                int account = actual.Accounts[i];
                if (!view.TryGetKey(account, out Pubkey key, out int table, out byte entry)) key =
                    used[table].Addresses[entry];
                Assert.Equal(meta.Key, key);
                if ((meta.Flags & AccountFlags.Writable) != 0) Assert.True(view.IsWritable(account));
                if ((meta.Flags & AccountFlags.Signer) != 0) Assert.True(view.IsSigner(account));
                if (table >= 0) Assert.False(TipAccounts.Contains(key));
            }
        }

        Assert.Equal(expected.Length, index);
    }
}
