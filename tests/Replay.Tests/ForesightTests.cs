using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Numerics;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>
/// Whenever it is foreseen that no opportunity follows, the search behind it finds none: on the bundled capture, and on
/// its accounts in an order, with values and with faults that no chain would send.
/// </summary>
public sealed class ForesightTests
{
    [Theory]
    [InlineData("inline")]
    [InlineData("split")]
    public void BundledCapture_WhatIsForeseenHoldsAndIsMostOfIt(string runner)
    {
        Watcher? watcher = null;
        ReplayRun run = Tool.Replay(pipeline => [watcher = new Watcher(pipeline, keeps: false)], "--runner", runner);
        MarketPipeline pipeline = run.Pipeline!;
        Assert.Equal(0, watcher!.Wrong);
        Assert.Equal(0, pipeline.Cycles.ContradictionCount);
        Assert.Equal(watcher.Foreseen, pipeline.Graph.ForeseenCount);
        // Of 550 updates without an opportunity (snapshots not counted) 281 are of a torn pool; the rest by price.
        Assert.InRange(watcher.Foreseen, 330, 550);
    }

    [Theory]
    [InlineData(1, 4, false)]
    [InlineData(2, 4, false)]
    [InlineData(3, 3, true)]
    [InlineData(4, 5, false)]
    public void RandomMarket_WhateverComes_IsForeseenRightly(int seed, int maxHops, bool needsAgreement)
    {
        Watcher? source = null;
        _ = Tool.Replay(pipeline => [source = new Watcher(pipeline, keeps: true)]);
        PipelineSettings settings = Tool.Settings(TestFolder.MarketSmall, "--max-hops", $"{maxHops}").Pipeline;
        if (needsAgreement) settings = settings with { Search = settings.Search with { AgreementAboveLamports = 1 } };
        Watcher? watcher = null;
        MarketPipeline pipeline = new(
            settings, null, null, owner => [watcher = new Watcher(owner, keeps: false)]);
        Market market = new(pipeline, source!.Accounts, new Prng((ulong)seed));
        market.Play(6_000);
        Assert.Equal(0, watcher!.Wrong);
        Assert.Equal(0, pipeline.Cycles.ContradictionCount);
        string counts = $"{watcher.Torn} torn, {watcher.Priced} by price, {pipeline.Cycles.OpportunityCount} found";
        Assert.True(watcher.Torn > 500 && watcher.Priced > 20 && pipeline.Cycles.OpportunityCount > 500, counts);
    }

    /// <summary>Counts what was foreseen, and keeps accounts as they were last.</summary>
    private sealed class Watcher(MarketPipeline pipeline, bool keeps) : IStage
    {
        public string Name => "watcher";

        public Dictionary<Pubkey, Told> Accounts { get; } = [];

        public int Foreseen { get; private set; }

        public int Torn { get; private set; }

        public int Priced { get; private set; }

        public int Wrong { get; private set; }

        public int OnBatch(Span<MarketEvent> batch, long firstSequence)
        {
            foreach (ref readonly MarketEvent e in batch) Look(in e);
            return 0;
        }

        public void OnHousekeeping(long nowNs)
        {
        }

        private void Look(in MarketEvent e)
        {
            if (e.ForeseenAfterNs != 0)
            {
                Foreseen++;
                if (e.OpportunityCount != 0) Wrong++;
                if (pipeline.Settings.Runner == RunnerKind.Inline && e.PoolId >= 0)
                {
                    if (pipeline.Graph.Market.State(e.PoolId) == PoolState.Torn) Torn++;
                    else if (pipeline.Graph.Market.State(e.PoolId) == PoolState.Coherent) Priced++;
                }
            }

            bool isState = e.Kind is EventKind.Account or EventKind.AccountSnapshot && e.Drop == DropCause.None;
            if (!keeps || !isState || (e.Flags & EventFlags.Absent) != 0) return;
            byte[] data = pipeline.Payloads.Span(e.PayloadPosition, e.PayloadLengthBytes).ToArray();
            Accounts[e.Account] = new Told(e.Account, e.Owner, e.Lamports, data);
        }
    }

    private sealed record Told(Pubkey Key, Pubkey Owner, ulong Lamports, byte[] Data);

    /// <summary>The capture's accounts, played at random.</summary>
    private sealed class Market
    {
        private readonly MarketPipeline _pipeline;
        private readonly Prng _random;
        private readonly List<Told> _accounts;
        private ulong _slot = 400_000_000;
        private ulong _version;
        private long _ns = 1_000_000_000;

        public Market(MarketPipeline pipeline, Dictionary<Pubkey, Told> accounts, Prng random)
        {
            _pipeline = pipeline;
            _random = random;
            _accounts = [.. accounts.Values];
            for (byte endpoint = 0; endpoint < 2; endpoint++) Mark(EventKind.FeedOpen, endpoint, 0, 0);
            Mark(EventKind.Slot, 0, _slot, 0);
            foreach (Told account in _accounts) Send(EventKind.AccountSnapshot, account, account.Data);
        }

        public void Play(int events)
        {
            for (int i = 0; i < events; i++)
            {
                _ns += _random.NextInt32(40_000_000);
                int what = _random.NextInt32(100);
                if (what < 84) Update();
                else if (what < 93) Mark(EventKind.Slot, 0, ++_slot, _slot - 1 - ((ulong)_random.NextInt32(12) / 11));
                else if (what == 93) Mark(EventKind.SlotDead, 0, _slot - (ulong)_random.NextInt32(2), 0);
                else if (what == 94) Gap();
                else if (what == 95) Cover();
                else Send(EventKind.AccountSnapshot, Any(), Any().Data);
            }
        }

        private Told Any() => _accounts[_random.NextInt32(_accounts.Count)];

        /// <summary>An account with other values; now and then with bytes that nobody should believe.</summary>
        private void Update()
        {
            int at = _random.NextInt32(_accounts.Count);
            Told account = _accounts[at];
            byte[] data = (byte[])account.Data.Clone();
            int fault = _random.NextInt32(60);
            if (fault == 0) data = data[..^1];
            else if (fault == 1) data[_random.NextInt32(data.Length)] ^= (byte)(1 + _random.NextInt32(255));
            else Move(data);
            if (fault > 1) _accounts[at] = account with { Data = data };
            Send(EventKind.Account, fault == 2 ? account with { Owner = account.Key } : account, data, fault == 3);
            if (fault is 0 or 2 or 3) Send(EventKind.Account, account, account.Data);
        }

        private void Move(Span<byte> data)
        {
            if (data.Length == 165) Scale(data[64..72], 30);
            if (data.Length == 653) Scale(data[65..81], 2);
            if (data.Length == 1544) Scale(data[253..269], 2);
            if (data.Length != 904) return;
            int active = BinaryPrimitives.ReadInt32LittleEndian(data[76..]) + _random.NextInt32(3) - 1;
            BinaryPrimitives.WriteInt32LittleEndian(data[76..], active);
        }

        /// <summary>A little more or less, so that some prices go against each other and some do not.</summary>
        private void Scale(Span<byte> number, int most)
        {
            int permille = 1_000 - most + _random.NextInt32((2 * most) + 1);
            UInt128 value = number.Length == 8
                ? BinaryPrimitives.ReadUInt64LittleEndian(number)
                : BinaryPrimitives.ReadUInt128LittleEndian(number);
            value = value / 1_000 * (uint)permille;
            if (number.Length == 8) BinaryPrimitives.WriteUInt64LittleEndian(number, (ulong)value);
            else BinaryPrimitives.WriteUInt128LittleEndian(number, value);
        }

        private void Gap()
        {
            for (byte endpoint = 0; endpoint < 2; endpoint++) Mark(EventKind.FeedClose, endpoint, 0, 0);
            for (byte endpoint = 0; endpoint < 2; endpoint++) Mark(EventKind.FeedOpen, endpoint, 0, 0);
            foreach (Told account in _accounts) Send(EventKind.AccountSnapshot, account, account.Data);
        }

        private void Cover()
        {
            Pubkey key = Any().Key;
            Mark(EventKind.CoverLost, 0, _slot, 0, key);
            Update();
            Mark(EventKind.CoverWhole, 0, _slot, 0, key);
        }

        private void Mark(EventKind kind, byte endpoint, ulong slot, ulong parent, Pubkey account = default)
        {
            Assert.Equal(ClaimStatus.Ok, _pipeline.Publisher.TryClaim(0, out _));
            ref MarketEvent e = ref _pipeline.Publisher.Current;
            (e.Kind, e.EndpointId, e.Slot, e.ParentSlot, e.Account) = (kind, endpoint, slot, parent, account);
            (e.ReceiveUtcNs, e.ReceiveNs) = (_ns, _ns);
            _pipeline.Publisher.Publish(0);
        }

        /// <summary>From one endpoint and, where an older one is repeated, from both.</summary>
        private void Send(EventKind kind, Told account, ReadOnlySpan<byte> data, bool isAbsent = false)
        {
            if (isAbsent) data = default;
            _version++;
            int copies = 1 + (_random.NextInt32(3) / 2);
            for (int copy = 0; copy < copies; copy++)
            {
                Assert.Equal(ClaimStatus.Ok, _pipeline.Publisher.TryClaim(data.Length, out Span<byte> payload));
                data.CopyTo(payload);
                ref MarketEvent e = ref _pipeline.Publisher.Current;
                (e.Kind, e.EndpointId, e.Slot) = (kind, (byte)copy, _slot);
                e.Flags = EventFlags.HasWriteVersion | (isAbsent ? EventFlags.Absent : EventFlags.None);
                (e.WriteVersion, e.TransactionTag) = (_version, _version);
                (e.Account, e.Owner, e.Lamports) = (account.Key, account.Owner, account.Lamports);
                (e.ReceiveUtcNs, e.ReceiveNs) = (_ns, _ns);
                _pipeline.Publisher.Publish(data.Length);
            }
        }
    }
}
