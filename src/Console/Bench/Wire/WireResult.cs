using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace LowLatency.ConsoleHost.Bench.Wire;

/// <summary>A measurement from the socket to the signed transaction.</summary>
internal sealed record WireResult
{
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    public required string CreatedUtc { get; init; }

    public required string Build { get; init; }

    public required string Capture { get; init; }

    public required string Runner { get; init; }

    /// <summary>Which thread does the feed's work: connection (spinning), connection-wait or own.</summary>
    public required string Receive { get; init; }

    /// <summary>Library that signed.</summary>
    public required string Signer { get; init; }

    public required MachineBlock Machine { get; init; }

    /// <summary>Schedule of the sender.</summary>
    public required double MessagesPerSecond { get; init; }

    /// <summary>Notifications sent by the schedule, slots included.</summary>
    public required long Messages { get; init; }

    /// <summary>Account updates of these that came to the end of the engine.</summary>
    public required long Updates { get; init; }

    /// <summary>Of these, copies, stale ones and accounts of no pool.</summary>
    public required long Dropped { get; init; }

    /// <summary>Messages that the inbox or the event ring refused.</summary>
    public required long Refused { get; init; }

    /// <summary>Transactions signed.</summary>
    public required long Signed { get; init; }

    /// <summary>True if the last transaction's signature was verified against its message.</summary>
    public required bool IsVerified { get; init; }

    /// <summary>How late the sender itself was, nanoseconds: p50, p99, most; it is part of every figure.</summary>
    public required long[] SenderLateNs { get; init; }

    /// <summary>Managed bytes allocated by all threads of the receiving process while measuring.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>Collections per generation in the receiving process.</summary>
    public required int[] Collections { get; init; }

    public required long ResidentBytes { get; init; }

    /// <summary>Distributions by name.</summary>
    public required SortedDictionary<string, BenchTimes> Times { get; init; }

    public void WriteText(TextWriter output)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        Machine.Print(output);
        output.WriteLine($"build    {Build}");
        output.WriteLine($"capture  {Capture}, its first endpoint, {Runner}, receive {Receive}, signed by {Signer}");
        output.WriteLine();
        output.WriteLine(string.Create(
            c,
            $"wire: {Messages:N0} messages at {MessagesPerSecond:N0}/s from another process over a loopback socket"));
        output.WriteLine(string.Create(
            c, $"  {Updates:N0} account updates ({Dropped:N0} copies or of no pool), refused {Refused}, {Signed:N0} "
            + $"transactions signed, the last one {(IsVerified ? "verified" : "NOT VERIFIED")}"));
        output.WriteLine(string.Create(
            c, $"  allocated {AllocatedBytes} B in all threads, collections {string.Join('/', Collections)}, resident "
            + $"{ResidentBytes / 1_048_576.0:F0} MB"));
        output.WriteLine(string.Create(
            c, $"  the sender was late by p50 {SenderLateNs[0]} p99 {SenderLateNs[1]} max {SenderLateNs[2]} ns, "
            + $"which is inside every figure from the intended arrival"));
        output.WriteLine($"  {"ns",-46}{"count",8}{"p50",9}{"p90",9}{"p99",10}{"p99.9",10}{"p99.99",10}{"max",11}");
        foreach ((string name, BenchTimes t) in Times)
        {
            output.WriteLine(string.Create(
                c, $"  {name[2..],-46}{t.Count,8}{t.P50,9}{t.P90,9}{t.P99,10}{t.P999,10}{t.P9999,10}{t.Max,11}"));
        }
    }
}
