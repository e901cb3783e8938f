using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Graph;

/// <summary>
/// A pool known by two reserves and a fee only, as graph snapshots give it: constant product, fee on input rounded up,
/// output rounded down. Concentrated pools appear in such snapshots with the virtual reserves of their price range, so
/// depth beyond that range is not theirs: for search, scaling and display, never for a transaction, and it writes none.
/// </summary>
public sealed class SnapshotPool : Pool
{
    private static readonly FixedDivisor Million = new(1_000_000);

    private ulong _reserveA;
    private ulong _reserveB;
    private readonly uint _feePpm;
    private readonly double _kept;

    /// <summary>A pool of a snapshot. <paramref name="feePpm"/> is in millionths of the input.</summary>
    public SnapshotPool(
        VenueId venue, in Pubkey address, in Pubkey mintA, in Pubkey mintB, ulong reserveA, ulong reserveB, uint feePpm)
        : base(venue, address)
    {
        MintA = mintA;
        MintB = mintB;
        _feePpm = Math.Min(feePpm, 1_000_000);
        _kept = 1 - (_feePpm * 1e-6);
        SetReserves(reserveA, reserveB);
    }

    /// <summary>Replaces the reserves, base units.</summary>
    public void SetReserves(ulong reserveA, ulong reserveB)
    {
        _reserveA = reserveA;
        _reserveB = reserveB;
        Readiness = reserveA > 0 && reserveB > 0 ? QuoteStatus.Ok : QuoteStatus.InsufficientLiquidity;
    }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination) => 0;

    /// <inheritdoc/>
    public override DecodeStatus Apply(AccountRole role, in AccountView account) => DecodeStatus.UnknownRole;

    /// <inheritdoc/>
    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
    {
        quote = default;
        if (request.Mode != SwapMode.ExactIn) return QuoteStatus.UnsupportedMode;
        if (Readiness != QuoteStatus.Ok) return Readiness;
        if (request.AmountRaw == 0) return QuoteStatus.ZeroAmount;
        (ulong reserveIn, ulong reserveOut) = Reserves(request.Direction);
        ulong net = Million.Share(request.AmountRaw, 1_000_000 - _feePpm);
        ulong output = ConstantProduct.AmountOut(reserveIn, reserveOut, net);
        if (output == 0) return QuoteStatus.ZeroOutput;
        quote.AmountInRaw = request.AmountRaw;
        quote.AmountOutRaw = output;
        quote.FeeRaw = request.AmountRaw - net;
        quote.FeeRateE9 = _feePpm * 1000;
        return QuoteStatus.Ok;
    }

    /// <inheritdoc/>
    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote)
    {
        QuoteStatus status = Quote(request, out quote);
        if (status != QuoteStatus.Ok) return status;
        (ulong reserveIn, ulong reserveOut) = Reserves(request.Direction);
        if (reserveIn > ulong.MaxValue - quote.AmountInRaw) return QuoteStatus.Overflow;
        reserveIn += quote.AmountInRaw;
        reserveOut -= quote.AmountOutRaw;
        if (request.Direction == SwapDirection.AToB) SetReserves(reserveIn, reserveOut);
        else SetReserves(reserveOut, reserveIn);
        return QuoteStatus.Ok;
    }

    /// <inheritdoc/>
    public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
    {
        if (Readiness != QuoteStatus.Ok || destination.IsEmpty) return 0;
        (ulong reserveIn, ulong reserveOut) = Reserves(direction);
        destination[0] = ConstantProduct.Segment(reserveIn, reserveOut, _kept, 1);
        return 1;
    }

    /// <inheritdoc/>
    public override void MarginalRates(in ChainClock clock, out double rateAToB, out double rateBToA)
    {
        bool isReady = Readiness == QuoteStatus.Ok;
        rateAToB = isReady ? ConstantProduct.MarginalRate(_reserveA, _reserveB, _kept, 1) : 0;
        rateBToA = isReady ? ConstantProduct.MarginalRate(_reserveB, _reserveA, _kept, 1) : 0;
    }

    /// <inheritdoc/>
    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination) =>
        QuoteStatus.UnsupportedPool;

    /// <inheritdoc/>
    public override bool TryWriteState(in Pubkey key, Span<byte> data) => false;

    /// <inheritdoc/>
    public override bool IsModelled(AccountRole role, int offset) => false;

    private (ulong In, ulong Out) Reserves(SwapDirection direction) =>
        direction == SwapDirection.AToB ? (_reserveA, _reserveB) : (_reserveB, _reserveA);
}
