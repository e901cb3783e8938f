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
    public long FirstNs;
    public uint EndpointMask;
    public uint OpenMask;
    public byte FirstEndpoint;
}

/// <summary>The last few updates of an account, newest first.</summary>
[InlineArray(ArrivalTable.HistoryCount)]
internal struct ArrivalHistory
{
    private Arrival _first;
}

/// <summary>
/// Row of the table: the whole key is kept, so an equal tag of another account can never pass as a duplicate.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ArrivalRow
{
    public Pubkey Account;
    public ArrivalHistory History;
    public byte Used;
    public byte Count;
}

/// <summary>
/// Open-addressing table account -> last updates, fully verified (32-byte compare). Capacity is fixed: twice the
/// accounts of the largest watch list it is made for, so probes stay short; full is a status, not growth.
/// </summary>
internal sealed class ArrivalTable
{
    /// <summary>
    /// Updates remembered per account: an endpoint may lag that many updates and still be told a duplicate.
    /// </summary>
    public const int HistoryCount = 4;

    private readonly ArrivalRow[] _rows;
    private readonly int _mask;
    private int _count;

    public ArrivalTable(int maxAccounts)
    {
        int capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, maxAccounts)) * 2;
        _rows = GC.AllocateArray<ArrivalRow>(capacity, pinned: true);
        _mask = capacity - 1;
    }

    public int Count => _count;

    public Span<ArrivalRow> Rows => _rows;

    /// <summary>Row of an account, added if new; a null reference if the table is half full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ArrivalRow FindOrAdd(in Pubkey account)
    {
        ArrivalRow[] rows = _rows;
        int i = (int)account.Tag & _mask;
        while (true)
        {
            ref ArrivalRow row = ref rows[i];
            if (row.Used == 0) return ref Add(ref row, in account);
            if (row.Account == account) return ref row;
            i = (i + 1) & _mask;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref ArrivalRow Add(ref ArrivalRow row, in Pubkey account)
    {
        // SAFETY: the null reference is a result code; the only caller tests it with Unsafe.IsNullRef before any use.
        if (_count >= _rows.Length / 2) return ref Unsafe.NullRef<ArrivalRow>();
        _count++;
        row.Used = 1;
        row.Account = account;
        return ref row;
    }
}
