using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Engine.Venues;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Replay;

namespace LowLatency.ConsoleHost.Replay;

/// <summary>
/// Before a run: the bundled market and a generated one go through engines of their own with the run's settings, until
/// the code of feeds, stages and venues is compiled to its last tier. The engines are thrown away; what the run begins
/// with is as if nothing had been. Nothing of it is journalled or sent.
/// </summary>
internal static class Rehearsal
{
    /// <summary>In a native build nothing is compiled; one pass brings in its code and libraries.</summary>
    private static readonly int Passes = RuntimeFeature.IsDynamicCodeCompiled ? 6 : 1;

    /// <summary>The optimising compiler begins 100 ms after the last new code; then it has this long.</summary>
    private static readonly int CompilerPauseMs = RuntimeFeature.IsDynamicCodeCompiled ? 250 : 0;

    /// <summary>What keeps warm while nothing arrives is rehearsed too, this long a play.</summary>
    private const int IdleMs = 20;

    /// <summary>A market of constant-product venues; the bundled one lacks PumpSwap and Token Swap.</summary>
    private const string Generated = "40x60";

    /// <summary>Rehearses; says each pass.</summary>
    public static void Run(PipelineSettings settings, string verb, TextWriter errors, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        bool isWatched = StandardWriter.IsWatched(errors);
        using SyntheticSource generated = SyntheticSource.Create(Generated, 1, hasEveryVaultVenue: true);
        HashSet<VenueId> venues = [];
        string[] captures = [BundledCapture.FilePath, generated.FilePath];
        long events = 0;
        for (int pass = 1; pass <= Passes && !cancellation.IsCancellationRequested; pass++)
        {
            if (isWatched)
                errors.Write($"\r{verb}: rehearsal {pass}/{Passes}, so that the first message meets compiled code");
            foreach (string capture in captures) events += Play(capture, settings, venues, cancellation);
            cancellation.WaitHandle.WaitOne(CompilerPauseMs);
        }

        // What was thrown away is given back before the run, not in the middle of it.
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        string told = string.Create(
            CultureInfo.InvariantCulture,
            $"{verb}: rehearsed {events:N0} events, messages on {venues.Count} venues"
            + $", in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s; the engine begins anew");
        errors.WriteLine(isWatched ? $"\r{told}{new string(' ', 30)}" : told);
    }

    private static long Play(
        string capture, PipelineSettings settings, HashSet<VenueId> venues, CancellationToken cancellation)
    {
        ReplayOptions options = new() { StampClock = SystemClock.Instance, Cancellation = cancellation };
        using ReplayFeed? feed = ReplayFeed.Open(capture, options, out CaptureFault? fault);
        if (feed is null) throw new CommandException($"rehearsal: {fault}", ExitCodes.BadData);
        CaptureSidecar sidecar = CaptureSidecar.ReadBeside(capture);
        MarketPipeline pipeline = new(settings with
        {
            Overflow = OverflowPolicy.Block,
            Threads = new ThreadPlacement(),
            Instructions = settings.Instructions with
            {
                Wallet = sidecar.Wallet,
                TokenAccounts = settings.Instructions.WrapSol
                    ? new Dictionary<Pubkey, Pubkey>()
                    : sidecar.TokenAccounts,
            },
        }, machine => [new VenueSink(machine, venues)]);
        pipeline.Start();
        _ = feed.Run(pipeline.Publisher, new ReplayClock());
        long waited = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(waited).TotalMilliseconds < IdleMs) pipeline.OnFeedSpin();
        pipeline.DrainAndStop();
        if (pipeline.Fatal.Fault is { } fatal)
            throw new CommandException($"rehearsal: halted in {fatal.Where}: {fatal.Cause.Message}", ExitCodes.Error);
        return pipeline.Sinks.Events;
    }

    /// <summary>Notes the venues of routes that were quoted and written as messages. Thread: the sinks'.</summary>
    private sealed class VenueSink(MarketPipeline pipeline, HashSet<VenueId> venues) : IDecisionSink
    {
        public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
        {
            if (message.IsEmpty) return;
            for (int i = 0; i < decision.LegCount; i++)
                venues.Add(pipeline.Graph.Market.Pool(decision.Legs[i].PoolId).Venue);
        }
    }
}
