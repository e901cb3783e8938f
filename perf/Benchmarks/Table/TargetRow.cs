namespace LowLatency.Benchmarks.Table;

/// <summary>One line of the table: what is measured, what it should be, and where the figure comes from.</summary>
/// <param name="Work">What is measured.</param>
/// <param name="Limit">Target; 0 if there is none.</param>
/// <param name="Unit"><c>ns</c>, <c>x</c>, <c>M/s</c>, <c>/s</c> or <c>B</c>; in rates more is better.</param>
/// <param name="Peer">What others reach, as measured on 2026-11-20 on a machine of the same kind; empty if not
/// known.</param>
/// <param name="Source">
/// <c>micro:case</c>, <c>micro:case|other case</c> (ratio; a row of a rate takes operations a second),
/// <c>ring:line</c>, <c>ringprobe:line</c> (ratio to the probe), <c>bench:load/outcome/percentile</c>,
/// <c>bench:load/rate</c>, <c>bench:load/bytes</c>, <c>wire:time/percentile</c>, <c>wire:bytes</c>; or
/// <c>missing:why</c>.
/// </param>
/// <param name="Divisor">Operations in what the source counts as one.</param>
/// <param name="Beside">Peers that <c>perf/Peers/run.sh peers</c> or the ring's program ran in the same run, as
/// <see cref="RunLines.Peers"/> takes them.</param>
internal sealed record TargetRow(
    string Work, double Limit, string Unit, string Peer, string Source, double Divisor = 1, string Beside = "")
{
    /// <summary>True if a higher figure is the better one.</summary>
    internal bool IsRate => Unit.EndsWith("/s", System.StringComparison.Ordinal);

    /// <summary>Why there is no figure; null if there is one.</summary>
    internal string? Missing => Source.StartsWith("missing:", System.StringComparison.Ordinal) ? Source[8..] : null;
}
