using System;
using System.Globalization;
using System.IO;
using System.Threading;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Synthetic;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>
/// A synthetic market as a capture file in the temporary folder, deleted with this object. It goes the whole way of
/// real data, through file, framer and decoder; its header marks it, so everything that comes of it is labelled.
/// </summary>
internal sealed class SyntheticSource : IDisposable
{
    private const int MaxPools = 32_768;
    private const int MaxSlots = 1_000_000;

    private SyntheticSource(string path, string name)
    {
        FilePath = path;
        Name = name;
    }

    /// <summary>The capture.</summary>
    public string FilePath { get; }

    /// <summary>What reports call it.</summary>
    public string Name { get; }

    /// <summary>Makes a market of <c>pools x slots</c>, for example 100x200.</summary>
    /// <exception cref="CommandException">The text is not of that form, or the file cannot be written.</exception>
    public static SyntheticSource Create(
        string text, ulong seed, bool hasEveryVaultVenue = false, CancellationToken cancellation = default)
    {
        string path = Path.Combine(Path.GetTempPath(), $"lowlatency-synthetic-{Guid.NewGuid():N}.llcap");
        return Create(text, seed, path, hasEveryVaultVenue, cancellation);
    }

    /// <summary>The same into a file, which is deleted only if this object is disposed of.</summary>
    /// <exception cref="CommandException">
    /// The text is not of that form, the file cannot be written, or it was cancelled: then there is no file.
    /// </exception>
    public static SyntheticSource Create(
        string text, ulong seed, string path, bool hasEveryVaultVenue = false, CancellationToken cancellation = default)
    {
        string[] parts = text.Split('x');
        int pools = 0;
        int slots = 0;
        if (parts.Length != 2 || !TryParse(parts[0], MaxPools, out pools) || !TryParse(parts[1], MaxSlots, out slots))
        {
            throw new CommandException(
                $"--synthetic {text}: give <pools>x<slots>, for example 100x200 (at most {MaxPools} pools)");
        }

        SyntheticMarketOptions options = new()
        {
            Seed = seed,
            PoolCount = pools,
            MintCount = Math.Max(2, pools / 3),
            HasEveryVaultVenue = hasEveryVaultVenue,
        };
        string name = string.Create(
            CultureInfo.InvariantCulture, $"a synthetic market ({pools} pools, {slots} slots, seed {seed})");
        SyntheticSource source = new(path, name);
        try
        {
            using CaptureWriter writer = CaptureWriter.Create(path, SyntheticCapture.HeaderOf(options));
            SyntheticCapture.Write(options, slots, writer, cancellation);
            if (!cancellation.IsCancellationRequested) return source;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            source.Dispose();
            throw new CommandException($"--synthetic: {path}: {fault.Message}", ExitCodes.CannotCreate);
        }

        source.Dispose();
        throw new CommandException($"--synthetic: ended before all {slots} slots were made", ExitCodes.Interrupted);
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(FilePath);

    private static bool TryParse(string text, int max, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= max;
}
