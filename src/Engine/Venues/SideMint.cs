using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Venues;

/// <summary>
/// Of a mint what a pool of two vaults asks for; the default value is a mint that was not seen yet. Fees are apart, as
/// few mints have any: their room is allocated when the first are seen, at registration or with the mint's own change.
/// </summary>
internal struct SideMint
{
    private TransferFeeRate[]? _fees; // older, then newer
    private ushort _decimalsAndOne;

    /// <summary>Supply in base units.</summary>
    internal ulong SupplyRaw { readonly get; private set; }

    /// <summary>Program the mint belongs to; <see cref="TokenProgramKind.Unknown"/> until seen.</summary>
    internal TokenProgramKind Program { readonly get; private set; }

    /// <summary>True if this engine refuses to quote the mint.</summary>
    internal bool IsRefused { readonly get; private set; }

    /// <summary>Decimals, for display; -1 until seen.</summary>
    internal readonly int Decimals => _decimalsAndOne - 1;

    /// <summary>True once seen.</summary>
    internal readonly bool IsKnown => Program != TokenProgramKind.Unknown;

    /// <summary>True if some epoch's transfers are charged.</summary>
    internal readonly bool HasTransferFee => _fees is not null && (!_fees[0].IsZero || !_fees[1].IsZero);

    /// <summary>True if the fee is not the same in all epochs.</summary>
    internal readonly bool HasFeeSchedule =>
        _fees is not null && (_fees[0].FeeBps != _fees[1].FeeBps || _fees[0].MaximumRaw != _fees[1].MaximumRaw);

    /// <summary>Address of the token program; zero while unknown.</summary>
    internal readonly Pubkey ProgramId => MintInfo.ProgramIdOf(Program);

    /// <summary>The transfer fee in force at <paramref name="epoch"/>; a zero rate if there is none.</summary>
    internal readonly TransferFeeRate FeeAt(ulong epoch) =>
        _fees is null ? default : epoch >= _fees[1].Epoch ? _fees[1] : _fees[0];

    /// <summary>Takes the mint as decoded.</summary>
    internal void Set(in MintInfo mint)
    {
        (SupplyRaw, Program, IsRefused) = (mint.SupplyRaw, mint.Program, mint.IsRefused);
        _decimalsAndOne = (ushort)(mint.Decimals + 1);
        if (_fees is null && mint.OlderFee == default && mint.NewerFee == default) return;
        _fees ??= new TransferFeeRate[2];
        (_fees[0], _fees[1]) = (mint.OlderFee, mint.NewerFee);
    }
}
