using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Compute units of one swap by venue, token programs, formula and ticks or bins crossed, learned from simulated and
/// landed transactions. Until a cell has seen enough swaps the fixed estimate of <see cref="SwapWork.FixedUnits"/>
/// holds. Learned is an upper bound, not the mean: a limit that is too low loses the transaction, one that is too high
/// costs a few lamports. The bound is the largest of the last 256 to 512 swaps, plus eight times their spread divided
/// by their number: of few swaps the largest says little about the next one. Steps beyond the crossings (adaptive fees,
/// iterations) cost what the fixed estimate says; a cell holds the rest. The mean is kept beside it for people.
/// Owner: the scoring thread; feed it there. Bound: 16 venues times 8 classes times 16 cells, allocated once.
/// </summary>
public sealed class ComputeUnitTable
{
    /// <summary>Cells a venue and class: 0 to 14 crossings each have their own, more share the last.</summary>
    public const int Cells = 16;

    /// <summary>Swaps a cell must have seen before it is believed.</summary>
    public const int MinimumSamples = 8;

    /// <summary>Swaps of one window; the bound covers the window that runs and the one before.</summary>
    public const int WindowSamples = 256;

    private const int Classes = 8;
    private const int Venues = 16;

    // Of n swaps from one distribution the next exceeds the largest with probability 1 / (n + 1). Where they are spread
    // evenly, (1 + 8 / n) times the spread covers all; where rarely high, it is what the cell knows of the rarity.
    private const int SpreadFactor = 8;

    // Weight 1/8 for the newest sample of the mean.
    private const int MeanShift = 3;

    private readonly Cell[] _cells = new Cell[Venues * Classes * Cells];

    /// <summary>Swaps learned from.</summary>
    public long Samples { get; private set; }

    /// <summary>
    /// Takes the units one swap consumed, for example from the program's line in the simulation's logs.
    /// </summary>
    public void OnSwap(in SwapWork work, uint unitsConsumed)
    {
        if (unitsConsumed is 0 or > NetworkFees.MaxComputeUnits || !IsKnown(work)) return;
        uint beyond = Beyond(work);
        Add(ref CellOf(work), unitsConsumed > beyond ? unitsConsumed - beyond : 1);
    }

    /// <summary>
    /// Takes the units a whole route consumed where the legs' own are not known: each leg gets the share that its
    /// present estimate has in the sum. <paramref name="fixedUnits"/> are those of the instructions that are no swaps.
    /// </summary>
    public void OnRoute(ReadOnlySpan<SwapWork> legs, uint fixedUnits, uint unitsConsumed)
    {
        Span<uint> share = stackalloc uint[16];
        if (legs.Length > share.Length || unitsConsumed <= fixedUnits) return;
        ulong sum = 0;
        foreach (ref readonly SwapWork leg in legs) sum += Estimate(leg);
        if (sum == 0) return;
        ulong swaps = unitsConsumed - fixedUnits;
        for (int i = 0; i < legs.Length; i++)
            share[i] = (uint)(((UInt128)swaps * Estimate(legs[i]) + sum - 1) / sum);
        for (int i = 0; i < legs.Length; i++) OnSwap(legs[i], share[i]);
    }

    /// <summary>
    /// A swap ran out of units: the estimate that was used is too low by an unknown amount, so it rises by a quarter
    /// and is believed at once.
    /// </summary>
    public void OnExhausted(in SwapWork work)
    {
        if (!IsKnown(work)) return;
        uint estimate = Estimate(work);
        uint raised = Math.Min(estimate + (estimate / 4), NetworkFees.MaxComputeUnits);
        uint beyond = Beyond(work);
        uint units = raised > beyond ? raised - beyond : 1;
        ref Cell cell = ref CellOf(work);
        Add(ref cell, units);
        cell.Minimum = Math.Max(cell.Minimum, units); // its cheap swaps no longer speak for its spread
        cell.Count = Math.Max(cell.Count, MinimumSamples);
    }

    /// <summary>Units to allow for one swap: learned where enough was seen, else fixed.</summary>
    public uint Estimate(in SwapWork work) => Estimate(work, out _);

    /// <summary>As the other; also says whether the units were learned.</summary>
    public uint Estimate(in SwapWork work, out bool isLearned)
    {
        isLearned = false;
        if (!IsKnown(work)) return work.FixedUnits();
        ref readonly Cell cell = ref CellOf(work);
        isLearned = cell.Count >= MinimumSamples;
        uint units = isLearned ? cell.Bound() + Beyond(work) : work.FixedUnits();
        return Math.Min(units, NetworkFees.MaxComputeUnits);
    }

    /// <summary>
    /// What a cell has seen, less the extra steps: swaps of the two windows, the largest of them, mean.
    /// </summary>
    public (int Count, uint Maximum, uint Mean) Learned(in SwapWork work)
    {
        if (!IsKnown(work)) return default;
        ref readonly Cell cell = ref CellOf(work);
        return (cell.Count, Math.Max(cell.Maximum, cell.MaximumBefore), cell.Mean);
    }

    private void Add(ref Cell cell, uint units)
    {
        if (cell.InWindow == WindowSamples)
        {
            (cell.MaximumBefore, cell.MinimumBefore) = (cell.Maximum, cell.Minimum);
            (cell.Maximum, cell.Minimum, cell.InWindow) = (0, 0, 0);
        }

        if (cell.Count == 0) cell.Mean = units;
        cell.Minimum = cell.InWindow == 0 ? units : Math.Min(cell.Minimum, units);
        cell.Maximum = Math.Max(cell.Maximum, units);
        cell.InWindow++;
        cell.Count = Math.Min(cell.Count + 1, 2 * WindowSamples);
        cell.Mean = (uint)(cell.Mean + (((long)units - cell.Mean) >> MeanShift));
        Samples++;
    }

    private static bool IsKnown(in SwapWork work) => (byte)work.Venue < Venues && (byte)work.Class < Classes;

    /// <summary>
    /// The last cell stands for every larger number too; it holds swaps as if they had crossed its own number. What the
    /// rest costs, and what the extra steps cost, is the fixed estimate's.
    /// </summary>
    private static uint Beyond(in SwapWork work)
    {
        int own = Math.Min(Math.Max(work.Crossed, 0), Cells - 1);
        return work.VariableUnits(work.Crossed) - (work with { ExtraSteps = 0 }).VariableUnits(own);
    }

    private ref Cell CellOf(in SwapWork work)
    {
        int row = ((byte)work.Venue * Classes) + (byte)work.Class;
        return ref _cells[(row * Cells) + Math.Clamp(work.Crossed, 0, Cells - 1)];
    }

    private struct Cell
    {
        public int Count;
        public int InWindow;
        public uint Maximum;
        public uint Minimum;
        public uint MaximumBefore;
        public uint MinimumBefore;
        public uint Mean;

        public readonly uint Bound()
        {
            uint largest = Math.Max(Maximum, MaximumBefore);
            uint least = MinimumBefore == 0 ? Minimum : Math.Min(Minimum, MinimumBefore);
            return largest + (uint)((ulong)(largest - least) * SpreadFactor / (ulong)Count);
        }
    }
}
