using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LowLatency.Engine.Solana;

/// <summary>How an instruction uses an account.</summary>
[Flags]
public enum AccountFlags : byte
{
    /// <summary>Read only, not a signer.</summary>
    None = 0,

    /// <summary>The instruction writes it.</summary>
    Writable = 1,

    /// <summary>Its key must sign the transaction.</summary>
    Signer = 2,
}

/// <summary>An account of an instruction, with its privileges.</summary>
/// <param name="Key">Address.</param>
/// <param name="Flags">Signer and writable.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct AccountMeta(Pubkey Key, AccountFlags Flags)
{
    // Four words of key, then the flags with seven bytes of padding (layout test).
    private const int Words = 5;
    private const int KeyWords = 4;

    /// <summary>True if it is this key with these privileges.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsSame(ref readonly Pubkey key, AccountFlags flags)
    {
        // SAFETY: a meta begins with its key (layout test).
        ref AccountMeta self = ref Unsafe.AsRef(in this);
        return Pubkey.AreSame(in Unsafe.As<AccountMeta, Pubkey>(ref self), in key) && Flags == flags;
    }

    /// <summary>
    /// True if two lists are equal.
    /// PERF: differences are collected in vectors and looked at once; the general SequenceEqual calls Equals for each
    /// meta. Bench: TransactionBench.PatchFromCache.
    /// </summary>
    public static bool AreSame(ReadOnlySpan<AccountMeta> left, ReadOnlySpan<AccountMeta> right)
    {
        ReadOnlySpan<ulong> a = MemoryMarshal.Cast<AccountMeta, ulong>(left);
        ReadOnlySpan<ulong> b = MemoryMarshal.Cast<AccountMeta, ulong>(right);
        if (a.Length != b.Length) return false;
        Vector256<ulong> keys = Vector256<ulong>.Zero;
        ulong flags = 0;
        ref ulong first = ref MemoryMarshal.GetReference(a);
        ref ulong second = ref MemoryMarshal.GetReference(b);
        for (nuint at = 0; at < (nuint)a.Length; at += Words)
        {
            // SAFETY: both have the same whole number of metas, and at is the start of one of them.
            keys |= Vector256.LoadUnsafe(ref first, at) ^ Vector256.LoadUnsafe(ref second, at);
            flags |= Unsafe.Add(ref first, at + KeyWords) ^ Unsafe.Add(ref second, at + KeyWords);
        }

        return keys == Vector256<ulong>.Zero && (byte)flags == 0;
    }
}

/// <summary>
/// One instruction under construction: program, ordered account metas and data, in arrays allocated once.
/// Venues write swaps into it, <c>Instructions</c> compiles them into a message. Owner thread: the builder's.
/// Overflow is remembered in <see cref="Overflowed"/>, never thrown; the message compiler refuses such a buffer.
/// A list is compared with the one before it while it is written, so that whoever kept a copy compares one number
/// (<see cref="ListVersion"/>).
/// </summary>
public sealed class InstructionBuffer
{
    /// <summary>
    /// Bound of metas: a v0 transaction of 1,232 bytes cannot index more accounts than this in one instruction.
    /// </summary>
    public const int MaxAccounts = 64;

    /// <summary>Bound of data bytes: the legacy and v0 transaction size.</summary>
    public const int MaxDataBytes = 1232;

    /// <summary>What the writer of messages keeps of the list.</summary>
    internal ListNumbers Numbers;

    private readonly AccountMeta[] _accounts;
    private readonly byte[] _data;
    private Pubkey _programId;
    private int _accountCount;
    private int _dataLength;

    /// <summary>A buffer with room for so many bytes of data and so many accounts.</summary>
    public InstructionBuffer(int dataBytesMax = MaxDataBytes, int accountsMax = MaxAccounts)
    {
        _data = new byte[Math.Clamp(dataBytesMax, 0, MaxDataBytes)];
        _accounts = new AccountMeta[Math.Clamp(accountsMax, 0, MaxAccounts)];
        Numbers.Items = new ushort[_accounts.Length + 1];
    }

    /// <summary>Program that executes the instruction.</summary>
    public ref readonly Pubkey ProgramId => ref _programId;

    /// <summary>True if an append did not fit; such a buffer must not be used.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>
    /// Rises whenever the program or an account in some place becomes another: the same version and
    /// <see cref="AccountCount"/> are the same program and accounts as then.
    /// </summary>
    public long ListVersion { get; private set; }

    /// <summary>Accounts in order.</summary>
    public ReadOnlySpan<AccountMeta> Accounts => _accounts.AsSpan(0, _accountCount);

    /// <summary>Number of <see cref="Accounts"/>.</summary>
    public int AccountCount => _accountCount;

    /// <summary>Length of <see cref="Data"/>.</summary>
    public int DataLength => _dataLength;

    /// <summary>Instruction data.</summary>
    public ReadOnlySpan<byte> Data => _data.AsSpan(0, _dataLength);

    /// <summary>Starts a new instruction.</summary>
    public void Reset(in Pubkey programId)
    {
        if (!Pubkey.AreSame(in _programId, in programId))
        {
            _programId = programId;
            ListVersion++;
        }

        _accountCount = 0;
        _dataLength = 0;
        Overflowed = false;
    }

    /// <summary>
    /// Appends an account. PERF: compared with what was there, not just stored: a comparison of whole lists later costs
    /// more than all of these (TransactionBench.WriteAndPatch).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in Pubkey key, AccountFlags flags = AccountFlags.None)
    {
        AccountMeta[] accounts = _accounts;
        int at = _accountCount;
        if ((uint)at >= (uint)accounts.Length)
        {
            Overflowed = true;
            return;
        }

        _accountCount = at + 1;
        ref AccountMeta place = ref accounts[at];
        if (place.IsSame(in key, flags)) return;
        place = new AccountMeta(key, flags);
        ListVersion++;
    }

    /// <summary>Appends raw data bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (TryTake(bytes.Length, out Span<byte> room)) bytes.CopyTo(room);
    }

    /// <summary>Appends one byte.</summary>
    public void WriteByte(byte value)
    {
        if (TryTake(sizeof(byte), out Span<byte> room)) room[0] = value;
    }

    /// <summary>Appends a u32, little-endian.</summary>
    public void WriteUInt32(uint value)
    {
        if (TryTake(sizeof(uint), out Span<byte> room)) BinaryPrimitives.WriteUInt32LittleEndian(room, value);
    }

    /// <summary>Appends a u64, little-endian.</summary>
    public void WriteUInt64(ulong value)
    {
        if (TryTake(sizeof(ulong), out Span<byte> room)) BinaryPrimitives.WriteUInt64LittleEndian(room, value);
    }

    /// <summary>Appends a u128, little-endian.</summary>
    public void WriteUInt128(UInt128 value)
    {
        if (TryTake(16, out Span<byte> room)) BinaryPrimitives.WriteUInt128LittleEndian(room, value);
    }

    /// <summary>Writes over eight bytes of the data; nothing where they are not all there.</summary>
    internal void PatchUInt64(int at, ulong value)
    {
        if (at >= 0 && at <= _dataLength - sizeof(ulong))
            BinaryPrimitives.WriteUInt64LittleEndian(_data.AsSpan(at), value);
    }

    /// <summary>Room for data, now part of it; false, remembered, if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(int count, out Span<byte> room)
    {
        int start = _dataLength;
        bool fits = count <= _data.Length - start;
        if (fits) _dataLength = start + count;
        else Overflowed = true;
        room = _data.AsSpan(start, fits ? count : 0);
        return fits;
    }
}

/// <summary>Program and accounts of a list as numbers, and what they were taken from.</summary>
internal struct ListNumbers
{
    /// <summary>The program, then the accounts.</summary>
    public ushort[] Items;

    /// <summary>How many there are.</summary>
    public int Count;

    /// <summary>Who gave the numbers, and when; 0 = nobody.</summary>
    public long Generation;

    /// <summary>The list's version then.</summary>
    public long Version;
}
