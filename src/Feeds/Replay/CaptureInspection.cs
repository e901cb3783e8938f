using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Time;
using LowLatency.Feeds.Capture;
using LowLatency.Feeds.Dispatch;

namespace LowLatency.Feeds.Replay;

/// <summary>What is in a capture, for the verb <c>inspect</c>.</summary>
public sealed class CaptureSummary
{
    /// <summary>File.</summary>
    public required string FilePath { get; init; }

    /// <summary>Header of a binary capture; null for JSON lines.</summary>
    public required CaptureHeader? Header { get; init; }

    /// <summary>Frames, messages by kind and cause, endpoints, times, fault.</summary>
    public required FeedStatistics Statistics { get; init; }

    /// <summary>Offset behind the last good frame in the uncompressed file.</summary>
    public required long GoodBytes { get; init; }

    /// <summary>Lowest slot of an event; 0 if none.</summary>
    public required ulong FirstSlot { get; init; }

    /// <summary>Highest slot of an event; 0 if none.</summary>
    public required ulong LastSlot { get; init; }

    /// <summary>Accounts seen.</summary>
    public required int DistinctAccounts { get; init; }

    /// <summary>Accounts seen by the program that owned them last; absent ones under the System program.</summary>
    public required IReadOnlyDictionary<Pubkey, int> AccountsByOwner { get; init; }

    /// <summary>Bytes of account data.</summary>
    public required long AccountBytes { get; init; }

    /// <summary>True if the whole file is good.</summary>
    public bool IsIntact => Statistics.Fault is null;
}

/// <summary>Reads a whole capture through the real decoder and sums it up.</summary>
public static class CaptureInspection
{
    /// <summary>
    /// Inspects a file; null and a fault if it cannot be opened. A fault further in is part of the summary.
    /// </summary>
    public static CaptureSummary? Run(string path, ReplayOptions options, out CaptureFault? fault)
    {
        using ReplayFeed? feed = ReplayFeed.Open(path, options, out fault);
        if (feed is null) return null;
        SummingPublisher sums = new();
        _ = feed.Run(sums, new ReplayClock());
        Dictionary<Pubkey, int> owners = [];
        foreach (Pubkey owner in sums.Owners.Values) owners[owner] = owners.GetValueOrDefault(owner) + 1;
        return new CaptureSummary
        {
            FilePath = path,
            Header = feed.Header,
            Statistics = feed.GetStatistics(),
            GoodBytes = feed.GoodBytes,
            FirstSlot = sums.FirstSlot == ulong.MaxValue ? 0 : sums.FirstSlot,
            LastSlot = sums.LastSlot,
            DistinctAccounts = sums.Owners.Count,
            AccountsByOwner = owners,
            AccountBytes = sums.AccountBytes,
        };
    }

    private sealed class SummingPublisher : EventPublisher
    {
        private byte[] _payload = new byte[1 << 16];
        private MarketEvent _entry;

        public Dictionary<Pubkey, Pubkey> Owners { get; } = [];

        public ulong FirstSlot { get; private set; } = ulong.MaxValue;

        public ulong LastSlot { get; private set; }

        public long AccountBytes { get; private set; }

        public override ref MarketEvent Current => ref _entry;

        public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload)
        {
            if (_payload.Length < payloadCapacityBytes) _payload = new byte[payloadCapacityBytes];
            _entry = default;
            payload = _payload.AsSpan(0, payloadCapacityBytes);
            return ClaimStatus.Ok;
        }

        public override void Publish(int payloadLengthBytes)
        {
            if (_entry.Kind is EventKind.FeedOpen or EventKind.FeedClose or EventKind.EndOfFeed) return;
            if (_entry.Slot != 0) FirstSlot = Math.Min(FirstSlot, _entry.Slot);
            LastSlot = Math.Max(LastSlot, _entry.Slot);
            if (_entry.Kind is not (EventKind.Account or EventKind.AccountSnapshot)) return;
            Owners[_entry.Account] = _entry.Owner;
            AccountBytes += payloadLengthBytes;
        }

        public override void Abandon()
        {
        }
    }
}
