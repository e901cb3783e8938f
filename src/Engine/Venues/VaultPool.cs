using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;

namespace LowLatency.Engine.Venues;

/// <summary>
/// A pool whose reserves are the balances of two token accounts (its vaults), less what the venue sets aside: holds
/// both sides, and does for every such venue what does not depend on its formulas. A venue adds its accounts' layout,
/// its fees, its quotes and its instruction. Owner thread as <see cref="Pool"/>'s; pairs, side A first.
/// </summary>
public abstract class VaultPool : Pool
{
    /// <summary>Both sides.</summary>
    private protected PoolSides Sides;

    /// <summary>
    /// Base units that price a swap; set by <see cref="CheckReadiness"/>, valid while <see cref="Pool.Readiness"/>
    /// is Ok.
    /// </summary>
    private protected SidePair ReserveRaw;

    /// <summary>True while the pool account is known and valid.</summary>
    private protected bool IsDecoded;

    /// <summary>The program's error code for a <see cref="Pool.Readiness"/> that is not Ok; 0 if it has none.</summary>
    private protected uint NotReadyErrorCode;

    /// <summary>An empty pool at <paramref name="address"/>.</summary>
    private protected VaultPool(VenueId venue, in Pubkey address)
        : base(venue, in address)
    {
    }

    /// <summary>Program that owns the pool's account.</summary>
    private protected abstract ref readonly Pubkey ProgramId { get; }

    /// <inheritdoc/>
    public override int CopyDependencies(Span<AccountDependency> destination) => CopyDependencies(destination, []);

    /// <inheritdoc/>
    public sealed override DecodeStatus Apply(AccountRole role, in AccountView account)
    {
        DecodeStatus status = role switch
        {
            AccountRole.Pool => ApplyPool(in account),
            AccountRole.VaultA => Sides[0].ApplyVault(in account, MintA),
            AccountRole.VaultB => Sides[1].ApplyVault(in account, MintB),
            AccountRole.MintA => Sides[0].ApplyMint(in account, MintA),
            AccountRole.MintB => Sides[1].ApplyMint(in account, MintB),
            _ => ApplyOther(role, in account),
        };
        if (status == DecodeStatus.Ok) Refresh();
        return status;
    }

    /// <inheritdoc/>
    public override int MintDecimals(bool isMintA) => Sides[isMintA ? 0 : 1].MintState.Decimals;

    /// <summary>One hyperbola; three more pieces where transfer fees reach their maximum on its way.</summary>
    public override int SegmentsMax => 4;

    /// <inheritdoc/>
    public override int CopySegments(SwapDirection direction, in ChainClock clock, Span<CurveSegment> destination)
    {
        if (Readiness != QuoteStatus.Ok || destination.IsEmpty) return 0;
        ulong reserveIn = ReserveRaw[(int)direction];
        ulong reserveOut = ReserveRaw[1 - (int)direction];
        if (reserveIn == 0 || reserveOut == 0
            || !TryKeptShares(direction, in clock, out double inputKept, out double outputKept)) return 0;
        destination[0] = ConstantProduct.Segment(reserveIn, reserveOut, inputKept, outputKept);
        return 1;
    }

    /// <inheritdoc/>
    public override void MarginalRates(in ChainClock clock, out double rateAToB, out double rateBToA)
    {
        (ulong reserveA, ulong reserveB) = (ReserveRaw[0], ReserveRaw[1]);
        rateAToB = 0;
        rateBToA = 0;
        if (Readiness != QuoteStatus.Ok || reserveA == 0 || reserveB == 0) return;
        if (TryKeptShares(SwapDirection.AToB, in clock, out double inputKept, out double outputKept))
            rateAToB = ConstantProduct.MarginalRate(reserveA, reserveB, inputKept, outputKept);
        if (TryKeptShares(SwapDirection.BToA, in clock, out inputKept, out outputKept))
            rateBToA = ConstantProduct.MarginalRate(reserveB, reserveA, inputKept, outputKept);
    }

    /// <inheritdoc/>
    /// <remarks>Of a vault; the other's balance and what is set aside of both are those of the pool as it is.</remarks>
    public sealed override bool TryBoundRates(
        AccountRole role, in Pubkey key, ReadOnlySpan<byte> data, out double rateAToBMax, out double rateBToAMax)
    {
        rateAToBMax = 0;
        rateBToAMax = 0;
        int side = role == AccountRole.VaultA ? 0 : 1;
        double kept = KeptMax;
        if (kept < 0 || role is not (AccountRole.VaultA or AccountRole.VaultB) || Readiness != QuoteStatus.Ok
            || data.Length < TokenAccountInfo.BaseSizeBytes || !Pubkey.AreSame(in key, in Sides[side].Vault))
            return false;
        SidePair reserve = ReserveRaw;
        ulong amountRaw = BinaryPrimitives.ReadUInt64LittleEndian(data[TokenAccountInfo.AmountOffset..]);
        reserve[side] = unchecked(reserve[side] + amountRaw - Sides[side].VaultState.AmountRaw);
        if (reserve[0] == 0 || reserve[1] == 0) return false;
        rateAToBMax = ConstantProduct.MarginalRate(reserve[0], reserve[1], kept, 1.0);
        rateBToAMax = ConstantProduct.MarginalRate(reserve[1], reserve[0], kept, 1.0);
        return true;
    }

    /// <inheritdoc/>
    public sealed override bool TryWriteState(in Pubkey key, Span<byte> data)
    {
        if (key == Sides[0].Vault) return Sides[0].VaultState.TryWrite(data);
        if (key == Sides[1].Vault) return Sides[1].VaultState.TryWrite(data);
        return key == Address && TryWritePool(data);
    }

    /// <inheritdoc/>
    public sealed override bool IsModelled(AccountRole role, int offset) => role switch
    {
        AccountRole.Pool => IsPoolModelled(offset),
        AccountRole.VaultA => Sides[0].VaultState.IsTransferState(offset),
        AccountRole.VaultB => Sides[1].VaultState.IsTransferState(offset),
        _ => false,
    };

    /// <summary>Decodes the pool account of the right key and owner; unless Ok, the state is unchanged.</summary>
    private protected abstract DecodeStatus DecodePool(ReadOnlySpan<byte> data);

    /// <summary>Takes an account that is neither pool, vault nor mint.</summary>
    private protected virtual DecodeStatus ApplyOther(AccountRole role, in AccountView account) =>
        DecodeStatus.UnknownRole;

    /// <summary>
    /// What <see cref="Pool.Readiness"/> has to be, with its error code; also recomputes <see cref="ReserveRaw"/> and
    /// whatever else quotes need from the decoded members.
    /// </summary>
    private protected abstract QuoteStatus CheckReadiness();

    /// <summary>
    /// Shares of input and output that remain after all fees, for search; false if the pool does not swap now.
    /// </summary>
    private protected abstract bool TryKeptShares(
        SwapDirection direction, in ChainClock clock, out double inputKept, out double outputKept);

    /// <summary>
    /// Largest share of an input that fees leave, whatever the balances and the time, on a curve of constant product;
    /// below 0 if there is none.
    /// </summary>
    private protected virtual double KeptMax => -1.0;

    /// <summary>Writes the pool account's modelled members; false if there are none or the size is wrong.</summary>
    private protected virtual bool TryWritePool(Span<byte> data) => false;

    /// <summary>True if a swap changes the byte at <paramref name="offset"/> of the pool account.</summary>
    private protected virtual bool IsPoolModelled(int offset) => false;

    /// <summary>Both vaults, then <paramref name="others"/>, as far as they fit.</summary>
    private protected int CopyDependencies(
        Span<AccountDependency> destination, ReadOnlySpan<AccountDependency> others)
    {
        if (!IsDecoded) return 0;
        ReadOnlySpan<AccountDependency> vaults =
        [
            new(Sides[0].Vault, AccountRole.VaultA, true),
            new(Sides[1].Vault, AccountRole.VaultB, true),
        ];
        int vaultCount = System.Math.Min(vaults.Length, destination.Length);
        vaults[..vaultCount].CopyTo(destination);
        int otherCount = System.Math.Min(others.Length, destination.Length - vaultCount);
        others[..otherCount].CopyTo(destination[vaultCount..]);
        return vaultCount + otherCount;
    }

    /// <summary>Sets mint and vault of a side, as the pool account names them.</summary>
    private protected void SetSide(int side, in Pubkey mint, in Pubkey vault, bool needsMint)
    {
        bool isOther = mint != (side == 0 ? MintA : MintB);
        if (side == 0) MintA = mint;
        else MintB = mint;
        Sides[side].SetKeys(isOther, in vault, needsMint);
    }

    /// <summary>First reason why one of the sides cannot be swapped, or Ok.</summary>
    private protected QuoteStatus CheckSides(uint frozenErrorCode)
    {
        for (int i = 0; i < PoolSides.Count; i++)
        {
            QuoteStatus side = Sides[i].Readiness;
            if (side == QuoteStatus.Frozen) NotReadyErrorCode = frozenErrorCode;
            if (side != QuoteStatus.Ok) return side;
        }

        return QuoteStatus.Ok;
    }

    /// <summary>A status for <see cref="CheckReadiness"/> with the program's code for it.</summary>
    private protected QuoteStatus NotReady(QuoteStatus status, uint programErrorCode)
    {
        NotReadyErrorCode = programErrorCode;
        return status;
    }

    /// <summary>Moves a swap's transfers between the user and the vaults.</summary>
    private protected void Transfer(int input, ulong inRaw, ulong inTransferFeeRaw, ulong outRaw)
    {
        Sides[input].Receive(inRaw, inTransferFeeRaw);
        Sides[1 - input].Send(outRaw);
        Refresh();
    }

    /// <summary>
    /// What is asked of every program account before its bytes are read. False if <paramref name="status"/> is the
    /// answer: refused, or Ok and known to be absent, whereupon <paramref name="isKnown"/> is cleared.
    /// </summary>
    private protected static bool TryOpen(
        in AccountView account, in Pubkey key, in Pubkey owner, ref bool isKnown, out DecodeStatus status)
    {
        status = !Pubkey.AreSame(in account.Key, in key) ? DecodeStatus.WrongPool
            : account.Exists && !Pubkey.AreSame(in account.Owner, in owner) ? DecodeStatus.WrongOwner : DecodeStatus.Ok;
        if (status == DecodeStatus.Ok && !account.Exists) isKnown = false;
        return status == DecodeStatus.Ok && account.Exists;
    }

    /// <summary>A refused quote: no amounts, the program's error code.</summary>
    private protected static QuoteStatus Fail(QuoteStatus status, uint programErrorCode, out SwapQuote quote)
    {
        quote = default;
        quote.ProgramErrorCode = programErrorCode;
        return status;
    }

    private DecodeStatus ApplyPool(in AccountView account)
    {
        if (!TryOpen(in account, Address, in ProgramId, ref IsDecoded, out DecodeStatus status)) return status;
        status = DecodePool(account.Data);
        if (status == DecodeStatus.Ok) IsDecoded = true;
        return status;
    }

    private void Refresh()
    {
        NotReadyErrorCode = 0;
        Readiness = CheckReadiness();
    }
}
