using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Sinks;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>What the table of opportunities is sorted by.</summary>
internal enum DecisionSort : byte
{
    Newest = 0,
    NetProfit,
    Size,
    Age,
    Latency,
    Reason,
    ExpectedValue,
    Odds,
    Costs,
    Life,
    Route,
}

/// <summary>How the table is looked at; survives a restart of the run.</summary>
internal sealed class DecisionViewSettings
{
    public DecisionSort Sort { get; set; }

    public bool IsReversed { get; set; }

    /// <summary>Words that must all occur in a row; empty = every row.</summary>
    public string Filter { get; set; } = string.Empty;

    /// <summary>True if new decisions are kept out, so that the rows stand still.</summary>
    public bool IsFrozen { get; set; }
}

/// <summary>
/// The newest decisions in the order in which they are shown. A row is its number; what is in it is read from the
/// published ring when it is looked at, so it is kept once, and only while the rows stand still in a copy here. Bound:
/// as many as <see cref="RecentDecisions"/> keeps. Owner: the console's thread. Allocates nothing after construction.
/// </summary>
internal sealed class DecisionStore
{
    private const int Capacity = RecentDecisions.Capacity;

    private readonly (long Sequence, int Ordinal)[] _ids = new (long, int)[Capacity]; // by row
    private readonly long[] _keys = new long[Capacity]; // by row: what the table is sorted by, ascending
    private readonly Opportunity[] _still = new Opportunity[Capacity]; // PERF: pages take memory once written, if ever
    private readonly LifeMark[] _lives = new LifeMark[Capacity]; // by row; label None while not known
    private readonly LifeRecord[] _stillLives = new LifeRecord[Capacity]; // PERF: as above
    private readonly CycleRows _cycles = new(Capacity);
    private readonly int[] _order = new int[Capacity];
    private readonly Comparison<int> _compare;
    private readonly DecisionMatcher _matcher = new();
    private RecentDecisions? _source;
    private NumberedDecision _read;
    private bool _isStill;
    private long _next;
    private long _nextLife;
    private int _namesCount;
    private PoolNames _names = new();
    private int _count;
    private bool _isDirty = true;

    public DecisionStore() => _compare = Compare;

    public DecisionViewSettings Settings { get; init; } = new();

    /// <summary>Decisions published so far.</summary>
    public long Published { get; private set; }

    /// <summary>Decisions that were gone before they were looked at.</summary>
    public long Missed { get; private set; }

    /// <summary>Decisions held, whatever the filter.</summary>
    public int Held => _cycles.UsedCount;

    /// <summary>Rows shown.</summary>
    public int Count => Ordered.Length;

    /// <summary>
    /// Row by its place in the table, until the next one is asked for. Without legs if it went by since
    /// <see cref="Refresh"/>.
    /// </summary>
    public ref readonly Opportunity this[int place] => ref Read(Ordered[place]);

    /// <summary>How the cycle of the decision at a place ended; label None if that is not known.</summary>
    public ref readonly LifeMark LifeAt(int place) => ref _lives[Ordered[place]];

    /// <summary>
    /// How a held decision's cycle ended; null if it has not, is not known, or went by since with the thousands of
    /// lives that ended after it.
    /// </summary>
    public LifeRecord? LifeOf(long sequence, int ordinal)
    {
        int row = RowOf(sequence, ordinal);
        if (row < 0 || _lives[row].Label == LifeLabel.None) return null;
        LifeRecord life = _isStill ? _stillLives[row] : ReadLife(row);
        return life.Label != LifeLabel.None ? life : null;
    }

    /// <summary>Says that sort or filter changed.</summary>
    public void Invalidate() => _isDirty = true;

    /// <summary>Takes in what is new.</summary>
    public void Refresh(RecentDecisions source, PoolNames names)
    {
        long lives = source.LifeCount; // before the decisions: a life comes after all of its own
        _source = source;
        Published = source.Count;
        if (Settings.IsFrozen != _isStill) Freeze(Settings.IsFrozen);
        if (!_isStill)
        {
            if (Published - _next > Capacity)
            {
                Missed += Published - Capacity - _next;
                _next = Published - Capacity;
            }

            for (; _next < Published; _next++)
            {
                if (source.TryRead(_next, out _read)) Take(in _read.Decision);
                else Miss();
                _isDirty = true;
            }

            TakeLives(source, lives);
        }

        if (names.Count != _namesCount) _isDirty = true; // a filter by name may match more now
        _namesCount = names.Count;
        _names = names;
    }

    /// <summary>The held decision with an id; false if it is not held.</summary>
    public bool TryFind(long sequence, int ordinal, out Opportunity decision)
    {
        int row = RowOf(sequence, ordinal);
        decision = row < 0 ? default : Read(row);
        return decision.LegCount != 0;
    }

    /// <summary>Place of a decision in the table; -1 if it is not shown.</summary>
    public int PlaceOf(long sequence, int ordinal)
    {
        ReadOnlySpan<int> ordered = Ordered;
        for (int place = 0; place < ordered.Length; place++)
        {
            if (_ids[ordered[place]] == (sequence, ordinal)) return place;
        }

        return -1;
    }

    /// <summary>Rows in the order of the table, put there when it is looked at: a hidden table costs nothing.</summary>
    private ReadOnlySpan<int> Ordered
    {
        get
        {
            if (_isDirty) Order();
            return _order.AsSpan(0, _count);
        }
    }

    private int RowOf(long sequence, int ordinal)
    {
        for (int i = 0; i < Capacity; i++)
        {
            if (_cycles.IsUsed(i) && _ids[i] == (sequence, ordinal)) return i;
        }

        return -1;
    }

    /// <summary>Number of the decision in a row: the newest of those that come to stand there.</summary>
    private long NumberOf(int row) => _next - 1 - ((_next - 1 - row) % Capacity);

    private ref readonly Opportunity Read(int row)
    {
        if (_isStill) return ref _still[row];
        if (_source!.TryRead(NumberOf(row), out _read)) return ref _read.Decision;
        _read = default; // it was another one
        (_read.Decision.Sequence, _read.Decision.Ordinal) = _ids[row];
        return ref _read.Decision;
    }

    private LifeRecord ReadLife(int row) =>
        _source!.TryReadLife(_lives[row].Number, out NumberedLife ended) ? ended.Life : default;

    /// <summary>Copies what is held, or goes back to the ring.</summary>
    private void Freeze(bool isStill)
    {
        for (int row = 0; isStill && row < Capacity; row++)
        {
            if (!_cycles.IsUsed(row)) continue;
            _still[row] = Read(row);
            _stillLives[row] = _lives[row].Label != LifeLabel.None ? ReadLife(row) : default;
        }

        _isStill = isStill;
        _isDirty = true;
    }

    /// <summary>A decision was gone before it was read: its row is empty, not the old decision's.</summary>
    private void Miss()
    {
        Missed++;
        _cycles.Clear((int)(_next % Capacity));
    }

    private void Take(in Opportunity decision)
    {
        int row = (int)(_next % Capacity);
        _cycles.Set(row, in decision);
        _ids[row] = (decision.Sequence, decision.Ordinal);
        _lives[row] = default;
    }

    private void TakeLives(RecentDecisions source, long until)
    {
        _nextLife = Math.Max(_nextLife, until - Capacity);
        for (; _nextLife < until; _nextLife++)
        {
            if (!source.TryReadLife(_nextLife, out NumberedLife ended)) continue;
            for (int row = _cycles.First(ended.Life.CycleKey); row >= 0; row = _cycles.Next(row))
            {
                long sequence = _ids[row].Sequence;
                if (sequence < ended.Life.Sequence || sequence > ended.Life.EndSequence) continue;
                _lives[row] = new LifeMark(_nextLife, ended.Life.SpanSlots, ended.Life.Label);
                _isDirty = true;
            }
        }
    }

    private void Order()
    {
        _isDirty = false;
        _count = 0;
        bool all = Settings.Filter.Length == 0;
        bool areNewest = Settings.Sort == DecisionSort.Newest;
        if (!all) _matcher.Prepare(Settings.Filter);
        for (long n = _next - 1; n >= Math.Max(0, _next - Capacity); n--)
        {
            int row = (int)(n % Capacity);
            if (!_cycles.IsUsed(row)) continue;
            if (!all || !areNewest)
            {
                ref readonly Opportunity decision = ref Read(row);
                if (!all && !_matcher.Matches(in decision, _lives[row].Label, _names)) continue;
                _keys[row] = KeyOf(in decision);
            }

            _order[_count++] = row;
        }

        // PERF: newest first is how they came, but for the ordinals of an event; sorting 8,192 rows is a millisecond.
        if (areNewest && !Settings.IsReversed) TurnEvents();
        else _order.AsSpan(0, _count).Sort(_compare);
    }

    /// <summary>Turns the rows of each event around: its first decision stands first.</summary>
    private void TurnEvents()
    {
        for (int first = 0; first < _count;)
        {
            long sequence = _ids[_order[first]].Sequence;
            int end = first + 1;
            while (end < _count && _ids[_order[end]].Sequence == sequence) end++;
            _order.AsSpan(first, end - first).Reverse();
            first = end;
        }
    }

    /// <summary>What the transaction costs, lamports.</summary>
    public static long CostsOf(in Opportunity decision) =>
        (long)(decision.SignatureFeeLamports + decision.PriorityFeeLamports + decision.TipLamports);

    /// <summary>A number that is smaller the further up a row belongs; ~ turns an order around.</summary>
    private long KeyOf(in Opportunity decision) => Settings.Sort switch
    {
        DecisionSort.NetProfit => ~decision.NetProfitLamports,
        DecisionSort.Size => ~InOrder(decision.AmountInRaw),
        DecisionSort.Age => ~(long)decision.StateAgeSlotsMax,
        DecisionSort.Latency => ~decision.DecisionLatencyNs,
        DecisionSort.ExpectedValue => ~decision.ExpectedValueLamports,
        DecisionSort.Reason => (long)decision.Reason,
        DecisionSort.Odds => ~(long)decision.LandingPpm,
        DecisionSort.Costs => ~CostsOf(in decision),
        DecisionSort.Route => InOrder(decision.RouteDigest), // the same route stands together
        _ => 0,
    };

    /// <summary>A signed number of the same order.</summary>
    private static long InOrder(ulong value) => (long)(value ^ (1UL << 63));

    /// <summary>Longest life first, then by how it ended; those that have not ended last.</summary>
    private static int CompareLives(in LifeMark a, in LifeMark b)
    {
        bool hasA = a.Label != LifeLabel.None;
        bool hasB = b.Label != LifeLabel.None;
        if (hasA != hasB) return hasA ? -1 : 1;
        int by = b.SpanSlots.CompareTo(a.SpanSlots);
        return by != 0 ? by : a.Label.CompareTo(b.Label);
    }

    private int Compare(int left, int right)
    {
        int by = Settings.Sort switch
        {
            DecisionSort.Newest => 0,
            DecisionSort.Life => CompareLives(in _lives[left], in _lives[right]),
            _ => _keys[left].CompareTo(_keys[right]),
        };
        if (by == 0)
        {
            by = _ids[right].Sequence.CompareTo(_ids[left].Sequence);
            if (by == 0) by = _ids[left].Ordinal.CompareTo(_ids[right].Ordinal);
        }

        return Settings.IsReversed ? -by : by;
    }
}
