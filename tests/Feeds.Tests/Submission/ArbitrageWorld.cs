using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>
/// The accounts of a decision's transaction: those the feed showed, and those that no quote depends on (vaults of
/// programs that keep the price in the pool, price histories), which are made up with the right owner and enough of
/// everything. Also the signed transaction and the balances it must leave.
/// </summary>
internal sealed class ArbitrageWorld
{
    private const ulong Plenty = 1_000_000_000_000_000_000;
    private const ulong TokenAccountRent = 2_039_280; // Source: rent of 165 bytes at the default rate
    private const int DlmmOracleBytes = 32 + (100 * 32);
    private const int CpmmObservationBytes = 4_075;
    // The program of April 2024, which wrote this market: initialized bool, pool, 1,000 observations of 52 bytes.
    private const int ClmmObservationBytes = 52_121;

    private readonly Dictionary<Pubkey, Made> _made = [];
    private readonly Dictionary<Pubkey, Made> _mints = [];

    /// <summary>Reads the pools' accounts and makes the missing ones for a wallet.</summary>
    public ArbitrageWorld(in Pubkey wallet)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Repository.MarketSmall("pools.json")));
        foreach (JsonElement pool in file.RootElement.GetProperty("pools").EnumerateArray()) AddPool(pool);
        foreach (JsonProperty mint in file.RootElement.GetProperty("mints").EnumerateObject())
        {
            Pubkey key = Pubkey.Parse(mint.Value.GetProperty("mint").GetString());
            Pubkey program = Pubkey.Parse(mint.Value.GetProperty("token_program").GetString());
            if (key != ProgramIds.WrappedSolMint) // the VM has its own
                _mints[key] = Mint(program, mint.Value.GetProperty("decimals").GetByte());
            if (!AssociatedTokenAddress.TryFind(wallet, key, program, out Pubkey account, out _)) continue;
            _made[account] = TokenAccount(key, wallet, program);
            WalletAccounts[key] = account;
        }

        foreach (Pubkey tip in TipAccounts.All) _made[tip] = new Made(Plenty / 1000, ProgramIds.System, []);
        _made[wallet] = new Made(Plenty / 1000, ProgramIds.System, []);
    }

    /// <summary>The wallet's token accounts by mint.</summary>
    public Dictionary<Pubkey, Pubkey> WalletAccounts { get; } = [];

    /// <summary>Accounts at the end of the capture, for those a decision came before the first sight of.</summary>
    public IReadOnlyDictionary<Pubkey, SeenAccount> ShownLater { get; init; } =
        new Dictionary<Pubkey, SeenAccount>();

    /// <summary>Programs of the pools.</summary>
    public HashSet<Pubkey> Programs { get; } = [];

    /// <summary>The account as the feed showed it, or made up; null if it need not or must not exist.</summary>
    public (ulong Lamports, Pubkey Owner, byte[] Data)? Find(TakenDecision taken, in Pubkey key)
    {
        if (_made.TryGetValue(key, out Made? made)) return (made.Lamports, made.Owner, made.Data);
        if (taken.Accounts.TryGetValue(key, out SeenAccount? seen) && seen.Lamports != 0)
            return (seen.Lamports, seen.Owner, seen.Data);
        if (seen is null && ShownLater.TryGetValue(key, out seen) && seen.Lamports != 0)
            return (seen.Lamports, seen.Owner, seen.Data); // no quote depends on it; it follows in the first snapshot
        return _mints.TryGetValue(key, out made) ? (made.Lamports, made.Owner, made.Data) : null;
    }

    /// <summary>The mint a decision's cycle starts and ends with.</summary>
    public static Pubkey StartMint(TakenDecision taken) =>
        taken.Decision.Legs[0].Direction == 0 ? taken.Pools[0].MintA : taken.Pools[0].MintB;

    /// <summary>What the wallet's balance of each mint must change by: exactly what was predicted.</summary>
    public static Dictionary<Pubkey, Int128> Changes(TakenDecision taken)
    {
        Dictionary<Pubkey, Int128> changes = [];
        for (int i = 0; i < taken.Decision.LegCount; i++)
        {
            Leg leg = taken.Decision.Legs[i];
            PoolDescription pool = taken.Pools[i];
            (Pubkey input, Pubkey output) = leg.Direction == 0 ? (pool.MintA, pool.MintB) : (pool.MintB, pool.MintA);
            changes[input] = changes.GetValueOrDefault(input) - leg.AmountInRaw;
            changes[output] = changes.GetValueOrDefault(output) + leg.AmountOutRaw;
        }

        return changes;
    }

    /// <summary>Puts the blockhash into the message and signs it.</summary>
    public static byte[] Sign(TakenDecision taken, in Pubkey blockhash, Ed25519Signer signer)
    {
        TransactionReadStatus status = TransactionReader.TryReadMessage(taken.Message, out TransactionView view);
        if (status != TransactionReadStatus.Ok) throw new InvalidDataException($"the message reads as {status}");
        int keys = view.Facts.StaticKeyCount;
        bool isV1 = view.Facts.Version == MessageVersion.V1;
        int prefix = view.Facts.Version == MessageVersion.V0 ? 1 : 0;
        // v1: version byte, header, configuration mask; then the blockhash, and the signature behind the message.
        int blockhashOffset = isV1 ? 1 + 3 + 4 : prefix + 3 + ShortVec.SizeOf(keys) + (keys * Pubkey.SizeBytes);
        int start = isV1 ? 0 : 1 + MessageLimits.SignatureBytes;
        byte[] transaction = new byte[taken.Message.Length + MessageLimits.SignatureBytes + (isV1 ? 0 : 1)];
        if (!isV1) transaction[0] = 1;
        Span<byte> message = transaction.AsSpan(start, taken.Message.Length);
        taken.Message.CopyTo(message);
        blockhash.CopyTo(message[blockhashOffset..]);
        int signature = isV1 ? taken.Message.Length : 1;
        if (!signer.TrySign(message, transaction.AsSpan(signature, MessageLimits.SignatureBytes)))
            throw new InvalidOperationException("not signed");
        return transaction;
    }

    private void AddPool(JsonElement pool)
    {
        Pubkey address = Key(pool, "pool")!.Value;
        Pubkey program = Key(pool, "program")!.Value;
        string venue = pool.GetProperty("venue").GetString()!;
        Programs.Add(program);
        Pubkey authority = Key(pool, "pool_authority") ?? address;
        bool hasPricedVaults = venue is "raydium_cpmm" or "raydium_amm_v4"; // these come from the feed
        if (!hasPricedVaults)
        {
            _made[Key(pool, "vault_a")!.Value] = TokenAccount(Key(pool, "mint_a")!.Value, authority, ProgramIds.Token);
            _made[Key(pool, "vault_b")!.Value] = TokenAccount(Key(pool, "mint_b")!.Value, authority, ProgramIds.Token);
        }

        if (venue == "meteora_dlmm") MakeOracle(Key(pool, "oracle")!.Value, program);
        if (venue == "raydium_cpmm") MakeObservation(CpmmObservationBytes, 11);
        if (venue == "raydium_clmm") MakeObservation(ClmmObservationBytes, 9);

        // Source: raydium-cp-swap@609780f states/oracle.rs (initialized bool, index u16, pool); for the CLMM what the
        // program of that time asks for when it runs (account length, place of the pool).
        void MakeObservation(int bytes, int poolOffset)
        {
            byte[] data = Anchor("ObservationState", bytes);
            data[8] = 1;
            address.CopyTo(data.AsSpan(poolOffset));
            _made[Key(pool, "observation")!.Value] = new Made(Plenty / 1000, program, data);
        }
    }

    // Source: dlmm-sdk@fb02e51 IDL 0.12.0, Oracle: idx u64, active_size u64, length u64, then observations of 32 bytes.
    private void MakeOracle(in Pubkey key, in Pubkey owner)
    {
        byte[] data = Anchor("Oracle", DlmmOracleBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(24), 100);
        _made[key] = new Made(Plenty / 1000, owner, data);
    }

    private static byte[] Anchor(string name, int bytes)
    {
        byte[] data = new byte[bytes];
        SHA256.HashData(Encoding.ASCII.GetBytes("account:" + name)).AsSpan(0, 8).CopyTo(data);
        return data;
    }

    // Source: spl-token@state, Mint: supply at 36, decimals at 44, initialized at 45; no authorities.
    private static Made Mint(in Pubkey program, byte decimals)
    {
        byte[] data = new byte[MintInfo.BaseSizeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(36), Plenty);
        data[44] = decimals;
        data[45] = 1;
        return new Made(Plenty / 1000, program, data);
    }

    // Source: spl-token@state, Account: mint, owner, amount, ..., state at 108, is_native option at 109.
    private static Made TokenAccount(in Pubkey mint, in Pubkey owner, in Pubkey program)
    {
        byte[] data = new byte[165];
        mint.CopyTo(data);
        owner.CopyTo(data.AsSpan(32));
        bool isNative = mint == ProgramIds.WrappedSolMint;
        ulong amount = Plenty / 1000;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(64), amount);
        data[108] = 1;
        if (!isNative) return new Made(TokenAccountRent, program, data);
        data[109] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(113), TokenAccountRent);
        return new Made(amount + TokenAccountRent, program, data);
    }

    private static Pubkey? Key(JsonElement pool, string name) =>
        pool.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? Pubkey.Parse(value.GetString())
            : null;

    private sealed record Made(ulong Lamports, Pubkey Owner, byte[] Data);
}
