using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;

namespace LowLatency.Engine.Sinks;

/// <summary>A decision as read back from a journal.</summary>
/// <param name="Decision">The record.</param>
/// <param name="Message">Unsigned message; empty if none was built.</param>
public readonly record struct JournalledDecision(Opportunity Decision, byte[] Message);

/// <summary>Reads a journal; for <c>explain</c>, reports and tests. Allocates.</summary>
public sealed class JournalReader
{
    private readonly Dictionary<int, PoolDescription> _pools = [];
    private readonly List<JournalledDecision> _decisions = [];
    private readonly List<LifeRecord> _lives = [];
    private readonly List<AppliedSetting> _settings = [];
    private IDecisionSink? _sink;

    /// <summary>Pools named so far, by graph id.</summary>
    public IReadOnlyDictionary<int, PoolDescription> Pools => _pools;

    /// <summary>Decisions in order; none after <see cref="Scan"/>.</summary>
    public IReadOnlyList<JournalledDecision> Decisions => _decisions;

    /// <summary>Ended lives of followed cycles, in the order they ended; none after <see cref="Scan"/>.</summary>
    public IReadOnlyList<LifeRecord> Lives => _lives;

    /// <summary>Settings that changed while it ran, in order.</summary>
    public IReadOnlyList<AppliedSetting> Settings => _settings;

    /// <summary>Decision hash of the end frame; null if the run did not end in order.</summary>
    public ulong? Hash { get; private set; }

    /// <summary>UTF-8 text about the run; empty if the journal has none.</summary>
    public byte[] Run { get; private set; } = [];

    /// <summary>Where and why reading stopped before the end; null if the journal is whole.</summary>
    public string? Damage { get; private set; }

    /// <summary>Reads a whole journal.</summary>
    /// <exception cref="InvalidDataException">The file is not a journal of this version.</exception>
    public static JournalReader Read(Stream stream, string name) => Read(stream, name, null);

    /// <summary>
    /// Hands a journal's decisions and lives to <paramref name="sink"/> in their order and keeps none of them: the
    /// memory it takes does not depend on the journal's length.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not a journal of this version.</exception>
    public static JournalReader Scan(Stream stream, string name, IDecisionSink sink) => Read(stream, name, sink);

    private static JournalReader Read(Stream stream, string name, IDecisionSink? sink)
    {
        JournalReader reader = new() { _sink = sink };
        byte[] header = new byte[JournalFormat.HeaderBytes];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
            || !header.AsSpan(0, 8).SequenceEqual(JournalFormat.Magic))
        {
            throw new InvalidDataException($"{name}: not a decision journal (wrong magic at offset 0)");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
        int recordBytes = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));
        if (version != JournalFormat.Version || recordBytes != JournalFormat.DecisionBytes)
        {
            string age = version < JournalFormat.Version ? "an older" : "another";
            throw new InvalidDataException(
                $"{name}: written by {age} build (journal version {version}, records of {recordBytes} bytes); this one "
                + $"reads version {JournalFormat.Version} with {JournalFormat.DecisionBytes}. Read it with the build "
                + "that wrote it, or replay its capture");
        }

        reader.ReadFrames(stream, name);
        return reader;
    }

    private void ReadFrames(Stream stream, string name)
    {
        byte[] frame = new byte[JournalFormat.MaxBodyBytes + JournalFormat.FrameOverheadBytes];
        long offset = JournalFormat.HeaderBytes;
        while (true)
        {
            int got = stream.ReadAtLeast(frame.AsSpan(0, 4), 4, throwOnEndOfStream: false);
            if (got == 0) return;
            int length = got < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(frame);
            if (length is < 0 or > JournalFormat.MaxBodyBytes)
            {
                Damage = $"{name}: frame at offset {offset} is cut off or corrupt; everything before it was read";
                return;
            }

            Span<byte> rest = frame.AsSpan(4, length + 5);
            if (stream.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false) < rest.Length
                || Crc32C.Compute(rest[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(rest[^4..]))
            {
                Damage = $"{name}: frame at offset {offset} is cut off or corrupt; everything before it was read";
                return;
            }

            Take(rest[0], rest[1..^4]);
            offset += length + JournalFormat.FrameOverheadBytes;
        }
    }

    private void Take(byte kind, ReadOnlySpan<byte> body)
    {
        switch (kind)
        {
            case JournalFormat.PoolKind when body.Length == JournalFormat.PoolBodyBytes:
                (int poolId, PoolDescription pool) = JournalFormat.ReadPool(body);
                _pools[poolId] = pool;
                break;
            case JournalFormat.DecisionKind when body.Length >= JournalFormat.DecisionBytes && _sink is not null:
                _sink.OnDecision(JournalFormat.ReadDecision(body), body[JournalFormat.DecisionBytes..]);
                break;
            case JournalFormat.DecisionKind when body.Length >= JournalFormat.DecisionBytes:
                _decisions.Add(new JournalledDecision(
                    JournalFormat.ReadDecision(body), body[JournalFormat.DecisionBytes..].ToArray()));
                break;
            case JournalFormat.LifeKind when body.Length == JournalFormat.LifeBytes && _sink is not null:
                _sink.OnLife(MemoryMarshal.Read<LifeRecord>(body));
                break;
            case JournalFormat.LifeKind when body.Length == JournalFormat.LifeBytes:
                _lives.Add(MemoryMarshal.Read<LifeRecord>(body));
                break;
            case JournalFormat.SettingKind when body.Length == JournalFormat.SettingBodyBytes:
                _settings.Add(JournalFormat.ReadSetting(body));
                break;
            case JournalFormat.EndKind when body.Length == 16:
                Hash = BinaryPrimitives.ReadUInt64LittleEndian(body);
                break;
            case JournalFormat.RunKind:
                Run = body.ToArray();
                break;
        }
    }
}
