using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Compiles instructions into the bytes of a Solana transaction: legacy, version 0 with lookup tables, and version 1
/// (behind a switch). Accounts keep the order of first mention inside each privilege class, as web3.js does. Size and
/// limits are checked before a byte is written. Nothing is allocated after construction. Owner: one thread.
/// Source: solana-sdk@122f32e5 message (legacy, v0, v1); transactions.json "transactions" is the byte proof.
/// </summary>
public sealed partial class MessageWriter
{
    /// <summary>Most instructions of one message: the bound of version 1, more than 1,232 bytes can use.</summary>
    public const int MaxInstructions = MessageLimits.V1Instructions;

    /// <summary>Most lookup tables of one message: each takes 34 bytes and 32 would fill a packet.</summary>
    public const int MaxTables = 32;

    /// <summary>
    /// Accounts the chain locks for one transaction. Source: agave runtime, get_transaction_account_lock_limit: 64, and
    /// 128 (MAX_TX_ACCOUNT_LOCKS) once the feature increase_tx_account_lock_limit is active; 64 is accepted everywhere.
    /// </summary>
    public const int DefaultAccountLimit = 64;

    private const int StaticClasses = 4;

    private readonly bool _allowV1;
    private readonly int _accountLimit;
    private readonly MessageKeys _keys = new();
    // bits by ordinal: signs, is written to, is in no table, is in each table
    private readonly ulong[] _signers = new ulong[MessageKeys.Words];
    private readonly ulong[] _writable = new ulong[MessageKeys.Words];
    private readonly ulong[] _listed = new ulong[MessageKeys.Words];
    private readonly ulong[] _ofTable = new ulong[MaxTables * MessageKeys.Words];
    private readonly AccountOrder _order = new();
    private readonly ulong[] _countOfClass = new ulong[StaticClasses + (2 * MaxTables)];
    private readonly int[] _dataOffset = new int[MaxInstructions];
    private int _instructionCount;
    private int _signerCount;
    private int _readonlySignerCount;
    private int _readonlyPlainCount;
    private int _staticCount;
    private int _tableCount;

    /// <summary>A writer; version 1 is refused unless <paramref name="allowV1"/>.</summary>
    public MessageWriter(bool allowV1 = false, int accountLimit = DefaultAccountLimit)
    {
        _allowV1 = allowV1;
        _accountLimit = Math.Clamp(accountLimit, 1, MessageKeys.Max);
    }

    /// <summary>After <see cref="MessageStatus.TooLarge"/>: bytes above the limit.</summary>
    public int BytesOver { get; private set; }

    /// <summary>
    /// After <see cref="MessageStatus.TooLarge"/>: the instruction with the most bytes (accounts and data).
    /// </summary>
    public int LargestInstruction { get; private set; }

    /// <summary>Accounts of the last message.</summary>
    internal MessageKeys Keys => _keys;

    /// <summary>Size in bytes of the last compiled transaction, written or not.</summary>
    public int TransactionBytes { get; private set; }

    /// <summary>Distinct accounts of the last message.</summary>
    public int AccountCount => _keys.Count;

    /// <summary>Accounts of the last message that came from lookup tables.</summary>
    public int LookedUpAccountCount => _keys.Count - _staticCount;

    /// <summary>
    /// Writes a whole transaction with zeroed signatures. On failure nothing is written and the status says why.
    /// </summary>
    public MessageStatus WriteTransaction(in MessageRequest request, Span<byte> destination, out MessageLayout layout)
    {
        layout = default;
        MessageStatus status = Compile(request, out int messageBytes);
        if (status != MessageStatus.Ok) return status;
        if (destination.Length < TransactionBytes) return MessageStatus.DestinationTooSmall;
        bool v1 = request.Version == MessageVersion.V1;
        int signatureBytes = _signerCount * MessageLimits.SignatureBytes;
        int prefix = v1 ? 0 : ShortVec.SizeOf(_signerCount);
        int messageOffset = v1 ? 0 : prefix + signatureBytes;
        int signatureOffset = v1 ? messageBytes : prefix;
        if (!v1) _ = ShortVec.Write(destination, _signerCount);
        destination.Slice(signatureOffset, signatureBytes).Clear();
        Emit(request, destination.Slice(messageOffset, messageBytes), out int keysOffset, out int blockhashOffset);
        layout = new MessageLayout(
            TransactionBytes,
            messageOffset,
            messageBytes,
            signatureOffset,
            _signerCount,
            messageOffset + blockhashOffset,
            messageOffset + keysOffset,
            _staticCount);
        return MessageStatus.Ok;
    }

    /// <summary>
    /// Writes the message alone (the bytes that are signed); the size limit is still the transaction's.
    /// </summary>
    public MessageStatus WriteMessage(in MessageRequest request, Span<byte> destination, out int written)
    {
        written = 0;
        MessageStatus status = Compile(request, out int messageBytes);
        if (status != MessageStatus.Ok) return status;
        if (destination.Length < messageBytes) return MessageStatus.DestinationTooSmall;
        Emit(request, destination[..messageBytes], out _, out _);
        written = messageBytes;
        return MessageStatus.Ok;
    }

    /// <summary>
    /// Accounts to blame for <see cref="MessageStatus.TooLarge"/>: listed at 32 bytes each although a lookup table
    /// could carry them at one byte. None if the data or the signers alone are too large.
    /// </summary>
    public int CountBlamedAccounts()
    {
        int count = 0;
        for (int ordinal = 0; ordinal < _keys.Count; ordinal++)
        {
            if (IsBlamed(ordinal)) count++;
        }

        return count;
    }

    /// <summary>
    /// The accounts of <see cref="CountBlamedAccounts"/>, as many as there is room for. Returns how many were copied.
    /// </summary>
    public int CopyBlamedAccounts(Span<Pubkey> destination)
    {
        int count = 0;
        for (int ordinal = 0; ordinal < _keys.Count && count < destination.Length; ordinal++)
        {
            if (IsBlamed(ordinal)) destination[count++] = _keys[ordinal];
        }

        return count;
    }

    private bool IsBlamed(int ordinal) =>
        (_keys.MayBeLookedUp(ordinal >> 6) >> (ordinal & 63) & 1) != 0 && _order.Positions[ordinal] < _staticCount;

    /// <summary>
    /// Start of an instruction's data, from the start of the last written message; -1 if there is none.
    /// </summary>
    public int DataOffset(int instruction) =>
        (uint)instruction < (uint)_instructionCount ? _dataOffset[instruction] : -1;

    /// <summary>Position of a key among the listed accounts of the last message; -1 if it is not listed.</summary>
    public int StaticIndex(in Pubkey key)
    {
        for (int i = 0; i < _staticCount; i++)
        {
            if (_keys[_order.Ordinals[i]] == key) return i;
        }

        return -1;
    }

    private MessageStatus Compile(in MessageRequest request, out int messageBytes)
    {
        messageBytes = 0;
        BytesOver = 0;
        TransactionBytes = 0;
        _staticCount = 0;
        _instructionCount = 0;
        bool v1 = request.Version == MessageVersion.V1;
        if (v1 && !_allowV1) return MessageStatus.VersionDisabled;
        MessageStatus status = request.IsSameRoute ? Reuse(request) : Collect(request);
        if (status != MessageStatus.Ok) return status;
        FindInTables(request);
        AssignPositions();
        if (_keys.Count > (v1 ? Math.Min(_accountLimit, MessageLimits.V1Accounts) : _accountLimit))
        {
            return MessageStatus.TooManyAccounts;
        }

        if (v1 && _signerCount > MessageLimits.V1Signatures) return MessageStatus.TooManySigners;
        if (v1 && request.Config.ComputeUnitLimit == 0) return MessageStatus.ComputeUnitLimitMissing;
        if (v1 && request.Config.LoadedAccountsBytes == 0) return MessageStatus.LoadedAccountsLimitMissing;
        messageBytes = Measure(request);
        int prefix = v1 ? 0 : ShortVec.SizeOf(_signerCount);
        TransactionBytes = prefix + (_signerCount * MessageLimits.SignatureBytes) + messageBytes;
        BytesOver = Math.Max(0, TransactionBytes - MessageLimits.SizeBytes(request.Version));
        return BytesOver > 0 ? MessageStatus.TooLarge : MessageStatus.Ok;
    }

    private MessageStatus Reuse(in MessageRequest request)
    {
        Debug.Assert(request.Version != MessageVersion.V1, "its instructions are others");
        _instructionCount = request.Instructions.Length;
        return MessageStatus.Ok;
    }

    private MessageStatus Collect(in MessageRequest request)
    {
        _keys.Reset(in request.Payer);
        if (request.Instructions.IsEmpty) return MessageStatus.Empty;
        if (request.Instructions.Length > MaxInstructions) return MessageStatus.TooManyInstructions;
        foreach (InstructionBuffer instruction in request.Instructions)
        {
            if (instruction.Overflowed) return MessageStatus.InstructionOverflowed;
            if (request.Version == MessageVersion.V1 && instruction.ProgramId == ProgramIds.ComputeBudget)
            {
                return MessageStatus.ComputeBudgetInstruction;
            }
        }

        if (!_keys.TryAdd(request.Instructions)) return MessageStatus.TooManyAccounts;
        _instructionCount = request.Instructions.Length;
        return MessageStatus.Ok;
    }

    /// <summary>
    /// Which accounts come from which table: the first one in order that holds them.
    /// </summary>
    private void FindInTables(in MessageRequest request)
    {
        _tableCount = request.Version == MessageVersion.V0 ? Math.Min(request.Tables.Length, MaxTables) : 0;
        for (int w = 0; w < _keys.WordsInUse; w++)
        {
            ulong open = _tableCount == 0 ? 0 : _keys.MayBeLookedUp(w);
            ulong listed = _keys.Present(w);
            for (int t = 0; t < _tableCount; t++)
            {
                ulong found = request.Tables[t].Find(_keys, w, open, _order.Entries);
                _ofTable[(t * MessageKeys.Words) + w] = found;
                open &= ~found;
                listed &= ~found;
            }

            _listed[w] = listed;
            _signers[w] = _keys.With(AccountFlags.Signer, w);
            _writable[w] = _keys.With(AccountFlags.Writable, w);
        }
    }

    /// <summary>
    /// Places the accounts in the message's order: writable signers, read-only signers, writable others, read-only
    /// others; then what comes from tables, all writable ones table by table, then all read-only ones.
    /// PERF: accounts of a class are bits of words, so that none waits for the place of the one before it
    /// (TransactionBench.Build).
    /// </summary>
    private void AssignPositions()
    {
        Span<ulong> counts = _countOfClass.AsSpan(0, StaticClasses + (2 * _tableCount));
        if (AccountOrder.IsVector(_keys.Count))
        {
            TakeMembers(counts, 0);
            _order.PlaceAll(counts);
        }
        else
        {
            PlaceByWords(counts);
        }

        _keys.PlaceReferences(_order.Positions);
        _signerCount = (int)(counts[0] + counts[1]);
        _readonlySignerCount = (int)counts[1];
        _readonlyPlainCount = (int)counts[3];
        _staticCount = _signerCount + (int)counts[2] + _readonlyPlainCount;
    }

    /// <summary>The same where there are more than 64 accounts, or no instructions for it.</summary>
    [SkipLocalsInit]
    private void PlaceByWords(Span<ulong> counts)
    {
        int classes = counts.Length;
        int words = _keys.WordsInUse;
        Span<ulong> members = stackalloc ulong[MessageKeys.Words * (StaticClasses + (2 * MaxTables))];
        for (int w = 0; w < words; w++) TakeMembers(members.Slice(w * classes, classes), w);
        int at = 0;
        for (int c = 0; c < classes; c++)
        {
            int start = at;
            for (int w = 0; w < words; w++) at = _order.Place(members[(w * classes) + c], w, at);
            counts[c] = (ulong)(at - start);
        }
    }

    /// <summary>Which of 64 accounts are in each class, one bit each.</summary>
    private void TakeMembers(Span<ulong> classes, int word)
    {
        ulong signers = _signers[word];
        ulong writable = _writable[word];
        ulong listed = _listed[word] & ~signers;
        classes[3] = listed & ~writable;
        classes[2] = listed & writable;
        classes[1] = signers & ~writable;
        classes[0] = signers & writable;
        for (int t = 0; t < _tableCount; t++)
        {
            ulong found = _ofTable[(t * MessageKeys.Words) + word];
            classes[StaticClasses + t] = found & writable;
            classes[StaticClasses + _tableCount + t] = found & ~writable;
        }
    }

    /// <summary>Accounts that a table supplies, writable or read-only.</summary>
    private int WritableOfTable(int table) => (int)_countOfClass[StaticClasses + table];

    private int ReadonlyOfTable(int table) => (int)_countOfClass[StaticClasses + _tableCount + table];
}
