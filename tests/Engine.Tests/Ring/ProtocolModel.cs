using System;
using System.Collections.Generic;

namespace LowLatency.Engine.Tests.Ring;

/// <summary>A rule of the protocol that a mutant leaves out.</summary>
internal enum ProtocolMutant
{
    None,
    PublishBeforeWrite,
    GateOnFirstConsumerOnly,
    ClaimNotAtomic,
    WrapOffByOne,
    AcknowledgeBeforeRead,
    StampWithoutLap,
    CacheAheadOfTruth,
}

/// <summary>Size of a model.</summary>
internal readonly record struct ProtocolShape(int Producers, int Claims, int Batch, int Capacity, int Consumers);

/// <summary>
/// The claim/publish/gate protocol of the multi-producer ring, one shared-memory access a step, searched through all
/// its
/// states. Safety: nobody overwrites an entry that a consumer has not finished, nobody reads what is not there.
/// Liveness: from every reachable state the end (all published, all consumed) can be reached.
/// Steps follow MultiProducerSequencer.Next and Publish, StampTable.HighestPublished and BatchConsumer's loop.
/// Accesses are
/// sequentially consistent here; the code's acquire and release accesses keep each thread's steps in this order.
/// </summary>
internal sealed class ProtocolModel
{
    // Producer registers: program counter, claims left, hi, scan index, minimum, write index, old value of a torn
    // claim.
    private const int ProducerWords = 7;

    // Consumer registers: program counter, next, available, published sequence.
    private const int ConsumerWords = 4;

    private readonly ProtocolShape _shape;
    private readonly ProtocolMutant _mutant;
    private readonly int _total;
    private readonly int _stampsAt;
    private readonly int _entriesAt;
    private readonly int _producersAt;
    private readonly int _consumersAt;
    private readonly int _words;
    private string? _violation;

    internal ProtocolModel(ProtocolShape shape, ProtocolMutant mutant)
    {
        _shape = shape;
        _mutant = mutant;
        _total = shape.Producers * shape.Claims * shape.Batch;
        // Shared words: 0 = claimed, 1 = gating cache, then stamps, entries; after them the registers.
        _stampsAt = 2;
        _entriesAt = _stampsAt + shape.Capacity;
        _producersAt = _entriesAt + shape.Capacity;
        _consumersAt = _producersAt + (shape.Producers * ProducerWords);
        _words = _consumersAt + (shape.Consumers * ConsumerWords);
    }

    internal int StateCount { get; private set; }

    /// <summary>The first violation found, or null after all states have been seen.</summary>
    internal string? Search()
    {
        Dictionary<string, int> idOf = [];
        List<List<int>> cameFrom = [];
        List<int> ends = [];
        Queue<(string State, int Id)> open = new();
        string start = Start();
        idOf.Add(start, 0);
        cameFrom.Add([]);
        open.Enqueue((start, 0));
        while (open.TryDequeue(out (string State, int Id) item))
        {
            bool moved = false;
            for (int thread = 0; thread < _shape.Producers + _shape.Consumers; thread++)
            {
                char[] next = item.State.ToCharArray();
                if (!Step(next, thread))
                    continue;
                moved = true;
                if (_violation is not null)
                    return _violation;
                string key = new(next);
                if (!idOf.TryGetValue(key, out int id))
                {
                    id = idOf.Count;
                    idOf.Add(key, id);
                    cameFrom.Add([]);
                    open.Enqueue((key, id));
                }
                cameFrom[id].Add(item.Id);
            }
            if (!moved)
                ends.Add(item.Id);
        }
        StateCount = idOf.Count;
        return CanAllEnd(cameFrom, ends) ? null : "stuck: a state from which the end cannot be reached";
    }

    private static bool CanAllEnd(List<List<int>> cameFrom, List<int> ends)
    {
        bool[] reaches = new bool[cameFrom.Count];
        Stack<int> open = new(ends);
        int count = 0;
        while (open.TryPop(out int id))
        {
            if (reaches[id])
                continue;
            reaches[id] = true;
            count++;
            foreach (int before in cameFrom[id])
                open.Push(before);
        }
        return count == cameFrom.Count;
    }

    /// <summary>Sequences are kept plus one, so that -1 is the character 0.</summary>
    private string Start()
    {
        char[] state = new char[_words];
        for (int p = 0; p < _shape.Producers; p++)
            state[_producersAt + (p * ProducerWords) + 1] = (char)_shape.Claims;
        for (int c = 0; c < _shape.Consumers; c++)
            state[_consumersAt + (c * ConsumerWords) + 1] = (char)1;
        return new string(state);
    }

    /// <summary>One access of one thread. False if the thread has finished.</summary>
    private bool Step(char[] state, int thread) => thread < _shape.Producers
        ? StepProducer(state, state.AsSpan(_producersAt + (thread * ProducerWords), ProducerWords))
        : StepConsumer(
            state, state.AsSpan(_consumersAt + ((thread - _shape.Producers) * ConsumerWords), ConsumerWords));

    private bool StepProducer(char[] state, Span<char> own)
    {
        int hi = own[2];
        switch ((int)own[0])
        {
            case 0 when own[1] == 0:
                return false;
            case 0 when _mutant == ProtocolMutant.ClaimNotAtomic:
                own[6] = state[0];
                own[0] = (char)7;
                return true;
            case 0:
                state[0] = own[2] = (char)(state[0] + _shape.Batch);
                own[0] = (char)1;
                return true;
            case 7:
                state[0] = own[2] = (char)(own[6] + _shape.Batch);
                own[0] = (char)1;
                return true;
            case 1:
                bool fits = hi - _shape.Capacity - Slack() <= state[1];
                own[0] = (char)(fits ? 3 : 2);
                Clear(own);
                return true;
            case 2:
                ScanGating(state, own, hi);
                return true;
            case 4:
                // The cache is written only when the minimum suffices; it may go back, which is merely cautious.
                state[1] = (char)(own[4] + (_mutant == ProtocolMutant.CacheAheadOfTruth ? 1 : 0));
                own[0] = (char)3;
                Clear(own);
                return true;
            default:
                WriteOrPublish(state, own, hi);
                return true;
        }
    }

    /// <summary>Steps 3 (write one entry, or stamp one after the other when all are written).</summary>
    private void WriteOrPublish(char[] state, Span<char> own, int hi)
    {
        int lo = hi - _shape.Batch + 1;
        bool publishFirst = _mutant == ProtocolMutant.PublishBeforeWrite;
        int step = own[5]++;
        bool stamps = publishFirst ? step < _shape.Batch : step >= _shape.Batch;
        int sequence = lo + (step % _shape.Batch);
        if (stamps)
            state[_stampsAt + ((sequence - 1) % _shape.Capacity)] = (char)Lap(sequence);
        else
            WriteEntry(state, sequence);
        if (step < (2 * _shape.Batch) - 1)
            return;
        own[0] = (char)0;
        own[1]--;
        own[2] = (char)0;
        Clear(own);
    }

    private void WriteEntry(char[] state, int sequence)
    {
        for (int c = 0; c < _shape.Consumers; c++)
        {
            // The truth about a consumer is what it will still read, not what it has acknowledged.
            int next = state[_consumersAt + (c * ConsumerWords) + 1];
            if (next <= sequence - _shape.Capacity)
                _violation = $"entry {sequence} overwrites {sequence - _shape.Capacity}, consumer {c} is at {next}";
        }
        state[_entriesAt + ((sequence - 1) % _shape.Capacity)] = (char)sequence;
    }

    private void ScanGating(char[] state, Span<char> own, int hi)
    {
        int consumers = _mutant == ProtocolMutant.GateOnFirstConsumerOnly ? 1 : _shape.Consumers;
        int value = state[_consumersAt + (own[3] * ConsumerWords) + 3];
        own[4] = (char)(own[3] == 0 ? value : Math.Min(own[4], value));
        own[3]++;
        if (own[3] < consumers)
            return;
        bool room = hi - _shape.Capacity - Slack() <= own[4];
        own[3] = (char)0;
        if (room)
            own[0] = (char)4;
        else
            own[4] = (char)0;
    }

    private bool StepConsumer(char[] state, Span<char> own)
    {
        int next = own[1];
        if (next > _total && own[0] == 0)
            return false;
        switch ((int)own[0])
        {
            case 0:
                // Looks at the stamp after the last entry known to be available.
                int expected = Math.Max(next, own[2] + 1);
                int stamp = state[_stampsAt + ((expected - 1) % _shape.Capacity)];
                bool published = _mutant == ProtocolMutant.StampWithoutLap ? stamp != 0 : stamp == Lap(expected);
                if (published)
                    own[2] = (char)expected;
                if (own[2] >= next)
                    own[0] = (char)(_mutant == ProtocolMutant.AcknowledgeBeforeRead ? 2 : 1);
                return true;
            case 1:
                int found = state[_entriesAt + ((next - 1) % _shape.Capacity)];
                if (found != next)
                    _violation = $"reads entry {found} for {next}";
                own[1]++;
                if (own[1] > own[2])
                    own[0] = (char)(_mutant == ProtocolMutant.AcknowledgeBeforeRead ? 0 : 2);
                return true;
            default:
                own[3] = own[2];
                own[0] = (char)(_mutant == ProtocolMutant.AcknowledgeBeforeRead ? 1 : 0);
                return true;
        }
    }

    /// <summary>The lap of a sequence (kept plus one), never 0: what a stamp says.</summary>
    private int Lap(int sequence) => ((sequence - 1) / _shape.Capacity) + 1;

    private int Slack() => _mutant == ProtocolMutant.WrapOffByOne ? 1 : 0;

    private static void Clear(Span<char> own) => own[3] = own[4] = own[5] = own[6] = (char)0;
}
