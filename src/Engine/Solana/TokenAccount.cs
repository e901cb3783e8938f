using System;
using System.Buffers.Binary;

namespace LowLatency.Engine.Solana;

/// <summary>
/// A decoded token account of the SPL Token or Token-2022 program: a vault or a user's account.
/// Source: solana-program/token program state.rs, Account, 165 bytes: mint@0, owner@32, amount u64@64, delegate@72,
/// state u8@108, is_native@109, delegated_amount u64@121, close_authority@129. Token-2022 appends extensions
/// (account kind byte@165): 2 transfer fee withheld (u64), 8 memo required (u8), 11 CPI guard (u8).
/// </summary>
public struct TokenAccountInfo
{
    /// <summary>Size of the base layout in bytes; the whole of an SPL Token account.</summary>
    public const int BaseSizeBytes = 165;

    /// <summary>Offset of the amount, u64.</summary>
    public const int AmountOffset = 64;

    private const int StateOffset = 108;
    private const int MultisigSizeBytes = 355;

    private const ushort TransferFeeAmountType = 2;
    private const ushort MemoTransferType = 8;
    private const ushort CpiGuardType = 11;

    /// <summary>Mint of the tokens held.</summary>
    public Pubkey Mint;

    /// <summary>Authority over the tokens.</summary>
    public Pubkey Owner;

    /// <summary>Balance in base units.</summary>
    public ulong AmountRaw;

    /// <summary>Slot of this balance; 0 where slots do not matter.</summary>
    public ulong Slot;

    /// <summary>Transfer fees withheld in this account, base units; not part of <see cref="AmountRaw"/>.</summary>
    public ulong WithheldRaw;

    /// <summary>
    /// Offset of the withheld amount (u64) in the account's data; 0 if the account has no such extension.
    /// </summary>
    public int WithheldOffset;

    /// <summary>True if the account is frozen: neither side of a transfer may be frozen.</summary>
    public bool IsFrozen;

    /// <summary>True if transfers into this account must be preceded by a memo.</summary>
    public bool RequiresMemo;

    /// <summary>True if the account's CPI guard is on (owner-signed transfers inside other programs fail).</summary>
    public bool HasCpiGuard;

    /// <summary>True once decoded from an existing account.</summary>
    public bool IsKnown;

    /// <summary>
    /// Decodes an initialized token account of either token program; false (and a zeroed value) if the bytes are none.
    /// </summary>
    public static bool TryDecode(in AccountView account, out TokenAccountInfo info)
    {
        info = default;
        ReadOnlySpan<byte> data = account.Data;
        bool isToken2022 = !Pubkey.AreSame(in account.Owner, in ProgramIds.Token);
        if (isToken2022 && !Pubkey.AreSame(in account.Owner, in ProgramIds.Token2022)) return false;
        if (data.Length < BaseSizeBytes || data.Length == MultisigSizeBytes) return false;
        if (!isToken2022 && data.Length != BaseSizeBytes) return false;
        byte state = data[StateOffset];
        if (state is not (1 or 2)) return false;

        ReadOnlySpan<byte> common = data[..BaseSizeBytes];
        info.Mint = Pubkey.Read(common);
        info.Owner = Pubkey.Read(common, 32);
        info.AmountRaw = BinaryPrimitives.ReadUInt64LittleEndian(common[AmountOffset..]);
        info.IsFrozen = state == 2;
        info.IsKnown = true;
        info.Slot = account.Slot;
        if (data.Length == BaseSizeBytes || TryReadExtensions(data, ref info)) return true;
        info = default;
        return false;
    }

    /// <summary>
    /// True if the balance is known to be below <paramref name="amountRaw"/> in a state of
    /// <paramref name="stateSlot"/>: a balance from before it (a vault that no feed follows) says nothing about it.
    /// </summary>
    public readonly bool IsShort(ulong amountRaw, ulong stateSlot) => AmountRaw < amountRaw && Slot >= stateSlot;

    /// <summary>Takes a transfer in; its transfer fee is withheld here.</summary>
    internal void Receive(ulong amountRaw, ulong transferFeeRaw)
    {
        AmountRaw += amountRaw - transferFeeRaw;
        WithheldRaw += transferFeeRaw;
    }

    /// <summary>
    /// Writes the members a transfer changes (amount, withheld fee) back into <paramref name="data"/>: the inverse of
    /// <see cref="TryDecode"/> for proofs of post states. False if the data is too short.
    /// </summary>
    public readonly bool TryWrite(Span<byte> data)
    {
        if (data.Length < BaseSizeBytes || data.Length < WithheldOffset + sizeof(ulong)) return false;
        BinaryPrimitives.WriteUInt64LittleEndian(data[AmountOffset..], AmountRaw);
        if (WithheldOffset != 0) BinaryPrimitives.WriteUInt64LittleEndian(data[WithheldOffset..], WithheldRaw);
        return true;
    }

    /// <summary>True if the byte at <paramref name="offset"/> is the amount or the withheld fee.</summary>
    public readonly bool IsTransferState(int offset) =>
        (uint)(offset - AmountOffset) < sizeof(ulong)
        || (WithheldOffset != 0 && (uint)(offset - WithheldOffset) < sizeof(ulong));

    private static bool TryReadExtensions(ReadOnlySpan<byte> data, ref TokenAccountInfo info)
    {
        if (data[TokenExtensions.KindOffset] != TokenExtensions.KindAccount) return false;
        TokenExtensions extensions = new(data);
        while (extensions.MoveNext())
        {
            switch (extensions.Type)
            {
                case TransferFeeAmountType:
                    if (extensions.ValueLength != sizeof(ulong)) return false;
                    info.WithheldOffset = extensions.ValueOffset;
                    info.WithheldRaw = BinaryPrimitives.ReadUInt64LittleEndian(extensions.Value);
                    break;
                case MemoTransferType:
                    if (extensions.ValueLength != 1) return false;
                    info.RequiresMemo = extensions.Value[0] != 0;
                    break;
                case CpiGuardType:
                    if (extensions.ValueLength != 1) return false;
                    info.HasCpiGuard = extensions.Value[0] != 0;
                    break;
                default:
                    break;
            }
        }

        return !extensions.Malformed;
    }
}
