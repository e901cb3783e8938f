using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>Wire form of a transaction message.</summary>
public enum MessageVersion : byte
{
    /// <summary>The first form: every account is listed.</summary>
    Legacy = 0,

    /// <summary>Version 0: accounts may come from address lookup tables.</summary>
    V0 = 1,

    /// <summary>Version 1 (SIMD-0385): no lookup tables, compute budget in the header, up to 4,096 bytes.</summary>
    V1 = 2,
}

/// <summary>Why a message was not written.</summary>
public enum MessageStatus : byte
{
    /// <summary>Written.</summary>
    Ok = 0,

    /// <summary>The transaction would exceed the version's size; see <see cref="MessageWriter.BytesOver"/>.</summary>
    TooLarge = 1,

    /// <summary>More accounts than the chain locks for one transaction, or than the version can number.</summary>
    TooManyAccounts = 2,

    /// <summary>More signers than the version allows.</summary>
    TooManySigners = 3,

    /// <summary>More instructions than the version or this writer allows.</summary>
    TooManyInstructions = 4,

    /// <summary>An instruction buffer overflowed while it was filled.</summary>
    InstructionOverflowed = 5,

    /// <summary>The caller's span is too short; nothing was written.</summary>
    DestinationTooSmall = 6,

    /// <summary>Version 1 was asked for and is switched off.</summary>
    VersionDisabled = 7,

    /// <summary>A version 1 message without a compute unit limit: the chain takes "none" as 0.</summary>
    ComputeUnitLimitMissing = 8,

    /// <summary>A compute budget instruction in a version 1 message, whose header carries the budget.</summary>
    ComputeBudgetInstruction = 9,

    /// <summary>No instructions.</summary>
    Empty = 10,

    /// <summary>
    /// A version 1 message without a limit of loaded account data: the runtime takes "none" as 0 and refuses to load
    /// anything (seen in LiteSVM 1.5.0, MaxLoadedAccountsDataSizeExceeded).
    /// </summary>
    LoadedAccountsLimitMissing = 11,
}

/// <summary>Limits of the wire forms.</summary>
public static class MessageLimits
{
    /// <summary>
    /// Bytes of a legacy or version 0 transaction, signatures included. Source: solana-sdk packet, 1280 - 40 - 8.
    /// </summary>
    public const int PacketBytes = 1232;

    /// <summary>
    /// Bytes of a version 1 transaction. Source: SIMD-0385, solana-sdk@122f32e5 message/src/versions/v1.
    /// </summary>
    public const int V1Bytes = 4096;

    /// <summary>Accounts of a version 1 message. Source: as above.</summary>
    public const int V1Accounts = 64;

    /// <summary>Instructions of a version 1 message. Source: as above.</summary>
    public const int V1Instructions = 64;

    /// <summary>Signatures of a version 1 message. Source: as above.</summary>
    public const int V1Signatures = 12;

    /// <summary>Bytes of an ed25519 signature.</summary>
    public const int SignatureBytes = 64;

    /// <summary>Largest transaction of a version in bytes.</summary>
    public static int SizeBytes(MessageVersion version) => version == MessageVersion.V1 ? V1Bytes : PacketBytes;
}

/// <summary>
/// The compute budget in a version 1 header. Zero means "not stated" for every member; the writer refuses a message
/// that does not state the two limits the runtime would then take as 0.
/// Source: SIMD-0385; solana-sdk@122f32e5 message/src/versions/v1.
/// </summary>
/// <param name="PriorityFeeLamports">Whole priority fee in lamports (not per compute unit).</param>
/// <param name="ComputeUnitLimit">Compute units the transaction may use.</param>
/// <param name="LoadedAccountsBytes">Bytes of account data the transaction may load.</param>
/// <param name="HeapBytes">Heap of each program call in bytes.</param>
public readonly record struct MessageConfig(
    ulong PriorityFeeLamports, uint ComputeUnitLimit, uint LoadedAccountsBytes = 0, uint HeapBytes = 0)
{
    /// <summary>The version 1 form of a limit and a price per unit, rounded up as the chain charges it.</summary>
    public static MessageConfig FromPrice(
        uint computeUnitLimit,
        ulong microLamportsPerCu,
        uint loadedAccountsBytes = ComputeBudget.MaxLoadedAccountsBytes)
    {
        ulong priorityFeeLamports = NetworkFees.PriorityLamports(computeUnitLimit, microLamportsPerCu);
        return new MessageConfig(priorityFeeLamports, computeUnitLimit, loadedAccountsBytes);
    }
}

/// <summary>Where the parts of a written transaction lie, in bytes from its start.</summary>
/// <param name="TotalBytes">Bytes of the transaction.</param>
/// <param name="MessageOffset">Start of the message: the bytes that are signed.</param>
/// <param name="MessageBytes">Length of the message.</param>
/// <param name="SignatureOffset">Start of the first signature.</param>
/// <param name="SignatureCount">Signatures; the payer's is the first.</param>
/// <param name="BlockhashOffset">Start of the blockhash.</param>
/// <param name="KeysOffset">Start of the static account keys; the first ones are the signers, in signature
/// order.</param>
/// <param name="StaticKeyCount">Listed accounts.</param>
public readonly record struct MessageLayout(
    int TotalBytes,
    int MessageOffset,
    int MessageBytes,
    int SignatureOffset,
    int SignatureCount,
    int BlockhashOffset,
    int KeysOffset,
    int StaticKeyCount)
{
    /// <summary>The bytes to sign.</summary>
    public System.ReadOnlySpan<byte> Message(System.ReadOnlySpan<byte> transaction) =>
        transaction.Slice(MessageOffset, MessageBytes);

    /// <summary>Place of the signature of a signer by its index; empty if there is no such signer.</summary>
    public System.Span<byte> Signature(System.Span<byte> transaction, int signerIndex) =>
        (uint)signerIndex < (uint)SignatureCount
            ? transaction.Slice(
                SignatureOffset + (signerIndex * MessageLimits.SignatureBytes), MessageLimits.SignatureBytes)
            : default;

    /// <summary>Index of <paramref name="key"/> among the signers; -1 if it does not sign.</summary>
    public int SignerIndex(System.ReadOnlySpan<byte> transaction, in Pubkey key)
    {
        for (int i = 0; i < SignatureCount; i++)
        {
            if (Pubkey.Read(transaction, KeysOffset + (i * Pubkey.SizeBytes)) == key) return i;
        }

        return -1;
    }
}
