using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Synthetic;

/// <summary>An account of the synthetic market, with bytes in a real program's layout.</summary>
internal sealed class SyntheticAccount
{
    private const int TokenAmountOffset = 64;

    /// <summary>An account.</summary>
    public SyntheticAccount(in Pubkey key, in Pubkey owner, ulong lamports, byte[] data)
    {
        Key = key;
        Owner = owner;
        Lamports = lamports;
        Data = data;
    }

    /// <summary>Address.</summary>
    public Pubkey Key { get; }

    /// <summary>Owner program.</summary>
    public Pubkey Owner { get; }

    /// <summary>Balance, lamports.</summary>
    public ulong Lamports { get; }

    /// <summary>Data.</summary>
    public byte[] Data { get; }

    /// <summary>Amount of a token account, base units. Source: SPL token account, amount u64 at 64.</summary>
    public ulong TokenAmount
    {
        get => GetUInt64(TokenAmountOffset);
        set => SetUInt64(TokenAmountOffset, value);
    }

    /// <summary>Reads a number of the layout.</summary>
    public ulong GetUInt64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(Data.AsSpan(offset));

    /// <summary>Writes a number of the layout.</summary>
    public void SetUInt64(int offset, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(Data.AsSpan(offset), value);
}
