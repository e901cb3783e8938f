using System;
using System.Collections.Generic;
using System.IO;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Journal;

/// <summary>A journal file with the questions that <c>explain</c> asks of it.</summary>
internal sealed class JournalView : DecisionBook
{
    private readonly JournalReader _reader;
    private readonly Dictionary<DecisionId, int> _byId = [];

    private JournalView(string path, JournalReader reader)
    {
        FilePath = path;
        _reader = reader;
        Run = JournalRunInfo.Parse(reader.Run);
        for (int i = 0; i < reader.Decisions.Count; i++)
            _byId[DecisionId.Of(reader.Decisions[i].Decision)] = i;
    }

    public string FilePath { get; }

    /// <summary>About the run; null if the journal does not say.</summary>
    public override JournalRunInfo? Run { get; }

    /// <inheritdoc/>
    protected override IReadOnlyList<AppliedSetting> Changes => _reader.Settings;

    /// <summary>Decisions in order.</summary>
    public IReadOnlyList<JournalledDecision> Decisions => _reader.Decisions;

    /// <summary>Decision hash; null if the run did not end in order.</summary>
    public ulong? Hash => _reader.Hash;

    /// <summary>Where and why reading stopped; null if the journal is whole.</summary>
    public string? Damage => _reader.Damage;

    /// <summary>Opens a journal.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static JournalView Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(
                Directory.Exists(path)
                    ? $"{path}: it is a folder; give the journal file in it"
                    : $"{path}: there is no such file; `lowlatency replay --journal {path}` writes one",
                ExitCodes.NoInput);
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            return new JournalView(path, JournalReader.Read(file, path));
        }
        catch (InvalidDataException fault)
        {
            throw new CommandException(fault.Message, ExitCodes.BadData);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: {fault.Message}", ExitCodes.NoInput);
        }
    }

    /// <summary>The decision with an id, or null.</summary>
    public JournalledDecision? Find(DecisionId id) => _byId.TryGetValue(id, out int index) ? Decisions[index] : null;

    /// <inheritdoc/>
    public override LifeRecord? Life(in Opportunity decision)
    {
        ulong key = CycleKey.Of(in decision);
        foreach (LifeRecord life in _reader.Lives)
        {
            if (life.CycleKey == key && life.Sequence <= decision.Sequence && decision.Sequence <= life.EndSequence)
                return life;
        }

        return null;
    }

    /// <summary>How many decisions an event has.</summary>
    public int CountOf(long sequence)
    {
        int count = 0;
        while (_byId.ContainsKey(new DecisionId(sequence, count))) count++;
        return count;
    }

    /// <inheritdoc/>
    public override Opportunity? DecisionOf(DecisionId id) => Find(id)?.Decision;

    /// <inheritdoc/>
    protected override PoolDescription PoolOf(int poolId) => _reader.Pools.GetValueOrDefault(poolId);
}
