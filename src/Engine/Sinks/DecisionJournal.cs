using System;
using System.Buffers.Binary;
using System.IO;
using System.Runtime.InteropServices;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Sinks;

/// <summary>
/// Writes every decision to a stream in <see cref="JournalFormat"/>. Frames gather in one buffer that is written when
/// full, in housekeeping and at the end, so a decision costs a copy. A failed write is remembered and counted: deciding
/// goes on, and the report says that the journal is incomplete. Owner thread: the sinks'.
/// </summary>
public sealed class DecisionJournal : IDecisionSink
{
    // 256 KiB: about 500 decisions a write, far above what a page cache write costs.
    private const int BufferBytes = 256 * 1024;

    private readonly Stream _stream;
    private readonly IPoolDirectory _pools;
    private readonly bool[] _isDefined;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _used;

    /// <summary>
    /// A journal on <paramref name="stream"/>; writes the header and, if given, the text about the run.
    /// </summary>
    public DecisionJournal(
        Stream stream, IPoolDirectory pools, int maxPools, long createdUtcNs, ReadOnlySpan<byte> run = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(run.Length, JournalFormat.MaxBodyBytes);
        _stream = stream;
        _pools = pools;
        _isDefined = new bool[maxPools];
        JournalFormat.WriteHeader(_buffer, createdUtcNs);
        _used = JournalFormat.HeaderBytes;
        if (!run.IsEmpty) Append(JournalFormat.RunKind, run, default);
    }

    /// <summary>Decisions written or buffered.</summary>
    public long Count { get; private set; }

    /// <summary>Decisions lost because a write failed.</summary>
    public long Lost { get; private set; }

    /// <summary>Why the first write failed; null if none did.</summary>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
    {
        for (int i = 0; i < decision.LegCount; i++) Define(decision.Legs[i].PoolId);
        for (int i = 0; i < decision.Split.Count; i++)
        {
            Define(decision.Split.Parts[i].PoolId);
            if (decision.Split.Parts[i].SecondPoolId >= 0) Define(decision.Split.Parts[i].SecondPoolId);
        }

        ReadOnlySpan<Opportunity> record = MemoryMarshal.CreateReadOnlySpan(in decision, 1);
        Append(JournalFormat.DecisionKind, MemoryMarshal.AsBytes(record), message);
        if (Failure is null) Count++;
        else Lost++;
    }

    /// <inheritdoc/>
    public void OnLife(in LifeRecord life)
    {
        ReadOnlySpan<LifeRecord> record = MemoryMarshal.CreateReadOnlySpan(in life, 1);
        Append(JournalFormat.LifeKind, MemoryMarshal.AsBytes(record), default);
    }

    /// <inheritdoc/>
    public void OnSetting(in SettingChange change, long sequence)
    {
        Span<byte> body = stackalloc byte[JournalFormat.SettingBodyBytes];
        JournalFormat.WriteSetting(body, in change, sequence);
        Append(JournalFormat.SettingKind, body, default);
    }

    /// <summary>Writes what is buffered.</summary>
    public void Flush()
    {
        if (_used == 0 || Failure is not null) return;
        try
        {
            _stream.Write(_buffer, 0, _used);
            _stream.Flush();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Failure = fault.Message;
        }

        _used = 0;
    }

    /// <summary>Writes the end frame and everything buffered.</summary>
    public void Complete(ulong decisionHash)
    {
        Span<byte> body = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(body, decisionHash);
        BinaryPrimitives.WriteInt64LittleEndian(body[8..], Count);
        Append(JournalFormat.EndKind, body, default);
        Flush();
    }

    private void Define(int poolId)
    {
        if (_isDefined[poolId]) return;
        _isDefined[poolId] = true;
        Span<byte> body = stackalloc byte[JournalFormat.PoolBodyBytes];
        JournalFormat.WritePool(body, poolId, _pools.Describe(poolId));
        Append(JournalFormat.PoolKind, body, default);
    }

    private void Append(byte kind, ReadOnlySpan<byte> body, ReadOnlySpan<byte> more)
    {
        if (Failure is not null) return;
        if (body.Length + more.Length + JournalFormat.FrameOverheadBytes > BufferBytes - _used) Flush();
        _used += JournalFormat.WriteFrame(_buffer.AsSpan(_used), kind, body, more);
    }
}
