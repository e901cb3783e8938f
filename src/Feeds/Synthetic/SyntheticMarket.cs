using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Synthetic;

/// <summary>
/// A seeded market of constant-product pools for demos, tests and performance runs: no chain, no real prices. Its
/// accounts have the real programs' layouts and its swaps their integer arithmetic. Every event is marked
/// <see cref="EventFlags.Synthetic"/>. After construction it allocates nothing. One thread owns it.
/// Pools are made at the mints' prices, so that arbitrage arises from the swaps alone.
/// </summary>
public sealed class SyntheticMarket
{
    private const string UsdcMint = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    private const ulong MicroUsdPerPoolSide = 500_000_000_000; // 500,000 USD
    private const int ClockUnixTimeOffset = 32;
    private const long NsPerSecond = 1_000_000_000;

    private readonly SyntheticMarketOptions _options;
    private readonly Prng _random;
    private readonly List<SyntheticMint> _mints = [];
    private readonly List<SyntheticPool> _pools = [];
    private readonly List<SyntheticAccount> _accounts = [];
    private readonly Dictionary<SyntheticAccount, int> _indexes = [];
    private readonly SyntheticAccount _clock = SyntheticLayouts.Clock();

    /// <summary>Makes the market's mints and pools.</summary>
    public SyntheticMarket(SyntheticMarketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.MintCount < 2 || options.PoolCount < 1)
        {
            throw new ArgumentException("A market has at least 2 mints and a pool.");
        }

        _options = options;
        _random = new Prng(options.Seed);
        Slot = options.FirstSlot;
        _accounts.Add(_clock);
        AddMint(ProgramIds.WrappedSolMint, 9, 150_000_000);
        AddMint(Pubkey.Parse(UsdcMint), 6, 1_000_000);
        while (_mints.Count < options.MintCount)
        {
            AddMint(NextKey(), (byte)(5 + _random.NextUInt64(5)), 1_000 + _random.NextUInt64(100_000_000));
        }

        SyntheticAccount config = SyntheticLayouts.CpmmConfig(NextKey());
        _accounts.Add(config);
        if (options.HasEveryVaultVenue)
        {
            _accounts.Add(SyntheticLayouts.PumpSwapConfig());
            _accounts.Add(SyntheticLayouts.PumpSwapFees());
        }

        for (int i = 0; i < options.PoolCount; i++) AddPool(i, config.Key);
        for (int i = 0; i < _accounts.Count; i++) _indexes[_accounts[i]] = i;
        SetClock();
    }

    /// <summary>The slot that is published next.</summary>
    public ulong Slot { get; private set; }

    /// <summary>Receive time of that slot, unix nanoseconds.</summary>
    public long SlotUtcNs => _options.StartUtcNs + ((long)(Slot - _options.FirstSlot) * _options.SlotTimeNs);

    /// <summary>Events published.</summary>
    public long Events { get; private set; }

    /// <summary>Accounts of the market.</summary>
    public int AccountCount => _accounts.Count;

    /// <summary>Accounts, for captures.</summary>
    internal IReadOnlyList<SyntheticAccount> Accounts => _accounts;

    /// <summary>Publishes the opening and every account as it is now.</summary>
    public ClaimStatus PublishSnapshot(EventPublisher publisher)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        ClaimStatus status = PublishMark(publisher, EventKind.FeedOpen, 0);
        foreach (SyntheticAccount account in _accounts)
        {
            if (status != ClaimStatus.Ok) return status;
            status = PublishAccount(publisher, EventKind.AccountSnapshot, account, Slot);
        }

        if (status == ClaimStatus.Ok) Slot++;
        return status;
    }

    /// <summary>
    /// Publishes the next slot: its begin, the clock, and the accounts that its swaps changed, swap by swap.
    /// </summary>
    public ClaimStatus PublishSlot(EventPublisher publisher)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        SetClock();
        ClaimStatus status = PublishMark(publisher, EventKind.Slot, Slot);
        if (status == ClaimStatus.Ok) status = PublishAccount(publisher, EventKind.Account, _clock, Slot);
        for (int i = 0; i < SwapsPerSlot && status == ClaimStatus.Ok; i++)
        {
            SyntheticPool pool = NextPool(i, out bool isStateChanged);
            if (isStateChanged) status = PublishAccount(publisher, EventKind.Account, pool.State, Slot);
            if (status == ClaimStatus.Ok) status = PublishAccount(publisher, EventKind.Account, pool.Vault0, Slot);
            if (status == ClaimStatus.Ok) status = PublishAccount(publisher, EventKind.Account, pool.Vault1, Slot);
        }

        Slot++;
        return status;
    }

    /// <summary>Publishes the end of the feed.</summary>
    public ClaimStatus PublishEnd(EventPublisher publisher)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        return PublishMark(publisher, EventKind.EndOfFeed, 0);
    }

    /// <summary>Index of an account, for captures.</summary>
    internal int IndexOf(SyntheticAccount account) => _indexes[account];

    /// <summary>Begins the next slot without publishing, for captures.</summary>
    internal void BeginSlot() => SetClock();

    /// <summary>Ends the slot, for captures.</summary>
    internal void EndSlot() => Slot++;

    /// <summary>
    /// Runs one swap; each swap of a slot takes a pool of its own (an account comes once a slot, as from a node).
    /// </summary>
    internal SyntheticPool NextPool(int swapIndex, out bool isStateChanged)
    {
        int count = _pools.Count;
        int stride = Math.Max(1, count / Math.Max(1, _options.SwapsPerSlot));
        int start = (int)(((UInt128)Slot * 7919) % (ulong)count);
        int pick = swapIndex * stride;
        if (stride > 1) pick += (int)_random.NextUInt64((ulong)stride);
        SyntheticPool pool = _pools[(start + pick) % count];
        isStateChanged = pool.SwapRandomly(_random);
        return pool;
    }

    /// <summary>Swaps of a slot; never more than pools.</summary>
    internal int SwapsPerSlot => Math.Min(_options.SwapsPerSlot, _pools.Count);

    private ClaimStatus PublishMark(EventPublisher publisher, EventKind kind, ulong slot)
    {
        ClaimStatus status = publisher.TryClaim(0, out _);
        if (status != ClaimStatus.Ok) return status;
        ref MarketEvent entry = ref publisher.Current;
        entry.Kind = kind;
        entry.Slot = slot;
        entry.ParentSlot = slot == 0 ? 0 : slot - 1;
        Finish(publisher, ref entry, 0);
        return status;
    }

    private ClaimStatus PublishAccount(EventPublisher publisher, EventKind kind, SyntheticAccount account, ulong slot)
    {
        ClaimStatus status = publisher.TryClaim(account.Data.Length, out Span<byte> payload);
        if (status != ClaimStatus.Ok) return status;
        account.Data.CopyTo(payload);
        ref MarketEvent entry = ref publisher.Current;
        entry.Kind = kind;
        entry.Slot = slot;
        entry.Account = account.Key;
        entry.Owner = account.Owner;
        entry.Lamports = account.Lamports;
        entry.RentEpoch = ulong.MaxValue;
        Finish(publisher, ref entry, account.Data.Length);
        return status;
    }

    private void Finish(EventPublisher publisher, ref MarketEvent entry, int payloadLength)
    {
        entry.Flags = EventFlags.Synthetic;
        entry.PoolId = -1;
        entry.ReceiveUtcNs = SlotUtcNs;
        entry.ReceiveNs = SlotUtcNs;
        publisher.Publish(payloadLength);
        Events++;
    }

    private void SetClock()
    {
        _clock.SetUInt64(0, Slot);
        BinaryPrimitives.WriteInt64LittleEndian(_clock.Data.AsSpan(ClockUnixTimeOffset), SlotUtcNs / NsPerSecond);
    }

    private Pubkey NextKey()
    {
        Span<byte> bytes = stackalloc byte[Pubkey.SizeBytes];
        for (int i = 0; i < Pubkey.SizeBytes; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], _random.NextUInt64());
        }

        return Pubkey.Read(bytes);
    }

    private void AddMint(in Pubkey key, byte decimals, ulong priceMicroUsd)
    {
        _mints.Add(new SyntheticMint(key, decimals, priceMicroUsd));
        _accounts.Add(SyntheticLayouts.Mint(key, decimals));
    }

    private void AddPool(int index, in Pubkey config)
    {
        // Half of the pools have a hub (wSOL or USDC) on one side, as real markets do.
        bool hasHub = _random.NextUInt64(2) == 0;
        int first = (int)_random.NextUInt64(hasHub ? 2 : (ulong)_mints.Count);
        int second = (first + 1 + (int)_random.NextUInt64((ulong)_mints.Count - 1)) % _mints.Count;
        SyntheticMint mint0 = _mints[first];
        SyntheticMint mint1 = _mints[second];
        SyntheticVenue venue = (SyntheticVenue)(index % (_options.HasEveryVaultVenue ? 4 : 2));
        // Source: raydium-cp-swap@609780f initialize.rs (token 0 has the smaller address).
        if (venue == SyntheticVenue.RaydiumCpmm && Compare(mint0.Key, mint1.Key) > 0) (mint0, mint1) = (mint1, mint0);
        // A coin is sold for wSOL or USDC.
        if (venue == SyntheticVenue.PumpSwap && first < 2) (mint0, mint1) = (mint1, mint0);
        ulong depthMicroUsd = MicroUsdPerPoolSide + _random.NextUInt64(MicroUsdPerPoolSide * 4);
        Pubkey key0 = NextKey();
        Pubkey key1 = NextKey();
        Pubkey key = NextKey();
        Pubkey authority = AuthorityOf(venue, in key, out byte bump);
        SyntheticAccount vault0 = SyntheticLayouts.Vault(key0, mint0.Key, authority, AmountFor(mint0, depthMicroUsd));
        SyntheticAccount vault1 = SyntheticLayouts.Vault(key1, mint1.Key, authority, AmountFor(mint1, depthMicroUsd));
        SyntheticAccount state = venue switch
        {
            SyntheticVenue.RaydiumCpmm => SyntheticLayouts.CpmmPool(key, config, vault0, vault1, mint0, mint1),
            SyntheticVenue.RaydiumAmm => SyntheticLayouts.AmmPool(key, vault0, vault1, mint0, mint1),
            SyntheticVenue.PumpSwap => SyntheticLayouts.PumpSwapPool(key, vault0, vault1, mint0, mint1),
            _ => SyntheticLayouts.TokenSwapPool(key, bump, vault0, vault1, mint0, mint1),
        };
        _pools.Add(new SyntheticPool(venue, state, vault0, vault1));
        _accounts.Add(state);
        _accounts.Add(vault0);
        _accounts.Add(vault1);
    }

    private static Pubkey AuthorityOf(SyntheticVenue venue, in Pubkey pool, out byte bump)
    {
        bump = 0;
        if (venue == SyntheticVenue.RaydiumCpmm) return SyntheticLayouts.CpmmAuthority;
        if (venue == SyntheticVenue.RaydiumAmm) return SyntheticLayouts.AmmAuthority;
        if (venue == SyntheticVenue.PumpSwap) return pool; // its vaults belong to the pool account
        ProgramAddressSeeds seeds = default;
        seeds.Add(in pool);
        return seeds.Find(in SyntheticLayouts.TokenSwapProgram, out Pubkey authority, out bump)
            == ProgramAddressStatus.Ok ? authority : throw new InvalidOperationException($"{pool} has no authority.");
    }

    private static int Compare(in Pubkey left, in Pubkey right)
    {
        Span<byte> leftBytes = stackalloc byte[Pubkey.SizeBytes];
        Span<byte> rightBytes = stackalloc byte[Pubkey.SizeBytes];
        left.CopyTo(leftBytes);
        right.CopyTo(rightBytes);
        return leftBytes.SequenceCompareTo(rightBytes);
    }

    private static ulong AmountFor(SyntheticMint mint, ulong microUsd)
    {
        UInt128 scale = 1;
        for (int i = 0; i < mint.Decimals; i++) scale *= 10;
        return (ulong)UInt128.Min(microUsd * scale / mint.PriceMicroUsd, ulong.MaxValue / 8);
    }
}
