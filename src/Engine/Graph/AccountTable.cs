using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>What is known of an account's existence.</summary>
public enum AccountKnowledge : byte
{
    /// <summary>Expected by a pool, never seen.</summary>
    Unknown = 0,

    /// <summary>Exists; bytes are held.</summary>
    Present = 1,

    /// <summary>Known not to exist (null in a snapshot, or closed).</summary>
    Absent = 2,
}

/// <summary>One account: identity, last state, and the pools that read it.</summary>
public struct AccountEntry
{
    /// <summary>Address.</summary>
    public Pubkey Key;

    /// <summary>Lamports.</summary>
    public ulong Lamports;

    /// <summary>Slot of the state; 0 if unknown.</summary>
    public ulong Slot;

    /// <summary>Owner program's number (<see cref="AccountTable.OwnerOf"/>): few programs own all accounts.</summary>
    public int OwnerNumber;

    /// <summary>Bytes held in <see cref="Data"/>.</summary>
    public int DataLength;

    /// <summary>First link to a pool, or -1.</summary>
    public int FirstLink;

    /// <summary>First account that waits for a pool at this address, or -1.</summary>
    public int FirstWaiting;

    /// <summary>Next account in the same waiting list, or -1.</summary>
    public int NextWaiting;

    /// <summary>Id of the pool at this address, or -1.</summary>
    public int PoolId;

    /// <summary>Number of feed gaps before the last update.</summary>
    public uint GapEpoch;

    /// <summary>True while nobody can say that its state is the newest.</summary>
    public bool IsCoverLost;

    /// <summary>True while one endpoint only has delivered its state (where agreement is asked for).</summary>
    public bool IsUnconfirmed;

    /// <summary>True while two endpoints' copies of its state differ.</summary>
    public bool IsInConflict;

    /// <summary>True if <see cref="GapTable"/> counts it among the accounts in a gap.</summary>
    internal bool IsCountedGapped;

    /// <summary>True if a pool stands at this address that does not take part: it is not looked at again.</summary>
    public bool IsKeptOut;

    /// <summary>Existence.</summary>
    public AccountKnowledge Knowledge;

    /// <summary>
    /// True if all pools that read the account have taken its present bytes; until <see cref="AccountTable.Store"/>
    /// replaces them, and then of those before.
    /// </summary>
    public bool IsApplied;

    /// <summary>True while it is among those that are kept warm.</summary>
    public bool IsRecent;

    /// <summary>Where the first of eight bytes lies that an update is likely to change: the last one did.</summary>
    public int ProbeAt;

    /// <summary>These bytes, of an account of few bytes (<see cref="AccountTable"/>).</summary>
    public ulong Probe;

    /// <summary>Role by the account's own bytes, for one that waits for its pool.</summary>
    public AccountRole WaitingRole;

    /// <summary>Account data; the array is kept and reused, it grows only with the account.</summary>
    public byte[] Data;
}

/// <summary>Says that a pool reads an account.</summary>
/// <param name="PoolId">Pool.</param>
/// <param name="Role">What the account is to it.</param>
/// <param name="Next">Next link of the same account, or -1.</param>
/// <param name="IsRefused">True if the pool could not take the account's last bytes.</param>
public readonly record struct PoolLink(int PoolId, AccountRole Role, int Next, bool IsRefused = false);

/// <summary>
/// 32-byte key -> account entry -> pools, with the account's last bytes. Registration (a new account, a new link, a
/// larger account, an owner never seen) allocates; updates of known accounts do not. Owner thread: the market group's.
/// Bounds: accounts and links are fixed at construction; full is a result (-1).
/// PERF: an account's last bytes lie where no cache holds them, so of most updates they are written and never read:
/// eight of them stand in the entry, and if those are others now the account has changed (bench --load max, graph).
/// </summary>
public sealed class AccountTable
{
    private readonly AccountEntry[] _entries;
    private readonly PoolLink[] _links;
    private OpenIndex _index; // a cell: entry + 1
    private Pubkey[] _owners = new Pubkey[16]; // by number; the zero key is 0
    private int[] _ownerUses = new int[16]; // accounts of each; a number of none is given again
    private int _ownerCount = 1;

    /// <summary>A table of at most <paramref name="maxAccounts"/> accounts and four links each on average.</summary>
    public AccountTable(int maxAccounts)
    {
        _entries = new AccountEntry[maxAccounts];
        _links = new PoolLink[maxAccounts * 4];
        _index = new OpenIndex(maxAccounts);
    }

    /// <summary>Accounts held.</summary>
    public int Count { get; private set; }

    /// <summary>Links held.</summary>
    public int LinkCount { get; private set; }

    /// <summary>Times an account's buffer was allocated or grew (registration work, not steady state).</summary>
    public long BufferAllocations { get; private set; }

    /// <summary>Entry by id.</summary>
    public ref AccountEntry this[int id] => ref _entries[id];

    /// <summary>Owner program of an account; zero until known.</summary>
    public ref readonly Pubkey OwnerOf(int id) => ref _owners[_entries[id].OwnerNumber];

    /// <summary>Link by id.</summary>
    public ref readonly PoolLink Link(int linkId) => ref _links[linkId];

    /// <summary>Notes whether the link's pool could take the account's last bytes; false if that was known.</summary>
    internal bool TrySetRefused(int linkId, bool isRefused)
    {
        if (_links[linkId].IsRefused == isRefused) return false;
        _links[linkId] = _links[linkId] with { IsRefused = isRefused };
        return true;
    }

    /// <summary>
    /// First byte that the last update stored may have changed; with <see cref="AccountEntry.IsApplied"/> only.
    /// </summary>
    internal int ChangedFrom { get; private set; }

    /// <summary>End of the bytes that it may have changed.</summary>
    internal int ChangedTo { get; private set; }

    /// <summary>Id of an account, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(in Pubkey key)
    {
        uint[] cells = _index.Cells;
        int mask = _index.Mask;
        for (int i = (int)key.Tag; ; i++)
        {
            int id = (int)cells[i & mask] - 1;
            if (id < 0) return -1;
            if (Pubkey.AreSame(in _entries[id].Key, in key)) return id;
        }
    }

    /// <summary>Id of an account, added if new; -1 if the table is full.</summary>
    public int FindOrAdd(in Pubkey key)
    {
        int id = Find(in key);
        return id >= 0 ? id : Add(in key);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Add(in Pubkey key)
    {
        if (Count == _entries.Length) return -1;
        if (_index.TryGrow(Count))
        {
            for (int known = 0; known < Count; known++) Enter(known);
        }

        int id = Count++;
        _entries[id] = new AccountEntry
        {
            Key = key,
            FirstLink = -1,
            FirstWaiting = -1,
            NextWaiting = -1,
            PoolId = -1,
            Data = [],
        };
        Enter(id);
        return id;
    }

    /// <summary>Links an account to a pool once per role; false if the links are full.</summary>
    public bool TryLink(int accountId, int poolId, AccountRole role, out bool added)
    {
        added = false;
        ref AccountEntry entry = ref _entries[accountId];
        for (int l = entry.FirstLink; l >= 0; l = _links[l].Next)
        {
            if (_links[l].PoolId == poolId && _links[l].Role == role) return true;
        }

        if (LinkCount == _links.Length) return false;
        _links[LinkCount] = new PoolLink(poolId, role, entry.FirstLink);
        entry.FirstLink = LinkCount++;
        added = true;
        return true;
    }

    /// <summary>
    /// Stores a new state.
    /// </summary>
    /// <returns>False if bytes, owner, lamports and existence are what they were.</returns>
    public bool Store(int accountId, in Pubkey owner, ulong lamports, ReadOnlySpan<byte> data, bool absent, ulong slot)
    {
        ref AccountEntry entry = ref _entries[accountId];
        AccountKnowledge knowledge = absent ? AccountKnowledge.Absent : AccountKnowledge.Present;
        bool isAlike = entry.Knowledge == knowledge && data.Length == entry.DataLength
            && Pubkey.AreSame(in _owners[entry.OwnerNumber], in owner);
        entry.Slot = slot;
        if (isAlike)
        {
            bool hasLamports = entry.Lamports == lamports;
            entry.Lamports = lamports;
            return TryReplace(ref entry, data) || !hasLamports;
        }

        entry.IsApplied = false; // another account than before: nothing of it can be left out
        if (entry.Data.Length < data.Length) GrowBuffer(ref entry, data.Length);
        data.CopyTo(entry.Data);
        entry.DataLength = data.Length;
        Probe(ref entry, data, 0);
        if (!Pubkey.AreSame(in _owners[entry.OwnerNumber], in owner)) SetOwner(ref entry, in owner);
        entry.Lamports = lamports;
        entry.Knowledge = knowledge;
        return true;
    }

    /// <summary>Takes bytes of the same length in place of those held; false if they are the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReplace(ref AccountEntry entry, ReadOnlySpan<byte> data)
    {
        if (!IsProbed(data.Length)) return TryReplaceCompared(ref entry, data);
        ulong probe = BinaryPrimitives.ReadUInt64LittleEndian(data[entry.ProbeAt..]);
        if (probe == entry.Probe) return TryReplaceCompared(ref entry, data);
        entry.Probe = probe;
        (ChangedFrom, ChangedTo) = (0, data.Length);
        data.CopyTo(entry.Data);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReplaceCompared(ref AccountEntry entry, ReadOnlySpan<byte> data)
    {
        bool isChanged = ByteChange.TryCopy(data, entry.Data, out int from, out int to);
        (ChangedFrom, ChangedTo) = (from, to);
        if (isChanged) Probe(ref entry, data, from);
        return isChanged;
    }

    /// <summary>
    /// Where a change is decoded as a whole; of larger accounts it is found out which bytes it is.
    /// </summary>
    private static bool IsProbed(int lengthBytes) => lengthBytes is >= sizeof(ulong) and <= ByteChange.WholeBytes;

    private static void Probe(ref AccountEntry entry, ReadOnlySpan<byte> data, int at)
    {
        if (!IsProbed(data.Length)) return;
        entry.ProbeAt = Math.Min(at, data.Length - sizeof(ulong));
        entry.Probe = BinaryPrimitives.ReadUInt64LittleEndian(data[entry.ProbeAt..]);
    }

    /// <summary>The account as last stored.</summary>
    public AccountView View(int accountId)
    {
        ref AccountEntry entry = ref _entries[accountId];
        ReadOnlySpan<byte> data = entry.Data.AsSpan(0, entry.DataLength);
        return new AccountView(in entry.Key, in _owners[entry.OwnerNumber], entry.Lamports, data, entry.Slot);
    }

    private void Enter(int id) => _index.Enter(_entries[id].Key.Tag, (uint)id + 1);

    /// <summary>Gives an account that is new, or went to another program, its owner's number.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SetOwner(ref AccountEntry entry, in Pubkey owner)
    {
        _ownerUses[entry.OwnerNumber]--;
        entry.OwnerNumber = NumberOf(in owner);
        _ownerUses[entry.OwnerNumber]++;
    }

    private int NumberOf(in Pubkey owner)
    {
        int free = _ownerCount;
        for (int i = 0; i < _ownerCount; i++)
        {
            if (Pubkey.AreSame(in _owners[i], in owner)) return i;
            if (_ownerUses[i] == 0 && i != 0) free = i;
        }

        if (free == _owners.Length)
        {
            Array.Resize(ref _owners, 2 * free);
            Array.Resize(ref _ownerUses, 2 * free);
        }

        if (free == _ownerCount) _ownerCount++;
        _owners[free] = owner;
        return free;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GrowBuffer(ref AccountEntry entry, int lengthBytes)
    {
        entry.Data = new byte[lengthBytes];
        BufferAllocations++;
    }
}
