using System;
using System.Buffers.Binary;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class LookupTableSetTests
{
    private readonly Random _random = new(91);

    [Fact]
    public void AdvanceTo_SlotAfterAnExtension_MakesItsEntriesUsable()
    {
        Pubkey[] addresses = Keys(6);
        LookupTableSet set = new();
        set.Update(Keys(1)[0], ProgramIds.AddressLookupTable, Table(addresses, extendedSlot: 100, startIndex: 2), 100);
        Assert.Equal(2, set.Tables[0].UsableCount);
        uint version = set.Version;
        set.AdvanceTo(100);
        Assert.Equal(version, set.Version);
        set.AdvanceTo(101);
        Assert.Equal(6, set.Tables[0].UsableCount);
        Assert.NotEqual(version, set.Version);
        version = set.Version;
        set.AdvanceTo(102); // nothing new: messages built with the table stay valid
        Assert.Equal(version, set.Version);
    }

    [Fact]
    public void Update_ToldAgain_ChangesTheVersionOnlyWithWhatCanBeUsed()
    {
        Pubkey[] addresses = Keys(6);
        Pubkey key = Keys(1)[0];
        LookupTableSet set = new();
        set.Update(key, ProgramIds.AddressLookupTable, Table(addresses, extendedSlot: 100, startIndex: 2), 100);
        uint version = set.Version;
        set.Update(key, ProgramIds.AddressLookupTable, Table(addresses, extendedSlot: 100, startIndex: 2), 100);
        Assert.Equal(version, set.Version);
        set.Update(key, ProgramIds.AddressLookupTable, Table(addresses, extendedSlot: 100, startIndex: 2), 101);
        Assert.NotEqual(version, set.Version); // four more entries are usable
        Assert.Equal(6, set.Tables[0].UsableCount);
        version = set.Version;
        addresses[5] = Keys(1)[0];
        set.Update(key, ProgramIds.AddressLookupTable, Table(addresses, extendedSlot: 100, startIndex: 2), 101);
        Assert.NotEqual(version, set.Version);
    }

    [Fact]
    public void Choose_DeactivatedTable_IsNeverAmongThem()
    {
        Pubkey[] addresses = Keys(8);
        Pubkey payer = Keys(1)[0];
        Pubkey key = Keys(1)[0];
        InstructionBuffer swap = new();
        swap.Reset(ProgramIds.Token);
        foreach (Pubkey address in addresses) swap.Add(address);
        LookupTableSet set = new();
        set.Update(key, ProgramIds.AddressLookupTable, Table(addresses, 5, 0), 50);
        Assert.Equal(1, set.Choose([swap], payer).Length);
        uint version = set.Version;
        byte[] data = Table(addresses, 5, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(4), 51);
        set.Update(key, ProgramIds.AddressLookupTable, data, 51);
        Assert.Equal(0, set.Choose([swap], payer).Length);
        Assert.NotEqual(version, set.Version);
        Assert.Equal(1, set.Count);
    }

    [Fact]
    public void Update_MoreTablesThanTheBound_AreCounted()
    {
        LookupTableSet set = new();
        byte[] data = Table(Keys(2), 1, 0);
        foreach (Pubkey key in Keys(LookupTableSet.Max + 3))
            set.Update(key, ProgramIds.AddressLookupTable, data, 9);
        Assert.Equal(LookupTableSet.Max, set.Count);
        Assert.Equal(3, set.Ignored);
    }

    private static byte[] Table(Pubkey[] addresses, ulong extendedSlot, byte startIndex)
    {
        byte[] data = new byte[LookupTable.HeaderBytes + (addresses.Length * Pubkey.SizeBytes)];
        data[0] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(4), ulong.MaxValue);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(12), extendedSlot);
        data[20] = startIndex;
        for (int i = 0; i < addresses.Length; i++)
            addresses[i].CopyTo(data.AsSpan(LookupTable.HeaderBytes + (i * Pubkey.SizeBytes)));
        return data;
    }

    private Pubkey[] Keys(int count)
    {
        Pubkey[] keys = new Pubkey[count];
        for (int i = 0; i < count; i++) keys[i] = RandomInstructions.Key(_random);
        return keys;
    }
}
