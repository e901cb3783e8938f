using System;
using System.Buffers.Binary;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;
using Xunit;

namespace LowLatency.Feeds.Tests.Submission;

/// <summary>Transactions built and signed here, executed by the real runtime and the real token programs.</summary>
public sealed class LiteSvmTests
{
    private const ulong Sol = 1_000_000_000;

    private readonly MessageWriter _writer = new(allowV1: true);
    private readonly byte[] _bytes = new byte[MessageLimits.V1Bytes];

    [LiteSvmFact]
    public void Send_TransferWithBudgetAndTip_MovesExactLamportsAndFees()
    {
        using LiteSvm svm = new();
        using Ed25519Signer payer = Ed25519Signer.Create(Seed(1));
        svm.Airdrop(payer.PublicKey, 10 * Sol);
        svm.Airdrop(TipAccounts.Pick(2), Sol);
        InstructionBuffer limit = new(), price = new(), tip = new();
        ComputeBudget.WriteUnitLimit(limit, 1_000);
        ComputeBudget.WriteUnitPrice(price, 1_500);
        SystemTransfer.Write(tip, payer.PublicKey, TipAccounts.Pick(2), 123_456);
        foreach (MessageVersion version in (MessageVersion[])[MessageVersion.Legacy, MessageVersion.V0])
        {
            ulong before = svm.Account(payer.PublicKey)!.Value.Lamports;
            ulong tipBefore = svm.Account(TipAccounts.Pick(2))!.Value.Lamports;
            AssertExecuted(svm.Send(Build(svm, payer, version, limit, price, tip)));
            ulong fee = 5_000 + NetworkFees.PriorityLamports(1_000, 1_500);
            Assert.Equal(before - 123_456 - fee, svm.Account(payer.PublicKey)!.Value.Lamports);
            Assert.Equal(tipBefore + 123_456, svm.Account(TipAccounts.Pick(2))!.Value.Lamports);
        }
    }

    [LiteSvmFact]
    public void Send_WrapTransferUnwrap_KeepsEveryLamport()
    {
        using LiteSvm svm = new();
        using Ed25519Signer owner = Ed25519Signer.Create(Seed(2));
        using Ed25519Signer other = Ed25519Signer.Create(Seed(3));
        svm.Airdrop(owner.PublicKey, 10 * Sol);
        Pubkey account = TokenAccount(owner.PublicKey, ProgramIds.WrappedSolMint, ProgramIds.Token);
        Pubkey target = TokenAccount(other.PublicKey, ProgramIds.WrappedSolMint, ProgramIds.Token);
        InstructionBuffer create = new(), fund = new(), sync = new(), createOther = new(), transfer = new(), close =
            new();
        TokenAccounts.WriteCreateIdempotent(
            create, owner.PublicKey, account, owner.PublicKey, ProgramIds.WrappedSolMint, ProgramIds.Token);
        SystemTransfer.Write(fund, owner.PublicKey, account, 2 * Sol);
        TokenAccounts.WriteSyncNative(sync, account, ProgramIds.Token);
        TokenAccounts.WriteCreateIdempotent(
            createOther, owner.PublicKey, target, other.PublicKey, ProgramIds.WrappedSolMint, ProgramIds.Token);
        TokenAccounts.WriteTransferChecked(
            transfer, account, ProgramIds.WrappedSolMint, target, owner.PublicKey, 300_000_000, 9, ProgramIds.Token);
        AssertExecuted(svm.Send(Build(svm, owner, MessageVersion.V0, create, fund, sync, createOther, transfer)));
        Assert.Equal(1_700_000_000UL, Amount(svm, account));
        Assert.Equal(300_000_000UL, Amount(svm, target));

        // Once more: creating what exists must not fail.
        TokenAccounts.WriteTransfer(transfer, account, target, owner.PublicKey, 1, ProgramIds.Token);
        AssertExecuted(svm.Send(Build(svm, owner, MessageVersion.Legacy, create, createOther, transfer)));
        Assert.Equal(300_000_001UL, Amount(svm, target));
        ulong lamports = svm.Account(owner.PublicKey)!.Value.Lamports;
        ulong wrapped = svm.Account(account)!.Value.Lamports;
        TokenAccounts.WriteClose(close, account, owner.PublicKey, owner.PublicKey, ProgramIds.Token);
        AssertExecuted(svm.Send(Build(svm, owner, MessageVersion.V0, close)));
        Assert.Equal(lamports + wrapped - 5_000, svm.Account(owner.PublicKey)!.Value.Lamports);
    }

    [LiteSvmFact]
    public void Send_Token2022AccountAndMemo_Execute()
    {
        using LiteSvm svm = new();
        using Ed25519Signer owner = Ed25519Signer.Create(Seed(4));
        svm.Airdrop(owner.PublicKey, 10 * Sol);
        Pubkey mint = ManagedEd25519.PublicKey(Seed(5));
        svm.Put(mint, Sol, ProgramIds.Token2022, Mint(supply: 1_000, decimals: 6));
        Pubkey account = TokenAccount(owner.PublicKey, mint, ProgramIds.Token2022);
        InstructionBuffer create = new(), memo = new();
        TokenAccounts.WriteCreateIdempotent(create, owner.PublicKey, account, owner.PublicKey, mint,
            ProgramIds.Token2022);
        TokenAccounts.WriteMemo(memo, owner.PublicKey, "hello"u8);
        AssertExecuted(svm.Send(Build(svm, owner, MessageVersion.V0, create, memo)));
        (_, Pubkey program, byte[] data) = svm.Account(account)!.Value;
        Assert.Equal(ProgramIds.Token2022, program);
        Assert.Equal(mint, Pubkey.Read(data));
        Assert.Equal(owner.PublicKey, Pubkey.Read(data, 32));
    }

    [LiteSvmFact]
    public void Send_TwoSignersThroughLookupTable_Executes()
    {
        using LiteSvm svm = new();
        using Ed25519Signer payer = Ed25519Signer.Create(Seed(6));
        using Ed25519Signer source = Ed25519Signer.Create(Seed(7));
        svm.Airdrop(payer.PublicKey, 10 * Sol);
        svm.Airdrop(source.PublicKey, 10 * Sol);
        Pubkey target = ManagedEd25519.PublicKey(Seed(8));
        Pubkey unused = ManagedEd25519.PublicKey(Seed(9));
        Pubkey tableKey = ManagedEd25519.PublicKey(Seed(10));
        byte[] data = new byte[LookupTable.HeaderBytes + 64];
        data[0] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(4), ulong.MaxValue);
        unused.CopyTo(data.AsSpan(LookupTable.HeaderBytes));
        target.CopyTo(data.AsSpan(LookupTable.HeaderBytes + 32));
        svm.Put(tableKey, Sol, ProgramIds.AddressLookupTable, data);
        LookupTable table = new(tableKey);
        Assert.Equal(LookupTableStatus.Ok, table.Update(ProgramIds.AddressLookupTable, data, 1));
        InstructionBuffer transfer = new();
        SystemTransfer.Write(transfer, source.PublicKey, target, 5 * Sol);
        MessageRequest request = Request(svm, payer, MessageVersion.V0, transfer);
        request.Tables = new[] { table };
        ReadOnlySpan<byte> transaction = Sign(request, payer, source);
        Assert.Equal(1, _writer.LookedUpAccountCount);
        AssertExecuted(svm.Send(transaction));
        Assert.Equal(5 * Sol, svm.Account(target)!.Value.Lamports);
    }

    [LiteSvmFact]
    public void Send_MinimumNotMet_FailsAndMovesNothing()
    {
        using LiteSvm svm = new();
        using Ed25519Signer payer = Ed25519Signer.Create(Seed(11));
        svm.Airdrop(payer.PublicKey, 10 * Sol);
        Pubkey target = ManagedEd25519.PublicKey(Seed(12));
        InstructionBuffer first = new(), second = new();
        SystemTransfer.Write(first, payer.PublicKey, target, Sol);
        SystemTransfer.Write(second, payer.PublicKey, target, 100 * Sol); // more than there is
        JsonElement answer = svm.Send(Build(svm, payer, MessageVersion.V0, first, second));
        Assert.False(answer.GetProperty("executed").GetBoolean());
        Assert.Null(svm.Account(target));
    }

    [LiteSvmFact]
    public void Decode_V1_IsReadTheSameByKit()
    {
        using LiteSvm svm = new();
        using Ed25519Signer payer = Ed25519Signer.Create(Seed(13));
        InstructionBuffer transfer = new(), memo = new();
        SystemTransfer.Write(transfer, payer.PublicKey, TipAccounts.Pick(0), 77);
        TokenAccounts.WriteMemo(memo, payer.PublicKey, new byte[600]);
        MessageRequest request = Request(svm, payer, MessageVersion.V1, transfer, memo, memo, memo);
        request.Config = new MessageConfig(1_234, 200_000, 65_536, 32_768);
        ReadOnlySpan<byte> transaction = Sign(request, payer);
        Assert.True(transaction.Length > MessageLimits.PacketBytes);
        JsonElement answer = svm.Decode(transaction);
        Assert.True(answer.GetProperty("same").GetBoolean(), answer.GetRawText());
        JsonElement message = answer.GetProperty("message");
        Assert.Equal(1, message.GetProperty("version").GetInt32());
        string text = message.GetRawText();
        Assert.Contains(payer.PublicKey.ToString(), text, StringComparison.Ordinal);
        Assert.Contains("1234", text, StringComparison.Ordinal);
        Assert.Contains("200000", text, StringComparison.Ordinal);
        Assert.Contains("65536", text, StringComparison.Ordinal);
        Assert.Contains("32768", text, StringComparison.Ordinal);
    }

    [LiteSvmFact]
    public void Send_V1_MovesExactLamportsAndFees()
    {
        using LiteSvm svm = new();
        using Ed25519Signer payer = Ed25519Signer.Create(Seed(14));
        svm.Airdrop(payer.PublicKey, 10 * Sol);
        svm.Airdrop(TipAccounts.Pick(1), Sol);
        InstructionBuffer transfer = new();
        SystemTransfer.Write(transfer, payer.PublicKey, TipAccounts.Pick(1), 77);
        MessageRequest request = Request(svm, payer, MessageVersion.V1, transfer);
        request.Config = new MessageConfig(1_234, 10_000, ComputeBudget.MaxLoadedAccountsBytes);
        AssertExecuted(svm.Send(Sign(request, payer)));
        Assert.Equal(10 * Sol - 77 - 5_000 - 1_234, svm.Account(payer.PublicKey)!.Value.Lamports);
    }

    private static void AssertExecuted(JsonElement answer)
    {
        Assert.True(answer.GetProperty("same").GetBoolean(), "kit encodes the decoded transaction differently");
        Assert.True(answer.GetProperty("executed").GetBoolean(), answer.GetRawText());
    }

    private static ulong Amount(LiteSvm svm, in Pubkey account) =>
        BinaryPrimitives.ReadUInt64LittleEndian(svm.Account(account)!.Value.Data.AsSpan(64));

    private static Pubkey TokenAccount(in Pubkey owner, in Pubkey mint, in Pubkey program)
    {
        Assert.True(AssociatedTokenAddress.TryFind(owner, mint, program, out Pubkey account, out _));
        return account;
    }

    private static byte[] Mint(ulong supply, byte decimals)
    {
        byte[] data = new byte[82]; // no authorities, initialised
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(36), supply);
        data[44] = decimals;
        data[45] = 1;
        return data;
    }

    private static byte[] Seed(byte number)
    {
        byte[] seed = new byte[32];
        seed[0] = number;
        return seed;
    }

    private static MessageRequest Request(
        LiteSvm svm, Ed25519Signer payer, MessageVersion version, params InstructionBuffer[] instructions) => new()
        {
            Version = version,
            Payer = payer.PublicKey,
            Blockhash = svm.Blockhash(),
            Instructions = instructions,
        };

    private ReadOnlySpan<byte> Build(
        LiteSvm svm, Ed25519Signer payer, MessageVersion version, params InstructionBuffer[] instructions) =>
        Sign(Request(svm, payer, version, instructions), payer);

    private ReadOnlySpan<byte> Sign(scoped in MessageRequest request, params Ed25519Signer[] signers)
    {
        Assert.Equal(MessageStatus.Ok, _writer.WriteTransaction(request, _bytes, out MessageLayout layout));
        foreach (Ed25519Signer signer in signers)
        {
            int index = layout.SignerIndex(_bytes, signer.PublicKey);
            Assert.True(signer.TrySign(layout.Message(_bytes), layout.Signature(_bytes, index)));
        }

        return _bytes.AsSpan(0, layout.TotalBytes);
    }
}
