using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Numerics;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>
/// The bundled market with balances of any order of magnitude in its vaults, from a single unit to 2^62: what empties a
/// pool, or makes one side of it worth nothing, must not keep a thread busy for ever.
/// </summary>
public sealed partial class MagnitudeTests
{
    private const int BalanceOffset = 64; // of a token account's amount
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(23, 2)]
    [InlineData(25, 1)]
    [InlineData(71, 4)]
    public async Task Replay_VaultsOfAnyMagnitude_EndsWithOneHash(int seed, int oneIn)
    {
        using TestFolder folder = new();
        string path = folder.At("capture.jsonl");
        int changed = Change(path, seed, oneIn);
        Assert.True(changed > 50, $"{changed} balances changed");
        ReplayRun inline = await Replay(path, "inline");
        ReplayRun split = await Replay(path, "split");
        Assert.True(inline.Decisions.Count > 1000, $"only {inline.Decisions.Count} decisions");
        Assert.Equal(inline.Hash.Value, split.Hash.Value);
    }

    private static Task<ReplayRun> Replay(string path, string runner) =>
        Task.Run(() => Tool.Replay(null, path, "--runner", runner)).WaitAsync(Patience);

    /// <summary>Copies the capture with one in some balances replaced; how many were.</summary>
    private static int Change(string path, int seed, int oneIn)
    {
        Prng random = new((ulong)seed);
        int changed = 0;
        using FileStream file = File.OpenRead(TestFolder.MarketSmall);
        using StreamReader source = new(new GZipStream(file, CompressionMode.Decompress));
        using StreamWriter destination = new(path);
        while (source.ReadLine() is { } line)
        {
            destination.WriteLine(TokenAccount().Replace(line, match =>
            {
                if (random.NextInt32(oneIn) != 0) return match.Value;
                byte[] data = Convert.FromBase64String(match.Value);
                ulong balance = (1UL << random.NextInt32(63)) + (ulong)random.NextInt32(3);
                BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(BalanceOffset), balance);
                changed++;
                return Convert.ToBase64String(data);
            }));
        }

        return changed;
    }

    /// <summary>165 bytes in base64, inside the quoted message.</summary>
    [GeneratedRegex("(?<=\\\\\")[A-Za-z0-9+/]{220}(?=\\\\\",\\\\\"base64)")]
    private static partial Regex TokenAccount();
}
