using System;
using System.Buffers.Binary;

namespace LowLatency.Engine.Solana;

/// <summary>Program a mint belongs to.</summary>
public enum TokenProgramKind : byte
{
    /// <summary>The mint's account was not seen yet.</summary>
    Unknown = 0,

    /// <summary>SPL Token.</summary>
    Token = 1,

    /// <summary>Token-2022.</summary>
    Token2022 = 2,
}

/// <summary>Extensions of a mint that bear on a swap.</summary>
[Flags]
public enum MintFeatures : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A transfer fee is configured (its rate may be zero).</summary>
    TransferFee = 1,

    /// <summary>Transfers call a hook program. Refused.</summary>
    TransferHook = 2,

    /// <summary>
    /// The hook extension is present without a program; transfers are plain until its authority sets one.
    /// </summary>
    TransferHookUnset = 4,

    /// <summary>New token accounts start frozen. Refused.</summary>
    DefaultFrozen = 8,

    /// <summary>Tokens cannot be transferred. Refused.</summary>
    NonTransferable = 16,

    /// <summary>Transfers are paused now. Refused while set.</summary>
    Paused = 32,

    /// <summary>Transfers can be paused by an authority.</summary>
    Pausable = 64,

    /// <summary>An authority may move anyone's tokens, a vault's too.</summary>
    PermanentDelegate = 128,

    /// <summary>An extension this engine does not know. Refused: it may change what a transfer does.</summary>
    UnknownExtension = 256,

    /// <summary>The features whose mints are refused with a status.</summary>
    Refused = TransferHook | DefaultFrozen | NonTransferable | Paused | UnknownExtension,
}

/// <summary>A Token-2022 transfer fee that starts at an epoch.</summary>
/// <param name="Epoch">First epoch it applies in.</param>
/// <param name="MaximumRaw">Cap of the fee of one transfer, base units.</param>
/// <param name="FeeBps">Rate in 1e-4 of the transferred amount, at most 10,000.</param>
public readonly record struct TransferFeeRate(ulong Epoch, ulong MaximumRaw, ushort FeeBps)
{
    /// <summary>True if no transfer is charged.</summary>
    public bool IsZero => FeeBps == 0 || MaximumRaw == 0;
}

/// <summary>
/// A decoded mint of the SPL Token or Token-2022 program; the default value is a mint that was not seen yet.
/// Source: solana-program/token program state.rs, Mint, 82 bytes: mint_authority@0, supply u64@36, decimals u8@44,
/// is_initialized u8@45, freeze_authority@46. Token-2022 appends extensions (kind byte@165):
/// 1 transfer fee (older fee@72, newer fee@90 of its value: epoch u64, maximum u64, bps u16), 6 default account state
/// (u8), 9 non-transferable, 12 permanent delegate, 14 transfer hook (authority@0, program@32), 26 pausable
/// (authority@0, paused u8@32).
/// </summary>
public struct MintInfo
{
    /// <summary>Size of the base layout in bytes; the whole of an SPL Token mint.</summary>
    public const int BaseSizeBytes = 82;

    private const int SupplyOffset = 36;
    private const int DecimalsOffset = 44;
    private const int InitializedOffset = 45;

    private const ushort TransferFeeConfigType = 1;
    private const ushort DefaultAccountStateType = 6;
    private const ushort NonTransferableType = 9;
    private const ushort PermanentDelegateType = 12;
    private const ushort TransferHookType = 14;
    private const ushort PausableType = 26;

    // Source: solana-program/token-2022@0b2d6d7e interface/src/extension/mod.rs, ExtensionType: PermissionedBurn is
    // the last.
    private const ushort LastKnownType = 28;

    private const int TransferFeeConfigBytes = 108;
    private const int OlderFeeOffset = 72;
    private const int NewerFeeOffset = 90;
    private const ushort FeeBpsMax = 10_000;

    /// <summary>Supply in base units.</summary>
    public ulong SupplyRaw;

    /// <summary>Transfer fee before <see cref="NewerFee"/> starts; zero if the mint has none.</summary>
    public TransferFeeRate OlderFee;

    /// <summary>Transfer fee from its epoch on; zero if the mint has none.</summary>
    public TransferFeeRate NewerFee;

    /// <summary>Extensions that bear on a swap.</summary>
    public MintFeatures Features;

    /// <summary>Decimals, for display only.</summary>
    public byte Decimals;

    /// <summary>Program the mint belongs to; <see cref="TokenProgramKind.Unknown"/> until decoded.</summary>
    public TokenProgramKind Program;

    /// <summary>True once decoded.</summary>
    public readonly bool IsKnown => Program != TokenProgramKind.Unknown;

    /// <summary>Decimals; -1 until decoded.</summary>
    public readonly int KnownDecimals => IsKnown ? Decimals : -1;

    /// <summary>True if this engine refuses to quote the mint (see <see cref="MintFeatures.Refused"/>).</summary>
    public readonly bool IsRefused => (Features & MintFeatures.Refused) != 0;

    /// <summary>True if some epoch's transfers are charged, so that quotes depend on the epoch.</summary>
    public readonly bool HasTransferFee => !OlderFee.IsZero || !NewerFee.IsZero;

    /// <summary>Address of the token program; zero while unknown.</summary>
    public readonly Pubkey ProgramId => ProgramIdOf(Program);

    /// <summary>The transfer fee in force at <paramref name="epoch"/>; a zero rate if there is none.</summary>
    public readonly TransferFeeRate FeeAt(ulong epoch) => epoch >= NewerFee.Epoch ? NewerFee : OlderFee;

    /// <summary>
    /// Decodes an initialized mint of either token program; false (and the unknown mint) if the bytes are none.
    /// </summary>
    public static bool TryDecode(in AccountView account, out MintInfo info)
    {
        info = default;
        ReadOnlySpan<byte> data = account.Data;
        bool isToken2022 = account.Owner == ProgramIds.Token2022;
        if (!isToken2022 && account.Owner != ProgramIds.Token) return false;
        if (data.Length < BaseSizeBytes || data[InitializedOffset] != 1) return false;
        if (!isToken2022 && data.Length != BaseSizeBytes) return false;

        MintInfo decoded = default;
        decoded.Program = isToken2022 ? TokenProgramKind.Token2022 : TokenProgramKind.Token;
        decoded.SupplyRaw = BinaryPrimitives.ReadUInt64LittleEndian(data[SupplyOffset..]);
        decoded.Decimals = data[DecimalsOffset];
        if (data.Length > BaseSizeBytes && !TryReadExtensions(data, ref decoded)) return false;
        info = decoded;
        return true;
    }

    /// <summary>Address of a token program; zero for <see cref="TokenProgramKind.Unknown"/>.</summary>
    internal static Pubkey ProgramIdOf(TokenProgramKind program) => program switch
    {
        TokenProgramKind.Token => ProgramIds.Token,
        TokenProgramKind.Token2022 => ProgramIds.Token2022,
        _ => default,
    };

    private static bool TryReadExtensions(ReadOnlySpan<byte> data, ref MintInfo info)
    {
        if (data.Length <= TokenExtensions.KindOffset || data[TokenExtensions.KindOffset] != TokenExtensions.KindMint)
            return false;
        TokenExtensions extensions = new(data);
        while (extensions.MoveNext())
            if (!TryApply(extensions.Type, extensions.Value, ref info)) return false;
        return !extensions.Malformed;
    }

    private static bool TryApply(ushort type, ReadOnlySpan<byte> value, ref MintInfo info)
    {
        switch (type)
        {
            case TransferFeeConfigType:
                if (value.Length != TransferFeeConfigBytes) return false;
                info.OlderFee = ReadFee(value[OlderFeeOffset..]);
                info.NewerFee = ReadFee(value[NewerFeeOffset..]);
                info.Features |= MintFeatures.TransferFee;
                return info.OlderFee.FeeBps <= FeeBpsMax && info.NewerFee.FeeBps <= FeeBpsMax;
            case DefaultAccountStateType:
                if (value.Length != 1) return false;
                if (value[0] == 2) info.Features |= MintFeatures.DefaultFrozen;
                return true;
            case NonTransferableType:
                info.Features |= MintFeatures.NonTransferable;
                return true;
            case PermanentDelegateType:
                info.Features |= MintFeatures.PermanentDelegate;
                return true;
            case TransferHookType:
                if (value.Length != 2 * Pubkey.SizeBytes) return false;
                bool hasProgram = !Pubkey.Read(value, Pubkey.SizeBytes).IsZero;
                info.Features |= hasProgram ? MintFeatures.TransferHook : MintFeatures.TransferHookUnset;
                return true;
            case PausableType:
                if (value.Length != Pubkey.SizeBytes + 1) return false;
                info.Features |= MintFeatures.Pausable;
                if (value[Pubkey.SizeBytes] != 0) info.Features |= MintFeatures.Paused;
                return true;
            default:
                if (type > LastKnownType) info.Features |= MintFeatures.UnknownExtension;
                return true;
        }
    }

    private static TransferFeeRate ReadFee(ReadOnlySpan<byte> value) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(value),
        BinaryPrimitives.ReadUInt64LittleEndian(value[8..]),
        BinaryPrimitives.ReadUInt16LittleEndian(value[16..]));
}
