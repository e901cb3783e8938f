using System;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Tests.Graph;

/// <summary>
/// Constant-product pool for tests: fee on input rounded up, output rounded down, reserves and fee settable.
/// Independent of the venues, so that a venue's fault and a search fault cannot hide each other.
/// </summary>
internal sealed class TestPool : Pool
{
    internal TestPool(in Pubkey address, in Pubkey mintA, in Pubkey mintB, ulong reserveA, ulong reserveB, uint feePpm)
        : base(VenueId.RaydiumCpmm, address)
    {
        MintA = mintA;
        MintB = mintB;
        ReserveA = reserveA;
        ReserveB = reserveB;
        FeePpm = feePpm;
        Readiness = QuoteStatus.Ok;
    }

    internal ulong ReserveA { get; set; }

    internal ulong ReserveB { get; set; }

    internal uint FeePpm { get; set; }

    /// <summary>True if the fee is taken from the output, rounded up as well.</summary>
    internal bool IsFeeOnOutput { get; set; }

    /// <summary>Token-2022 transfer fees of mint A and B.</summary>
    internal TransferFeeRate TransferFeeA { get; set; }

    internal TransferFeeRate TransferFeeB { get; set; }

    internal static Pubkey Key(int kind, int number)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes[0] = (byte)kind;
        BitConverter.TryWriteBytes(bytes[8..], number);
        BitConverter.TryWriteBytes(bytes[16..], number * 2654435761L);
        return Pubkey.Read(bytes);
    }

    internal static TestPool Of(int number, int mintA, int mintB, ulong reserveA, ulong reserveB, uint feePpm = 3000) =>
        new(Key(1, number), Key(2, mintA), Key(2, mintB), reserveA, reserveB, feePpm);

    public override int CopyDependencies(Span<AccountDependency> destination) => 0;

    public override DecodeStatus Apply(AccountRole role, in AccountView account) => DecodeStatus.UnknownRole;

    public override QuoteStatus Quote(in SwapRequest request, out SwapQuote quote)
    {
        quote = default;
        if (request.Mode != SwapMode.ExactIn) return QuoteStatus.UnsupportedMode;
        if (request.AmountRaw == 0) return QuoteStatus.ZeroAmount;
        (ulong rin, ulong rout) = Reserves(request.Direction);
        if (rin == 0 || rout == 0) return QuoteStatus.InsufficientLiquidity;
        bool isAIn = request.Direction == SwapDirection.AToB;
        ulong arriving = TransferFee.AmountAfterFee(TransferFeeAt(isAIn, 0), request.AmountRaw);
        UInt128 fee = IsFeeOnOutput ? 0 : Fee(arriving);
        UInt128 net = arriving - fee;
        UInt128 given = net * rout / (rin + net);
        if (IsFeeOnOutput) given -= fee = Fee(given);
        ulong output = TransferFee.AmountAfterFee(TransferFeeAt(!isAIn, 0), (ulong)given);
        if (output == 0) return QuoteStatus.ZeroOutput;
        quote.AmountInRaw = request.AmountRaw;
        quote.AmountOutRaw = output;
        quote.FeeRaw = (ulong)fee;
        quote.FeeOnOutput = IsFeeOnOutput;
        quote.FeeRateE9 = FeePpm * 1000;
        return QuoteStatus.Ok;
    }

    public override QuoteStatus Execute(in SwapRequest request, out SwapQuote quote) => Quote(request, out quote);

    public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
    {
        (ulong rin, ulong rout) = Reserves(direction);
        if (rin == 0 || rout == 0 || destination.IsEmpty) return 0;
        bool isAIn = direction == SwapDirection.AToB;
        double keep = (1 - (FeePpm * 1e-6)) * (1 - (TransferFeeAt(isAIn, 0).FeeBps / 10_000.0));
        destination[0] = new CurveSegment
        {
            RateOut = keep * rout / rin * (1 - (TransferFeeAt(!isAIn, 0).FeeBps / 10_000.0)),
            Curvature = (IsFeeOnOutput ? 1 : keep) / rin,
            AmountInMax = double.PositiveInfinity,
        };
        return 1;
    }

    public override TransferFeeRate TransferFeeAt(bool isMintA, ulong epoch) => isMintA ? TransferFeeA : TransferFeeB;

    public override QuoteStatus WriteSwap(in SwapInstructionRequest request, InstructionBuffer destination) =>
        QuoteStatus.UnsupportedMode;

    public override bool TryWriteState(in Pubkey key, Span<byte> data) => false;

    public override bool IsModelled(AccountRole role, int offset) => false;

    private UInt128 Fee(UInt128 amount) => ((amount * FeePpm) + 999_999) / 1_000_000;

    private (ulong In, ulong Out) Reserves(SwapDirection direction) =>
        direction == SwapDirection.AToB ? (ReserveA, ReserveB) : (ReserveB, ReserveA);
}
