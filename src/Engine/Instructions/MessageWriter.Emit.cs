using System;
using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <content>Sizes and bytes; every method here follows a successful compile.</content>
public sealed partial class MessageWriter
{
    private const byte V0Prefix = 0x80;
    private const byte V1Prefix = 0x81;

    // Header bytes + blockhash, without prefix and counts.
    private const int FixedBytes = 3 + Pubkey.SizeBytes;

    private int Measure(in MessageRequest request)
    {
        int size = FixedBytes + (_staticCount * Pubkey.SizeBytes);
        int largest = -1;
        ReadOnlySpan<InstructionBuffer> instructions = request.Instructions;
        for (int i = 0; i < instructions.Length; i++)
        {
            int accounts = instructions[i].AccountCount;
            int data = instructions[i].DataLength;
            int bytes = accounts + data;
            bytes += request.Version == MessageVersion.V1 ? 4 : 1 + ShortVec.SizeOf(accounts) + ShortVec.SizeOf(data);
            size += bytes;
            if (bytes <= largest) continue;
            largest = bytes;
            LargestInstruction = i;
        }

        if (request.Version == MessageVersion.V1) return size + 1 + 4 + 1 + 1 + ConfigBytes(request.Config);
        size += ShortVec.SizeOf(_staticCount) + ShortVec.SizeOf(request.Instructions.Length);
        if (request.Version == MessageVersion.Legacy) return size;
        size += 1 + ShortVec.SizeOf(UsedTables());
        for (int t = 0; t < _tableCount; t++)
        {
            int writable = WritableOfTable(t);
            int readOnly = ReadonlyOfTable(t);
            if (writable + readOnly == 0) continue;
            size += Pubkey.SizeBytes + ShortVec.SizeOf(writable) + writable + ShortVec.SizeOf(readOnly) + readOnly;
        }

        return size;
    }

    private int UsedTables()
    {
        int used = 0;
        for (int t = 0; t < _tableCount; t++)
        {
            if (WritableOfTable(t) + ReadonlyOfTable(t) > 0) used++;
        }

        return used;
    }

    private void Emit(in MessageRequest request, Span<byte> message, out int keysOffset, out int blockhashOffset)
    {
        if (request.Version == MessageVersion.V1)
        {
            EmitV1(request, message, out keysOffset, out blockhashOffset);
            return;
        }

        int at = 0;
        if (request.Version == MessageVersion.V0) message[at++] = V0Prefix;
        at += EmitHeader(message[at..]);
        at += ShortVec.Write(message[at..], _staticCount);
        keysOffset = at;
        at += EmitKeys(message[at..]);
        blockhashOffset = at;
        request.Blockhash.CopyTo(message[at..]);
        at += Pubkey.SizeBytes;
        at += ShortVec.Write(message[at..], request.Instructions.Length);
        ReadOnlySpan<byte> references = _keys.References;
        for (int i = 0; i < request.Instructions.Length; i++)
        {
            InstructionBuffer instruction = request.Instructions[i];
            message[at++] = references[0];
            ReadOnlySpan<byte> data = instruction.Data;
            int accounts = instruction.AccountCount;
            at += ShortVec.Write(message[at..], accounts);
            Copy(references[1..], accounts, message[at..]);
            references = references[(accounts + 1)..];
            at += accounts;
            at += ShortVec.Write(message[at..], data.Length);
            _dataOffset[i] = at;
            data.CopyTo(message[at..]);
            at += data.Length;
        }

        if (request.Version == MessageVersion.V0) EmitLookups(request, message[at..]);
    }

    /// <summary>
    /// Copies so many bytes, of which there are few: a whole vector where there is room, as what is behind them is
    /// written later.
    /// </summary>
    private static void Copy(ReadOnlySpan<byte> source, int count, Span<byte> destination)
    {
        int vector = Vector512<byte>.Count;
        if (count <= vector && source.Length >= vector && destination.Length >= vector)
            Vector512.Create(source).CopyTo(destination);
        else source[..count].CopyTo(destination);
    }

    private int EmitHeader(Span<byte> message)
    {
        message[0] = (byte)_signerCount;
        message[1] = (byte)_readonlySignerCount;
        message[2] = (byte)_readonlyPlainCount;
        return 3;
    }

    private int EmitKeys(Span<byte> message)
    {
        for (int i = 0; i < _staticCount; i++) _keys[_order.Ordinals[i]].CopyTo(message[(i * Pubkey.SizeBytes)..]);
        return _staticCount * Pubkey.SizeBytes;
    }

    private void EmitLookups(in MessageRequest request, Span<byte> message)
    {
        int at = ShortVec.Write(message, UsedTables());
        int writable = _staticCount; // positions run on from the listed accounts
        int readOnly = _staticCount;
        for (int t = 0; t < _tableCount; t++) readOnly += WritableOfTable(t);
        for (int t = 0; t < _tableCount; t++)
        {
            if (WritableOfTable(t) + ReadonlyOfTable(t) == 0) continue;
            request.Tables[t].Key.CopyTo(message[at..]);
            at += Pubkey.SizeBytes;
            at += ShortVec.Write(message[at..], WritableOfTable(t));
            at += EmitEntries(message[at..], ref writable, WritableOfTable(t));
            at += ShortVec.Write(message[at..], ReadonlyOfTable(t));
            at += EmitEntries(message[at..], ref readOnly, ReadonlyOfTable(t));
        }
    }

    private int EmitEntries(Span<byte> message, ref int position, int count)
    {
        Copy(_order.EntriesAt[position..], count, message);
        position += count;
        return count;
    }

    // Source: SIMD-0385; solana-sdk@122f32e5 message/src/versions/v1.
    private void EmitV1(in MessageRequest request, Span<byte> message, out int keysOffset, out int blockhashOffset)
    {
        message[0] = V1Prefix;
        int at = 1 + EmitHeader(message[1..]);
        BinaryPrimitives.WriteUInt32LittleEndian(message[at..], ConfigMask(request.Config));
        at += 4;
        blockhashOffset = at;
        request.Blockhash.CopyTo(message[at..]);
        at += Pubkey.SizeBytes;
        message[at++] = (byte)request.Instructions.Length;
        message[at++] = (byte)_staticCount;
        keysOffset = at;
        at += EmitKeys(message[at..]);
        at += EmitConfig(request.Config, message[at..]);
        ReadOnlySpan<byte> references = _keys.References;
        int of = 0;
        foreach (InstructionBuffer instruction in request.Instructions)
        {
            message[at] = references[of];
            of += instruction.AccountCount + 1;
            message[at + 1] = (byte)instruction.AccountCount;
            BinaryPrimitives.WriteUInt16LittleEndian(message[(at + 2)..], (ushort)instruction.DataLength);
            at += 4;
        }

        for (int i = 0; i < request.Instructions.Length; i++)
        {
            InstructionBuffer instruction = request.Instructions[i];
            int accounts = instruction.AccountCount;
            Copy(references[1..], accounts, message[at..]);
            references = references[(accounts + 1)..];
            at += accounts;
            _dataOffset[i] = at;
            instruction.Data.CopyTo(message[at..]);
            at += instruction.Data.Length;
        }
    }

    internal static uint ConfigMask(in MessageConfig config) =>
        (config.PriorityFeeLamports != 0 ? 3u : 0)
        | (config.ComputeUnitLimit != 0 ? 4u : 0)
        | (config.LoadedAccountsBytes != 0 ? 8u : 0)
        | (config.HeapBytes != 0 ? 16u : 0);

    private static int ConfigBytes(in MessageConfig config) =>
        (config.PriorityFeeLamports != 0 ? 8 : 0)
        + (config.ComputeUnitLimit != 0 ? 4 : 0)
        + (config.LoadedAccountsBytes != 0 ? 4 : 0)
        + (config.HeapBytes != 0 ? 4 : 0);

    internal static int EmitConfig(in MessageConfig config, Span<byte> message)
    {
        int at = 0;
        if (config.PriorityFeeLamports != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(message, config.PriorityFeeLamports);
            at = 8;
        }

        at += EmitWord(message[at..], config.ComputeUnitLimit);
        at += EmitWord(message[at..], config.LoadedAccountsBytes);
        at += EmitWord(message[at..], config.HeapBytes);
        return at;
    }

    private static int EmitWord(Span<byte> message, uint value)
    {
        if (value == 0) return 0;
        BinaryPrimitives.WriteUInt32LittleEndian(message, value);
        return 4;
    }
}
