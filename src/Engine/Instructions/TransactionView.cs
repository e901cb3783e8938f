using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>Why bytes are not a transaction.</summary>
public enum TransactionReadStatus : byte
{
    /// <summary>Read.</summary>
    Ok = 0,

    /// <summary>The bytes end too early.</summary>
    Truncated = 1,

    /// <summary>Bytes follow the end.</summary>
    TrailingBytes = 2,

    /// <summary>A compact length is longer than needed or out of range.</summary>
    BadLength = 3,

    /// <summary>A message version other than legacy, 0 and 1.</summary>
    UnknownVersion = 4,

    /// <summary>The header's counts do not fit the accounts.</summary>
    BadHeader = 5,

    /// <summary>The number of signatures is not the number the header asks for.</summary>
    SignatureCount = 6,

    /// <summary>An instruction names an account or program that is not there, or the payer as program.</summary>
    BadIndex = 7,

    /// <summary>A lookup table without entries, or more than 256 accounts in all.</summary>
    BadLookup = 8,

    /// <summary>Unknown or half-set bits in a version 1 configuration mask.</summary>
    BadConfig = 9,

    /// <summary>Longer than the version's limit.</summary>
    TooLarge = 10,
}

/// <summary>
/// A decoded transaction over borrowed bytes: nothing is copied, every index has been checked, so reading cannot fail
/// afterwards. Checks are those the validator makes before execution ("sanitize"). Made by
/// <see cref="TransactionReader"/>.
/// </summary>
public readonly ref struct TransactionView
{
    private readonly ReadOnlySpan<byte> _keys;
    private readonly ReadOnlySpan<byte> _instructions;
    private readonly ReadOnlySpan<byte> _lookups;

    internal TransactionView(
        ReadOnlySpan<byte> signatures,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> keys,
        ReadOnlySpan<byte> instructions,
        ReadOnlySpan<byte> lookups,
        scoped in MessageFacts facts)
    {
        Signatures = signatures;
        Message = message;
        _keys = keys;
        _instructions = instructions;
        _lookups = lookups;
        Facts = facts;
    }

    /// <summary>Signatures, 64 bytes each; empty if a bare message was read.</summary>
    public ReadOnlySpan<byte> Signatures { get; }

    /// <summary>The message: the bytes that are signed.</summary>
    public ReadOnlySpan<byte> Message { get; }

    /// <summary>Header, counts and configuration.</summary>
    public MessageFacts Facts { get; }

    /// <summary>A listed account; the first one pays the fee.</summary>
    public Pubkey StaticKey(int index) => Pubkey.Read(_keys, index * Pubkey.SizeBytes);

    /// <summary>The instructions in order.</summary>
    public InstructionEnumerator Instructions => new(_instructions, Facts.InstructionCount, Facts.Version);

    /// <summary>The lookup tables in order.</summary>
    public LookupEnumerator Lookups => new(_lookups, Facts.LookupCount);

    /// <summary>True if the account signs.</summary>
    public bool IsSigner(int index) => index < Facts.RequiredSignatures;

    /// <summary>True if the transaction may write the account (before the runtime's own demotions).</summary>
    public bool IsWritable(int index)
    {
        if (index < Facts.RequiredSignatures) return index < Facts.RequiredSignatures - Facts.ReadonlySigners;
        if (index < Facts.StaticKeyCount) return index < Facts.StaticKeyCount - Facts.ReadonlyOthers;
        return index < Facts.StaticKeyCount + Facts.WritableLookups;
    }

    /// <summary>
    /// Where an account comes from: true and its key if it is listed; else false, its table and the entry there.
    /// </summary>
    public bool TryGetKey(int index, out Pubkey key, out int table, out byte entry)
    {
        key = default;
        table = -1;
        entry = 0;
        if (index < Facts.StaticKeyCount)
        {
            key = StaticKey(index);
            return true;
        }

        int rest = index - Facts.StaticKeyCount;
        bool writable = rest < Facts.WritableLookups;
        if (!writable) rest -= Facts.WritableLookups;
        int number = 0;
        foreach (LookupView lookup in Lookups)
        {
            ReadOnlySpan<byte> entries = writable ? lookup.Writable : lookup.Readonly;
            if (rest < entries.Length)
            {
                table = number;
                entry = entries[rest];
                return false;
            }

            rest -= entries.Length;
            number++;
        }

        return false;
    }
}

/// <summary>The numbers of a message.</summary>
/// <param name="Version">Wire form.</param>
/// <param name="RequiredSignatures">Signers.</param>
/// <param name="ReadonlySigners">Signers that are not written.</param>
/// <param name="ReadonlyOthers">Listed accounts that neither sign nor are written.</param>
/// <param name="StaticKeyCount">Listed accounts.</param>
/// <param name="WritableLookups">Writable accounts from lookup tables.</param>
/// <param name="ReadonlyLookups">Read-only accounts from lookup tables.</param>
/// <param name="LookupCount">Lookup tables.</param>
/// <param name="InstructionCount">Instructions.</param>
/// <param name="Blockhash">Recent blockhash.</param>
/// <param name="Config">Compute budget of a version 1 header.</param>
public readonly record struct MessageFacts(
    MessageVersion Version,
    int RequiredSignatures,
    int ReadonlySigners,
    int ReadonlyOthers,
    int StaticKeyCount,
    int WritableLookups,
    int ReadonlyLookups,
    int LookupCount,
    int InstructionCount,
    Pubkey Blockhash,
    MessageConfig Config)
{
    /// <summary>Listed and looked-up accounts.</summary>
    public int AccountCount => StaticKeyCount + WritableLookups + ReadonlyLookups;
}

/// <summary>One instruction of a decoded transaction.</summary>
public readonly ref struct InstructionView
{
    internal InstructionView(int programIndex, ReadOnlySpan<byte> accounts, ReadOnlySpan<byte> data)
    {
        ProgramIndex = programIndex;
        Accounts = accounts;
        Data = data;
    }

    /// <summary>Index of the program among the accounts.</summary>
    public int ProgramIndex { get; }

    /// <summary>Indices of the accounts.</summary>
    public ReadOnlySpan<byte> Accounts { get; }

    /// <summary>Instruction data.</summary>
    public ReadOnlySpan<byte> Data { get; }
}

/// <summary>One lookup table of a decoded transaction.</summary>
public readonly ref struct LookupView
{
    internal LookupView(scoped in Pubkey table, ReadOnlySpan<byte> writable, ReadOnlySpan<byte> readOnly)
    {
        Table = table;
        Writable = writable;
        Readonly = readOnly;
    }

    /// <summary>Address of the table.</summary>
    public Pubkey Table { get; }

    /// <summary>Entries loaded as writable.</summary>
    public ReadOnlySpan<byte> Writable { get; }

    /// <summary>Entries loaded as read-only.</summary>
    public ReadOnlySpan<byte> Readonly { get; }
}

/// <summary>Walks instructions; for <c>foreach</c>.</summary>
public ref struct InstructionEnumerator
{
    private readonly MessageVersion _version;
    private readonly int _count;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _index;
    private int _at; // next record; for version 1 the next payload

    internal InstructionEnumerator(ReadOnlySpan<byte> bytes, int count, MessageVersion version)
    {
        _bytes = bytes;
        _count = count;
        _version = version;
        _at = version == MessageVersion.V1 ? count * 4 : 0;
    }

    /// <summary>The instruction.</summary>
    public InstructionView Current { get; private set; }

    /// <summary>This enumerator.</summary>
    public readonly InstructionEnumerator GetEnumerator() => this;

    /// <summary>Goes to the next instruction.</summary>
    public bool MoveNext()
    {
        if (_index >= _count) return false;
        Current = _version == MessageVersion.V1 ? ReadV1() : ReadV0();
        _index++;
        return true;
    }

    private InstructionView ReadV0()
    {
        int program = _bytes[_at++];
        ReadOnlySpan<byte> accounts = ReadBytes();
        ReadOnlySpan<byte> data = ReadBytes();
        return new InstructionView(program, accounts, data);
    }

    private InstructionView ReadV1()
    {
        ReadOnlySpan<byte> header = _bytes.Slice(_index * 4, 4);
        int dataLength = header[2] | (header[3] << 8);
        ReadOnlySpan<byte> accounts = _bytes.Slice(_at, header[1]);
        ReadOnlySpan<byte> data = _bytes.Slice(_at + header[1], dataLength);
        _at += header[1] + dataLength;
        return new InstructionView(header[0], accounts, data);
    }

    private ReadOnlySpan<byte> ReadBytes()
    {
        _ = ShortVec.TryRead(_bytes[_at..], out int length, out int size); // checked by the reader
        ReadOnlySpan<byte> bytes = _bytes.Slice(_at + size, length);
        _at += size + length;
        return bytes;
    }
}

/// <summary>Walks lookup tables; for <c>foreach</c>.</summary>
public ref struct LookupEnumerator
{
    private readonly int _count;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _index;
    private int _at;

    internal LookupEnumerator(ReadOnlySpan<byte> bytes, int count)
    {
        _bytes = bytes;
        _count = count;
    }

    /// <summary>The table.</summary>
    public LookupView Current { get; private set; }

    /// <summary>This enumerator.</summary>
    public readonly LookupEnumerator GetEnumerator() => this;

    /// <summary>Goes to the next table.</summary>
    public bool MoveNext()
    {
        if (_index >= _count) return false;
        Pubkey table = Pubkey.Read(_bytes, _at);
        _at += Pubkey.SizeBytes;
        ReadOnlySpan<byte> writable = ReadBytes();
        ReadOnlySpan<byte> readOnly = ReadBytes();
        Current = new LookupView(table, writable, readOnly);
        _index++;
        return true;
    }

    private ReadOnlySpan<byte> ReadBytes()
    {
        _ = ShortVec.TryRead(_bytes[_at..], out int length, out int size); // checked by the reader
        ReadOnlySpan<byte> bytes = _bytes.Slice(_at + size, length);
        _at += size + length;
        return bytes;
    }
}
