using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// The lookup tables the feed has shown, as of the current slot. Owner: the market group's thread. Bound: 64 tables
/// (about 13 KB each); one wallet's routes need a handful, and the choice looks at all of them for each large message.
/// </summary>
public sealed class LookupTableSet
{
    /// <summary>Most tables; further ones are counted in <see cref="Ignored"/>.</summary>
    public const int Max = 64;

    private readonly LookupTable[] _tables = new LookupTable[Max];
    private readonly LookupTable[] _chosen = new LookupTable[MessageWriter.MaxTables];
    private readonly LookupTableChooser _chooser = new();
    private ulong _slot;

    /// <summary>Tables known, usable or not.</summary>
    public int Count { get; private set; }

    /// <summary>Updates of tables beyond the bound.</summary>
    public long Ignored { get; private set; }

    /// <summary>
    /// Rises whenever an entry may have become usable or unusable: a message that uses tables is then stale.
    /// </summary>
    public uint Version { get; private set; }

    /// <summary>All of them.</summary>
    public ReadOnlySpan<LookupTable> Tables => _tables.AsSpan(0, Count);

    /// <summary>Takes a table account's bytes as of <paramref name="slot"/>.</summary>
    public void Update(in Pubkey key, in Pubkey owner, ReadOnlySpan<byte> data, ulong slot)
    {
        int i = 0;
        while (i < Count && _tables[i].Key != key) i++;
        if (i == Max)
        {
            Ignored++;
            return;
        }

        if (i == Count) _tables[Count++] = new LookupTable(in key); // first sight of a table: not steady state
        // The table keeps its status; Choose looks at it. An account that comes again unchanged makes no message stale.
        LookupTable table = _tables[i];
        bool hasSame = table.HasAddresses(data);
        (LookupTableStatus status, int usable) = (table.Status, table.UsableCount);
        _ = table.Update(in owner, data, Math.Max(slot, _slot));
        if (!hasSame || table.Status != status || table.UsableCount != usable) Version++;
    }

    /// <summary>Entries that were added before <paramref name="slot"/> become usable.</summary>
    public void AdvanceTo(ulong slot)
    {
        if (slot <= _slot) return;
        _slot = slot;
        foreach (LookupTable table in Tables)
        {
            int usable = table.UsableCount;
            table.AdvanceTo(slot);
            if (table.UsableCount != usable) Version++;
        }
    }

    /// <summary>
    /// The tables that shorten a message most; deactivated ones are never among them. Valid until the next call.
    /// </summary>
    public ReadOnlySpan<LookupTable> Choose(
        scoped ReadOnlySpan<InstructionBuffer> instructions, scoped in Pubkey payer) =>
        _chosen.AsSpan(0, _chooser.Choose(instructions, in payer, Tables, _chosen));

    /// <summary>The same for the message that was compiled last, whatever came of it.</summary>
    internal ReadOnlySpan<LookupTable> Choose(MessageWriter compiled) =>
        _chosen.AsSpan(0, _chooser.Choose(compiled.Keys, Tables, _chosen));
}
