using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Replay.Tests.Support;

/// <summary>
/// Hands a feed's events to a pipeline, and behind each pool account what a capture without tick arrays and mints
/// lacks: every array that the pool names is told to be absent, every mint as a plain one. A pool of concentrated
/// liquidity is then priced by its price, fee and liquidity alone, as if no tick were initialized.
/// </summary>
internal sealed class AbsentArrays(MarketPipeline pipeline, Action onEvent) : EventPublisher
{
    // Source: spl-token state.rs, Mint: decimals at 44, is_initialized at 45.
    private const int MintBytes = 82;
    private const int MintDecimals = 44;
    private const int MintIsInitialized = 45;

    private readonly AccountDependency[] _dependencies = new AccountDependency[64];
    private readonly EventPublisher _inner = pipeline.Publisher;

    public override ref MarketEvent Current => ref _inner.Current;

    public override ClaimStatus TryClaim(int payloadCapacityBytes, out Span<byte> payload) =>
        _inner.TryClaim(payloadCapacityBytes, out payload);

    public override void Publish(int payloadLengthBytes)
    {
        MarketEvent told = _inner.Current;
        _inner.Publish(payloadLengthBytes);
        int poolId = told.Kind == EventKind.Account ? pipeline.Graph.Market.FindPool(told.Account) : -1;
        if (poolId >= 0) Complete(pipeline.Graph.Market.Pool(poolId), in told);
        onEvent();
    }

    public override void Abandon() => _inner.Abandon();

    private void Complete(Pool pool, in MarketEvent told)
    {
        int count = pool.CopyDependencies(_dependencies);
        for (int i = 0; i < count; i++)
        {
            AccountDependency one = _dependencies[i];
            bool isMint = one.Role is AccountRole.MintA or AccountRole.MintB;
            if (!isMint && one.Role is not (AccountRole.TickArray or AccountRole.Oracle)) continue;
            int id = pipeline.Graph.Accounts.Find(one.Key);
            if (id >= 0 && pipeline.Graph.Accounts[id].Knowledge != Engine.Graph.AccountKnowledge.Unknown) continue;
            if (_inner.TryClaim(MintBytes, out Span<byte> data) != ClaimStatus.Ok)
                throw new InvalidOperationException("the pipeline has halted");
            ref MarketEvent e = ref _inner.Current;
            e.Kind = EventKind.AccountSnapshot;
            e.EndpointId = told.EndpointId;
            e.PoolId = -1;
            e.Slot = told.Slot;
            e.Account = one.Key;
            e.ReceiveNs = told.ReceiveNs;
            e.ReceiveUtcNs = told.ReceiveUtcNs;
            if (isMint)
            {
                data.Clear();
                data[MintDecimals] = 6;
                data[MintIsInitialized] = 1;
                e.Owner = ProgramIds.Token;
                e.Lamports = 1;
            }
            else
            {
                e.Flags = EventFlags.Absent;
            }

            _inner.Publish(isMint ? MintBytes : 0);
        }
    }
}
