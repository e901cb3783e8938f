using System.Runtime.InteropServices;

namespace LowLatency.Engine.Events;

/// <summary>Which rule made a fee what it is.</summary>
public enum FeeRule : byte
{
    /// <summary>Not computed.</summary>
    None = 0,

    /// <summary>The percentile of recent slots times the bias, or the tip's share of the profit.</summary>
    Computed = 1,

    /// <summary>Raised to the least that the settings allow.</summary>
    Floor = 2,

    /// <summary>Lowered to the most that the settings allow.</summary>
    Cap = 3,

    /// <summary>No slot's fees are known: the least that the settings allow.</summary>
    Settings = 4,
}

/// <summary>
/// How the price of a compute unit and the tip of a decision came about; part of the opportunity record, so that an
/// explanation needs nothing else. Prices in micro-lamports a compute unit.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct FeeOrigin
{
    /// <summary>Price offered.</summary>
    public ulong MicroLamportsPerCu;

    /// <summary>Percentile of the smallest landed prices over all slots known.</summary>
    public ulong WindowPrice;

    /// <summary>The same over the newest slots.</summary>
    public ulong RecentPrice;

    /// <summary>Slots known.</summary>
    public ushort SlotCount;

    /// <summary>Share of the newest slots whose smallest landed price was above zero, 1/10,000.</summary>
    public ushort CongestionBps;

    /// <summary>Percentile taken, 1/10,000.</summary>
    public ushort PercentileBps;

    /// <summary>Rule that made the price.</summary>
    public FeeRule PriceRule;

    /// <summary>Rule that made the tip.</summary>
    public FeeRule TipRule;

    /// <summary>Factor on the percentile, 1/10,000.</summary>
    public uint BiasBps;
}
