using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Dedup;

/// <summary>One update of an account and who has delivered it.</summary>
internal struct Arrival
{
    public ulong Slot;
    public ulong WriteVersion;
    public ulong TransactionTag;
    public long FirstNs;
    public uint EndpointMask;
    public uint OpenMask;
    public byte FirstEndpoint;
    public bool IsSnapshot;
}

/// <summary>The updates of an account before its newest, in a ring.</summary>
[InlineArray(ArrivalTable.HistoryCount - 1)]
internal struct EarlierArrivals
{
    private Arrival _first;
}

/// <summary>
/// What every arrival of an account needs: the whole key, so that an equal tag of another account can never pass as a
/// duplicate, and the newest update. Rows stand side by side in the order in which accounts appeared.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ArrivalRow
{
    public Pubkey Account;
    public Arrival Newest;
    public ulong SlotMax;
    public int Earlier; // place of its earlier updates, 0 while it has none
    public byte Count;
    public byte OldestAt;
    public bool IsRecent;
}

/// <summary>
/// Account -> last updates, fully verified (32-byte compare). An index of 4 bytes a cell (12 bits of the key's tag and
/// the row's number) is probed; the row is read only when the tag agrees. Capacity is fixed, full is a status.
/// </summary>
internal sealed class ArrivalTable
{
    /// <summary>
    /// Updates remembered per account: an endpoint may lag that many updates and its copy still counts as a duplicate.
    /// </summary>
    public const int HistoryCount = 4;

    /// <summary>Most accounts: what the row number's bits in the index can say.</summary>
    public const int MaxAccounts = (1 << RowBits) - 1;

    private const int RowBits = 20;
    private const uint RowMask = (1u << RowBits) - 1;

    private readonly ArrivalRow[] _rows;
    private readonly EarlierArrivals[] _earlier; // the first is nobody's and stays empty
    private OpenIndex _index; // a cell: tag bits, then row + 1
    private int _count;
    private int _earlierCount;

    public ArrivalTable(int maxAccounts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxAccounts, MaxAccounts);
        int accounts = Math.Max(16, maxAccounts);
        _index = new OpenIndex(accounts);
        _rows = GC.AllocateArray<ArrivalRow>(accounts, pinned: true);
        _earlier = GC.AllocateArray<EarlierArrivals>(accounts + 1, pinned: true);
    }

    public int Count => _count;

    public ref ArrivalRow this[int row] => ref _rows[row];

    /// <summary>Updates before the newest of an account; of one that has none, empty ones that stay so.</summary>
    public ref EarlierArrivals EarlierOf(in ArrivalRow row) => ref _earlier[row.Earlier];

    /// <summary>
    /// The same, to be written to. Places are taken in the order of the second updates, side by side: most accounts
    /// never have one, and of theirs no memory is touched.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref EarlierArrivals EarlierFor(ref ArrivalRow row)
    {
        if (row.Earlier == 0) row.Earlier = ++_earlierCount;
        return ref _earlier[row.Earlier];
    }

    /// <summary>Number of a row of this table.</summary>
    public int IdOf(ref ArrivalRow row)
    {
        // SAFETY: nothing is read; both references are into one pinned array, so their distance is the row's number.
        return (int)(Unsafe.ByteOffset(ref _rows[0], ref row) / Unsafe.SizeOf<ArrivalRow>());
    }

    /// <summary>Row of an account; a null reference if it is not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ArrivalRow Find(in Pubkey account)
    {
        ulong tag = account.Tag;
        uint wanted = TagBits(tag);
        uint[] cells = _index.Cells;
        int mask = _index.Mask;
        for (int i = (int)tag; ; i++)
        {
            uint cell = cells[i & mask];
            // SAFETY: the null reference is a result code; the callers test it with Unsafe.IsNullRef before any use.
            if (cell == 0) return ref Unsafe.NullRef<ArrivalRow>();
            if ((cell & ~RowMask) != wanted) continue;
            ref ArrivalRow row = ref _rows[(int)(cell & RowMask) - 1];
            if (Pubkey.AreSame(in row.Account, in account)) return ref row;
        }
    }

    /// <summary>Row of an account that is not there, added; a null reference if the table is full.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ref ArrivalRow Add(in Pubkey account)
    {
        // SAFETY: as in Find.
        if (_count == _rows.Length) return ref Unsafe.NullRef<ArrivalRow>();
        if (_index.TryGrow(_count))
        {
            for (int known = 0; known < _count; known++) Enter(known);
        }

        ref ArrivalRow row = ref _rows[_count];
        row.Account = account;
        Enter(_count++);
        return ref row;
    }

    private void Enter(int row)
    {
        ulong tag = _rows[row].Account.Tag;
        _index.Enter(tag, TagBits(tag) | (uint)(row + 1));
    }

    private static uint TagBits(ulong tag) => (uint)(tag >> 32) & ~RowMask;
}
