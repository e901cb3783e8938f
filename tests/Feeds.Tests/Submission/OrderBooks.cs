using System;
using System.Buffers.Binary;
using System.IO;
using System.Text.Json;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>
/// The order-book market account of each Raydium AMM v4 pool of the bundled market, from which the legacy swap takes
/// its further accounts. The capture does not have them; the addresses in them are those of pools.json.
/// Source: openbook-dex/program dex/src/state.rs, MarketState, behind 5 bytes of padding.
/// </summary>
internal static class OrderBooks
{
    public static readonly Pubkey UsdcMint = Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");

    private const int MarketBytes = 388;

    /// <summary>Hands the markets in before the capture begins, as a snapshot would.</summary>
    public static void Publish(EventPublisher publisher)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Repository.MarketSmall("pools.json")));
        foreach (JsonElement pool in file.RootElement.GetProperty("pools").EnumerateArray())
        {
            if (pool.GetProperty("venue").GetString() != "raydium_amm_v4") continue;
            if (publisher.TryClaim(MarketBytes, out Span<byte> data) != ClaimStatus.Ok)
                throw new InvalidOperationException("no room for a market account");
            Fill(pool, data[..MarketBytes]);
            publisher.Current.Kind = EventKind.AccountSnapshot;
            publisher.Current.Account = Key(pool, "market");
            publisher.Current.Owner = Key(pool, "market_program");
            publisher.Current.Lamports = 1_000_000_000;
            publisher.Publish(MarketBytes);
        }
    }

    private static void Fill(JsonElement pool, Span<byte> data)
    {
        data.Clear();
        "serum"u8.CopyTo(data);
        Key(pool, "market").CopyTo(data[13..]);
        BinaryPrimitives.WriteUInt64LittleEndian(data[45..], VaultSignerNonce(pool));
        Key(pool, "market_coin_vault").CopyTo(data[117..]);
        Key(pool, "market_pc_vault").CopyTo(data[165..]);
        Key(pool, "event_queue").CopyTo(data[253..]);
        Key(pool, "bids").CopyTo(data[285..]);
        Key(pool, "asks").CopyTo(data[317..]);
    }

    /// <summary>The first nonce that gives an address off the curve, as a market's creator chooses it.</summary>
    private static ulong VaultSignerNonce(JsonElement pool)
    {
        Span<byte> nonce = stackalloc byte[8];
        for (ulong i = 0; ; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(nonce, i);
            ProgramAddressSeeds seeds = default;
            seeds.Add(Key(pool, "market"));
            seeds.Add(nonce);
            if (seeds.Create(Key(pool, "market_program"), out _) == ProgramAddressStatus.Ok) return i;
        }
    }

    private static Pubkey Key(JsonElement pool, string name) => Pubkey.Parse(pool.GetProperty(name).GetString());
}
