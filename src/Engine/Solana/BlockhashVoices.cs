using System;
using System.Numerics;

namespace LowLatency.Engine.Solana;

/// <summary>A blockhash as an endpoint reported it.</summary>
/// <param name="Hash">The hash.</param>
/// <param name="LastValidHeight">Last block height it is valid at.</param>
/// <param name="Slot">Slot of its block.</param>
public readonly record struct ReportedBlockhash(Pubkey Hash, ulong LastValidHeight, ulong Slot);

/// <summary>
/// Blockhashes that one endpoint reported and that await a second one's word, so that an endpoint that makes them up is
/// not built on. A word for a hash is the same hash with the same height from another endpoint, or another's answer
/// that it is valid; that answer says nothing of the height, so it counts only if the height fits what the answering
/// endpoint reported last: a chain grows by one block a slot at most. A word against it is the answer that it is not
/// valid. A hash is agreed on with two words for it, its own included, and more for than against; an endpoint has one
/// word. What an endpoint says takes no other's place, so a liar cannot crowd out the others. An endpoint that says
/// nothing for <see cref="SilenceNs"/> has no vote: while all others are silent, a hash that fits the last one agreed
/// on by two is taken on one word (<see cref="TakenAlone"/>), so that a second endpoint that is down stops nothing.
/// Owner thread: the market group's. Bound: <see cref="KeptEach"/> newest of each of <see cref="SourceMax"/> endpoints:
/// at five blocks a second the time that a slow answer takes. 0 bytes allocated after construction.
/// </summary>
public sealed class BlockhashVoices
{
    /// <summary>Highest number of an endpoint; they begin at 1.</summary>
    public const int SourceMax = 31;

    /// <summary>Hashes kept of each endpoint.</summary>
    public const int KeptEach = 32;

    /// <summary>
    /// Time without a word after which an endpoint is silent, nanoseconds: many polls, and less than the 150 blocks
    /// that a hash lives for.
    /// </summary>
    public const long SilenceNs = 30_000_000_000;

    private readonly Voice[] _voices = new Voice[(SourceMax + 1) * KeptEach];
    private readonly int[] _next = new int[SourceMax + 1];
    private readonly ReportedBlockhash[] _newest = new ReportedBlockhash[SourceMax + 1];
    private readonly long[] _heardNs = new long[SourceMax + 1];
    private ReportedBlockhash _lastAgreed; // by two
    private long _nowNs;
    private int _sources;

    /// <summary>Hashes reported, once an endpoint.</summary>
    public long Told { get; private set; }

    /// <summary>Hashes agreed on by two.</summary>
    public long Agreed { get; private set; }

    /// <summary>Hashes taken on one word, while all other endpoints were silent.</summary>
    public long TakenAlone { get; private set; }

    /// <summary>Answers that a hash is not valid.</summary>
    public long Denials { get; private set; }

    /// <summary>
    /// Told hashes that cannot be together with another endpoint's newest: two of one slot, or heights that do not fit.
    /// </summary>
    public long Contradictions { get; private set; }

    /// <summary>Says when what comes next was received, nanoseconds of the feed's clock; it never goes back.</summary>
    public void AdvanceTo(long nowNs) => _nowNs = Math.Max(_nowNs, nowNs);

    /// <summary>Takes an endpoint's report; false if its number is none.</summary>
    public bool Tell(int source, in ReportedBlockhash told)
    {
        if (source is < 1 or > SourceMax) return false;
        if (told.Hash.IsZero || told.LastValidHeight == 0) return true; // cannot be, as the ring would say
        _heardNs[source] = _nowNs;
        foreach (ref readonly Voice own in Of(source))
        {
            if (own.Told == told) return true;
        }

        Told++;
        for (int other = 1; other <= _sources; other++)
        {
            ref readonly ReportedBlockhash newest = ref _newest[other];
            bool isOther = other != source && newest.LastValidHeight != 0;
            if (isOther && (!Fits(told, newest) || (told.Slot == newest.Slot && told.Hash != newest.Hash)))
                Contradictions++;
        }

        _newest[source] = told;
        Add(source, new Voice { Told = told, IsDone = IsDone(in told) });
        return true;
    }

    /// <summary>Takes an endpoint's answer whether a hash is valid; false if its number is none.</summary>
    public bool Judge(int source, in Pubkey hash, bool isValid)
    {
        if (source is < 1 or > SourceMax) return false;
        _heardNs[source] = _nowNs;
        if (!isValid) Denials++;
        Add(source, new Voice { Told = new ReportedBlockhash(hash, 0, 0), IsAgainst = !isValid });
        return true;
    }

    /// <summary>The next hash that is agreed on and was not handed out; false if there is none.</summary>
    public bool TryTakeAgreed(out ReportedBlockhash agreed)
    {
        for (int source = 1; source <= _sources; source++)
        {
            foreach (ref Voice voice in Of(source))
            {
                if (voice.IsDone || voice.Told.LastValidHeight == 0) continue;
                bool isAgreed = IsAgreed(voice.Told, out bool isDenied);
                if (!isAgreed && (isDenied || !IsAlone(source, in voice.Told))) continue;
                agreed = voice.Told;
                if (isAgreed) (Agreed, _lastAgreed) = (Agreed + 1, agreed);
                else TakenAlone++;
                Finish(in agreed);
                return true;
            }
        }

        agreed = default;
        return false;
    }

    /// <summary>Heights grow with slots, by one a slot at most.</summary>
    private static bool Fits(in ReportedBlockhash a, in ReportedBlockhash b)
    {
        (ReportedBlockhash late, ReportedBlockhash early) = a.Slot >= b.Slot ? (a, b) : (b, a);
        return late.LastValidHeight >= early.LastValidHeight
            && late.LastValidHeight - early.LastValidHeight <= late.Slot - early.Slot;
    }

    private Span<Voice> Of(int source) => _voices.AsSpan(source * KeptEach, KeptEach);

    private void Add(int source, Voice voice)
    {
        _sources = Math.Max(_sources, source);
        Of(source)[_next[source]] = voice;
        _next[source] = (_next[source] + 1) % KeptEach;
    }

    /// <summary>
    /// True if nobody else says anything, and the hash fits what two agreed on before: never the first one.
    /// </summary>
    private bool IsAlone(int source, in ReportedBlockhash told)
    {
        if (_lastAgreed.LastValidHeight == 0 || !Fits(told, _lastAgreed)) return false;
        for (int other = 1; other <= _sources; other++)
        {
            if (other != source && _nowNs - _heardNs[other] <= SilenceNs) return false;
        }

        return true;
    }

    private bool IsAgreed(in ReportedBlockhash told, out bool isDenied)
    {
        uint words = 0;
        uint against = 0;
        for (int source = 1; source <= _sources; source++)
        {
            foreach (ref readonly Voice voice in Of(source))
            {
                if (voice.Told.Hash != told.Hash) continue;
                bool isAnswer = voice.Told.LastValidHeight == 0;
                if (voice.IsAgainst) against |= 1U << source;
                else if (isAnswer ? IsVouchedFor(in told, source) : voice.Told == told) words |= 1U << source;
            }
        }

        words &= ~against;
        isDenied = against != 0;
        return BitOperations.PopCount(words) >= 2 && BitOperations.PopCount(words) > BitOperations.PopCount(against);
    }

    private bool IsVouchedFor(in ReportedBlockhash told, int source) =>
        _newest[source].LastValidHeight != 0 && Fits(in told, in _newest[source]);

    private bool IsDone(in ReportedBlockhash told)
    {
        foreach (ref readonly Voice voice in _voices.AsSpan())
        {
            if (voice.IsDone && voice.Told == told) return true;
        }

        return false;
    }

    private void Finish(in ReportedBlockhash agreed)
    {
        for (int source = 1; source <= _sources; source++)
        {
            foreach (ref Voice voice in Of(source)) voice.IsDone |= voice.Told == agreed;
        }
    }

    private struct Voice
    {
        /// <summary>What was reported; of an answer the hash alone.</summary>
        public ReportedBlockhash Told;

        public bool IsAgainst;

        public bool IsDone;
    }
}
