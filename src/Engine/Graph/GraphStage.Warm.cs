using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Graph;

/// <summary>Keeping warm: the accounts of the last events, the pools behind them, and how these are priced.</summary>
public sealed partial class GraphStage
{
    private const int LineBytes = 64;

    /// <summary>Account bytes of a slice: 32 lines, below 300 ns if they come from the third-level cache.</summary>
    private const int WarmBytes = 32 * LineBytes;

    /// <summary>Pools of an account that are priced in a slice; a configuration account has very many.</summary>
    private const int WarmPools = 2;

    private readonly RecentIds _recent;
    private int _warmAccount;
    private int _warmOffset;
    private double _warmed; // keeps the work from being optimized away

    /// <inheritdoc/>
    public void Warm()
    {
        ReadOnlySpan<byte> data = _accounts.View(_warmAccount).Data;
        if (_warmOffset >= data.Length)
        {
            WarmNextAccount();
            return;
        }

        int end = Math.Min(data.Length, _warmOffset + WarmBytes);
        int sum = 0;
        for (int i = _warmOffset; i < end; i += LineBytes) sum += data[i];
        _warmOffset = end;
        _warmed += sum;
    }

    private void WarmNextAccount()
    {
        int next = _recent.Next();
        if (next < 0) return;
        _warmAccount = _accounts.Find(in _accounts[next].Key);
        _warmOffset = 0;
        int link = _accounts[_warmAccount].FirstLink;
        for (int i = 0; i < WarmPools && link >= 0; i++, link = _accounts.Link(link).Next)
        {
            int poolId = _accounts.Link(link).PoolId;
            bool isWhole = StateOf(poolId) == PoolState.Coherent;
            if (isWhole) _warmed += Market.PriceAgain(poolId);
        }
    }
}
