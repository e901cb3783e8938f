using System;
using System.Text;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>The wallet's account for one mint of a route.</summary>
public struct RouteTokenAccount
{
    /// <summary>Mint.</summary>
    public Pubkey Mint;

    /// <summary>Address of the wallet's account.</summary>
    public Pubkey Address;

    /// <summary>Token program of the mint.</summary>
    public Pubkey TokenProgram;

    /// <summary>Size of the account, should it be created.</summary>
    public int SizeBytes;

    /// <summary>Bump of the associated address.</summary>
    public byte Bump;

    /// <summary>True for an associated account: the only kind that can be created.</summary>
    public bool IsAssociated;

    /// <summary>True if it is known to exist, so that creating it costs no rent.</summary>
    public bool Exists;
}

/// <summary>
/// The instructions around a route's swaps, and what they cost: memo, token accounts, wrapping and unwrapping of SOL.
/// Before the swaps stand memo, creations, the transfer into the wrapped account and its sync; after them its closing.
/// The first account of every list is that of the mint the route starts with. Immutable; nothing is allocated after
/// construction.
/// </summary>
public sealed class RouteFrame
{
    /// <summary>Most distinct mints of a route.</summary>
    public const int MaxMints = Legs.MaxCount + 1;

    /// <summary>Most instructions before the swaps: memo, creations, transfer, sync.</summary>
    public const int MaxBefore = MaxMints + 3;

    /// <summary>Most instructions after the swaps: closing.</summary>
    public const int MaxAfter = 1;

    // Upper estimates. Source: units consumed in LiteSVM 1.5.0 (LiteSvmTests, FrameExecutionTests). The creation
    // searches the address's bump from 255 downward, each try a hash of 1,500 units.
    internal const uint CreateUnits = 26_000;
    internal const uint BumpTryUnits = 1_500;
    internal const uint SyncUnits = 4_000;
    internal const uint CloseUnits = 4_000;
    internal const uint MemoUnits = 4_000;
    internal const uint MemoByteUnits = 400;

    // An account's bytes cost rent, and this many more for its metadata. Source: solana-sdk rent,
    // ACCOUNT_STORAGE_OVERHEAD.
    private const ulong StorageOverheadBytes = 128;

    private readonly Pubkey _wallet;
    private readonly byte[] _memo;
    private readonly bool _creates;
    private readonly bool _wraps;
    private readonly ulong _rentPerByte;

    /// <summary>The frame that the settings ask for.</summary>
    public RouteFrame(InstructionSettings settings)
    {
        settings.Validate();
        _wallet = settings.Wallet;
        _memo = Encoding.UTF8.GetBytes(settings.Memo);
        _creates = settings.CreateTokenAccounts == TokenAccountCreation.Always;
        _wraps = settings.WrapSol;
        _rentPerByte = settings.RentLamportsPerByte;
    }

    /// <summary>False if there is never an instruction around the swaps.</summary>
    public bool IsActive => _creates || _wraps || _memo.Length != 0;

    /// <summary>Units of the instructions, and the rent that stays in accounts not known to exist.</summary>
    public RouteOverhead Overhead(ReadOnlySpan<RouteTokenAccount> accounts)
    {
        uint units = _memo.Length == 0 ? 0 : MemoUnits + ((uint)_memo.Length * MemoByteUnits);
        ulong rent = 0;
        bool wraps = Wraps(accounts);
        for (int i = 0; i < accounts.Length; i++)
        {
            bool isWrapped = wraps && i == 0;
            if (!isWrapped && !Creates(in accounts[i])) continue;
            units += CreateUnits + (BumpTryUnits * (uint)(256 - accounts[i].Bump));
            if (!isWrapped && !accounts[i].Exists) rent += RentLamports(accounts[i].SizeBytes);
        }

        if (wraps) units += ComputeBudget.UnitsPerBudgetInstruction + SyncUnits + CloseUnits;
        return new RouteOverhead(units, rent);
    }

    /// <summary>Lamports that keep an account of a size from being removed.</summary>
    public ulong RentLamports(int sizeBytes) => (StorageOverheadBytes + (ulong)sizeBytes) * _rentPerByte;

    /// <summary>
    /// Writes what comes before the swaps; returns how many instructions. <paramref name="buffers"/> holds at least
    /// <see cref="MaxBefore"/>.
    /// </summary>
    public int WriteBefore(
        ReadOnlySpan<RouteTokenAccount> accounts, ulong amountInRaw, ReadOnlySpan<InstructionBuffer> buffers)
    {
        int count = 0;
        if (_memo.Length != 0) TokenAccounts.WriteMemo(buffers[count++], default, _memo);
        bool wraps = Wraps(accounts);
        for (int i = 0; i < accounts.Length; i++)
        {
            ref readonly RouteTokenAccount one = ref accounts[i];
            if (!(wraps && i == 0) && !Creates(in one)) continue;
            TokenAccounts.WriteCreateIdempotent(
                buffers[count++], _wallet, one.Address, _wallet, one.Mint, one.TokenProgram);
        }

        if (!wraps) return count;
        SystemTransfer.Write(buffers[count++], _wallet, accounts[0].Address, amountInRaw);
        TokenAccounts.WriteSyncNative(buffers[count++], accounts[0].Address, accounts[0].TokenProgram);
        return count;
    }

    /// <summary>Writes what comes after the swaps; returns how many instructions.</summary>
    public int WriteAfter(ReadOnlySpan<RouteTokenAccount> accounts, ReadOnlySpan<InstructionBuffer> buffers)
    {
        if (!Wraps(accounts)) return 0;
        TokenAccounts.WriteClose(buffers[0], accounts[0].Address, _wallet, _wallet, accounts[0].TokenProgram);
        return 1;
    }

    /// <summary>
    /// Bytes of an associated token account. Token-2022 adds the kind byte, the mark that its owner cannot change, and
    /// what the mint's extensions ask for, each behind a header of 4 bytes.
    /// Source: solana-program/token-2022@0b2d6d7e interface/src/extension/mod.rs, get_required_init_account_extensions:
    /// transfer fee -> withheld amount u64, hook -> transferring flag u8, non-transferable and pausable -> marks.
    /// </summary>
    public static int AccountBytes(in MintInfo mint)
    {
        if (mint.Program != TokenProgramKind.Token2022) return TokenAccounts.TokenAccountBytes;
        const MintFeatures Hook = MintFeatures.TransferHook | MintFeatures.TransferHookUnset;
        const MintFeatures Pausable = MintFeatures.Pausable | MintFeatures.Paused;
        int size = TokenAccounts.TokenAccountBytes + 1 + 4;
        if ((mint.Features & MintFeatures.TransferFee) != 0) size += 4 + 8;
        if ((mint.Features & Hook) != 0) size += 4 + 1;
        if ((mint.Features & MintFeatures.NonTransferable) != 0) size += 4;
        if ((mint.Features & Pausable) != 0) size += 4;
        return size;
    }

    private bool Creates(in RouteTokenAccount account) => _creates && account.IsAssociated;

    private bool Wraps(ReadOnlySpan<RouteTokenAccount> accounts) =>
        _wraps && accounts.Length != 0 && accounts[0].Mint == ProgramIds.WrappedSolMint;
}
