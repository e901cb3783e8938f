using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Instructions around token accounts: create, wrap and unwrap SOL, transfer, close, memo. The token program is an
/// argument because Token and Token-2022 share these instruction numbers.
/// Source: spl-token instruction tags 3 Transfer, 9 CloseAccount, 12 TransferChecked, 17 SyncNative; associated token
/// account 0 Create (also as empty data), 1 CreateIdempotent; all byte-checked by transactions.json.
/// </summary>
public static class TokenAccounts
{
    /// <summary>Offset of the amount in Transfer and TransferChecked data.</summary>
    public const int AmountOffset = 1;

    /// <summary>Size of an SPL Token account in bytes; Token-2022 accounts with extensions are larger.</summary>
    public const int TokenAccountBytes = 165;

    /// <summary>Creates the associated token account unless it exists; does not fail if it does.</summary>
    public static void WriteCreateIdempotent(
        InstructionBuffer buffer,
        in Pubkey payer,
        in Pubkey account,
        in Pubkey owner,
        in Pubkey mint,
        in Pubkey tokenProgram)
    {
        WriteCreate(buffer, payer, account, owner, mint, tokenProgram);
        buffer.WriteByte(1);
    }

    /// <summary>Creates the associated token account; fails on chain if it exists.</summary>
    public static void WriteCreate(
        InstructionBuffer buffer,
        in Pubkey payer,
        in Pubkey account,
        in Pubkey owner,
        in Pubkey mint,
        in Pubkey tokenProgram)
    {
        buffer.Reset(ProgramIds.AssociatedToken);
        buffer.Add(payer, AccountFlags.Signer | AccountFlags.Writable);
        buffer.Add(account, AccountFlags.Writable);
        buffer.Add(owner);
        buffer.Add(mint);
        buffer.Add(ProgramIds.System);
        buffer.Add(tokenProgram);
    }

    /// <summary>
    /// Makes a wrapped SOL account's amount equal to its lamports; follows a transfer of lamports into it.
    /// </summary>
    public static void WriteSyncNative(InstructionBuffer buffer, in Pubkey account, in Pubkey tokenProgram)
    {
        buffer.Reset(tokenProgram);
        buffer.Add(account, AccountFlags.Writable);
        buffer.WriteByte(17);
    }

    /// <summary>
    /// Closes a token account; its lamports (for wrapped SOL: all of it) go to <paramref name="destination"/>.
    /// </summary>
    public static void WriteClose(
        InstructionBuffer buffer, in Pubkey account, in Pubkey destination, in Pubkey owner, in Pubkey tokenProgram)
    {
        buffer.Reset(tokenProgram);
        buffer.Add(account, AccountFlags.Writable);
        buffer.Add(destination, AccountFlags.Writable);
        buffer.Add(owner, AccountFlags.Signer);
        buffer.WriteByte(9);
    }

    /// <summary>Transfers tokens in base units.</summary>
    public static void WriteTransfer(
        InstructionBuffer buffer,
        in Pubkey source,
        in Pubkey destination,
        in Pubkey owner,
        ulong amountRaw,
        in Pubkey tokenProgram)
    {
        buffer.Reset(tokenProgram);
        buffer.Add(source, AccountFlags.Writable);
        buffer.Add(destination, AccountFlags.Writable);
        buffer.Add(owner, AccountFlags.Signer);
        buffer.WriteByte(3);
        buffer.WriteUInt64(amountRaw);
    }

    /// <summary>Transfers tokens in base units and lets the program check mint and decimals.</summary>
    public static void WriteTransferChecked(
        InstructionBuffer buffer,
        in Pubkey source,
        in Pubkey mint,
        in Pubkey destination,
        in Pubkey owner,
        ulong amountRaw,
        byte decimals,
        in Pubkey tokenProgram)
    {
        buffer.Reset(tokenProgram);
        buffer.Add(source, AccountFlags.Writable);
        buffer.Add(mint);
        buffer.Add(destination, AccountFlags.Writable);
        buffer.Add(owner, AccountFlags.Signer);
        buffer.WriteByte(12);
        buffer.WriteUInt64(amountRaw);
        buffer.WriteByte(decimals);
    }

    /// <summary>
    /// A memo of UTF-8 bytes, signed by <paramref name="signer"/>. Source: spl-memo v2 (signers may be none).
    /// </summary>
    public static void WriteMemo(InstructionBuffer buffer, in Pubkey signer, ReadOnlySpan<byte> utf8)
    {
        buffer.Reset(ProgramIds.Memo);
        if (!signer.IsZero) buffer.Add(signer, AccountFlags.Signer);
        buffer.Write(utf8);
    }
}
