using System;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// Compute units of one swap by venue and ticks or bins crossed, learned from simulated and landed transactions.
/// Until a cell has seen enough swaps the fixed estimate of <see cref="FeeModel.ComputeUnits"/> holds. Learned is a
/// slowly falling maximum, not the mean: a limit that is too low loses the transaction, one that is too high costs a
/// few lamports. The mean is kept beside it for people.
/// Owner: the scoring thread; feed it there. Bound: 256 venues times 16 cells, allocated once.
/// </summary>
public sealed class ComputeUnitTable
{
    /// <summary>Cells a venue: 0 to 14 crossings each have their own, more share the last.</summary>
    public const int Cells = 16;

    /// <summary>Swaps a cell must have seen before it is believed.</summary>
    public const int MinimumSamples = 8;

    // A smaller sample takes 1/64 of the difference off the maximum: a costly swap is remembered for some 64 swaps.
    private const int FallShift = 6;

    // Weight 1/8 for the newest sample of the mean.
    private const int MeanShift = 3;

    private readonly Cell[] _cells = new Cell[256 * Cells];

    /// <summary>Swaps learned from.</summary>
    public long Samples { get; private set; }

    /// <summary>
    /// Takes the units one swap consumed, for example from the program's line in the simulation's logs.
    /// </summary>
    public void OnSwap(VenueId venue, int crossed, uint unitsConsumed)
    {
        if (unitsConsumed is 0 or > FeeModel.MaxComputeUnits) return;
        uint beyond = Beyond(venue, crossed);
        unitsConsumed = unitsConsumed > beyond ? unitsConsumed - beyond : 1;
        ref Cell cell = ref CellOf(venue, crossed);
        if (cell.Count == 0)
        {
            cell.Maximum = unitsConsumed;
            cell.Mean = unitsConsumed;
        }

        if (unitsConsumed >= cell.Maximum) cell.Maximum = unitsConsumed;
        else cell.Maximum -= (cell.Maximum - unitsConsumed) >> FallShift;
        long difference = (long)unitsConsumed - cell.Mean;
        cell.Mean = (uint)(cell.Mean + (difference >> MeanShift));
        if (cell.Count < int.MaxValue) cell.Count++;
        Samples++;
    }

    /// <summary>
    /// Takes the units a whole route consumed where the legs' own are not known: each leg gets the share that its
    /// present estimate has in the sum. <paramref name="fixedUnits"/> are those of the instructions that are no swaps.
    /// </summary>
    public void OnRoute(
        ReadOnlySpan<VenueId> venues, ReadOnlySpan<int> crossed, uint fixedUnits, uint unitsConsumed)
    {
        if (venues.Length != crossed.Length || unitsConsumed <= fixedUnits) return;
        ulong sum = 0;
        for (int i = 0; i < venues.Length; i++) sum += Estimate(venues[i], crossed[i]);
        if (sum == 0) return;
        ulong swaps = unitsConsumed - fixedUnits;
        Span<uint> share = stackalloc uint[16];
        if (venues.Length > share.Length) return;
        for (int i = 0; i < venues.Length; i++)
            share[i] = (uint)(((UInt128)swaps * Estimate(venues[i], crossed[i]) + sum - 1) / sum);
        for (int i = 0; i < venues.Length; i++) OnSwap(venues[i], crossed[i], share[i]);
    }

    /// <summary>
    /// A swap ran out of units: the estimate that was used is too low by an unknown amount, so it rises by a quarter
    /// and is believed at once.
    /// </summary>
    public void OnExhausted(VenueId venue, int crossed)
    {
        uint estimate = Estimate(venue, crossed);
        ref Cell cell = ref CellOf(venue, crossed);
        uint raised = Math.Min(estimate + (estimate / 4), FeeModel.MaxComputeUnits);
        uint beyond = Beyond(venue, crossed);
        cell.Maximum = raised > beyond ? raised - beyond : 1;
        if (cell.Mean == 0) cell.Mean = cell.Maximum;
        cell.Count = Math.Max(cell.Count, MinimumSamples);
        Samples++;
    }

    /// <summary>Units to allow for one swap: learned where enough was seen, else fixed.</summary>
    public uint Estimate(VenueId venue, int crossed)
    {
        ref readonly Cell cell = ref CellOf(venue, crossed);
        bool isLearned = cell.Count >= MinimumSamples;
        uint units = isLearned ? cell.Maximum + Beyond(venue, crossed) : FeeModel.ComputeUnits(venue, crossed);
        return Math.Min(units, FeeModel.MaxComputeUnits);
    }

    /// <summary>What a cell has seen: swaps, falling maximum, mean.</summary>
    public (int Count, uint Maximum, uint Mean) Learned(VenueId venue, int crossed)
    {
        ref readonly Cell cell = ref CellOf(venue, crossed);
        return (cell.Count, cell.Maximum, cell.Mean);
    }

    /// <summary>
    /// The last cell stands for every larger number too; it holds swaps as if they had crossed its own number, and this
    /// is what the fixed estimate says the rest costs.
    /// </summary>
    private static uint Beyond(VenueId venue, int crossed) => crossed < Cells
        ? 0
        : FeeModel.ComputeUnits(venue, crossed) - FeeModel.ComputeUnits(venue, Cells - 1);

    private ref Cell CellOf(VenueId venue, int crossed) =>
        ref _cells[((byte)venue * Cells) + Math.Clamp(crossed, 0, Cells - 1)];

    private struct Cell
    {
        public int Count;
        public uint Maximum;
        public uint Mean;
    }
}
