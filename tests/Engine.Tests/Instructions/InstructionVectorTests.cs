using System;
using System.Globalization;
using System.Text.Json;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Tests.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class InstructionVectorTests
{
    private readonly InstructionBuffer _buffer = new();

    [Fact]
    public void Write_VectorInstructions_AreEqual()
    {
        int count = 0;
        foreach (JsonElement item in TransactionVectors.Section("instructions").EnumerateArray())
        {
            Write(item.GetProperty("name").GetString()!, item.GetProperty("args"),
                VectorRequest.Key(item, "program_id"));
            AssertEqual(item);
            count++;
        }

        Assert.True(count >= 52);
    }

    [Fact]
    public void WriteCreate_VectorAccounts_AreEqual()
    {
        foreach (JsonElement item in TransactionVectors.Section("ata").EnumerateArray())
        {
            Pubkey payer = VectorRequest.Key(item, "payer");
            Pubkey account = VectorRequest.Key(item, "address");
            Pubkey owner = VectorRequest.Key(item, "owner");
            Pubkey mint = VectorRequest.Key(item, "mint");
            Pubkey program = VectorRequest.Key(item, "token_program");
            TokenAccounts.WriteCreate(_buffer, payer, account, owner, mint, program);
            AssertEqual(item.GetProperty("create"));
            TokenAccounts.WriteCreateIdempotent(_buffer, payer, account, owner, mint, program);
            AssertEqual(item.GetProperty("create_idempotent"));
        }
    }

    [Fact]
    public void Discriminators_Vectors_AreEqual()
    {
        foreach (JsonElement item in TransactionVectors.Section("anchor_discriminators").EnumerateArray())
        {
            ulong value = AnchorDiscriminator.Instruction(item.GetProperty("name").GetString()!);
            Assert.Equal(item.GetProperty("instruction").GetString(),
                Convert.ToHexStringLower(BitConverter.GetBytes(value)));
        }

        // Source: account "PoolState" of Raydium CPMM, raydium-cp-swap@609780f.
        Assert.Equal("f7ede3f5d7c3de46",
            Convert.ToHexStringLower(BitConverter.GetBytes(AnchorDiscriminator.Account("PoolState"))));
    }

    [Fact]
    public void ShortVec_Vectors_AgreeBothWays()
    {
        byte[] bytes = new byte[3];
        foreach (JsonElement item in TransactionVectors.Section("compact_u16").EnumerateArray())
        {
            int value = item.GetProperty("value").GetInt32();
            int size = ShortVec.Write(bytes, value);
            Assert.Equal(item.GetProperty("hex").GetString(), Convert.ToHexStringLower(bytes.AsSpan(0, size)));
            Assert.Equal(size, ShortVec.SizeOf(value));
        }
    }

    [Fact]
    public void ShortVec_EveryValue_RoundTripsAndEveryOtherFormIsRefused()
    {
        byte[] bytes = new byte[3];
        for (int value = 0; value <= ushort.MaxValue; value++)
        {
            int size = ShortVec.Write(bytes, value);
            Assert.True(ShortVec.TryRead(bytes.AsSpan(0, size), out int back, out int used) && back == value
                && used == size);
            Assert.False(ShortVec.TryRead(bytes.AsSpan(0, size - 1), out _, out _));
        }

        Assert.False(ShortVec.TryRead([0x80, 0x00], out _, out _)); // longer than needed
        Assert.False(ShortVec.TryRead([0xff, 0x80, 0x00], out _, out _));
        Assert.False(ShortVec.TryRead([0xff, 0xff, 0x04], out _, out _)); // 65536 and above
        Assert.False(ShortVec.TryRead([0xff, 0xff, 0xff, 0x01], out _, out _));
    }

    [Fact]
    public void Wrap_OwnAccount_CreatesFundsAndSyncs()
    {
        InstructionBuffer create = new(), fund = new(), sync = new();
        Pubkey owner = Pubkey.Parse("Z7jLQ6LDGzpwrGrgTKpNyDLi8pqhiwkTZpFNjhuhYR8");
        Assert.True(AssociatedTokenAddress.TryFind(owner, ProgramIds.WrappedSolMint, ProgramIds.Token,
            out Pubkey account, out _));
        TokenAccounts.WriteCreateIdempotent(create, owner, account, owner, ProgramIds.WrappedSolMint, ProgramIds.Token);
        SystemTransfer.Write(fund, owner, account, 42);
        TokenAccounts.WriteSyncNative(sync, account, ProgramIds.Token);
        Assert.Equal("8AvBPsCLvyEdMY77WkXVgvVLYorjZr9DJ4UGW3s4J8U9", create.Accounts[1].Key.ToString());
        Assert.Equal(account, fund.Accounts[1].Key);
        Assert.Equal("020000002a00000000000000", Convert.ToHexStringLower(fund.Data));
        Assert.Equal(account, sync.Accounts[0].Key);
    }

    [Fact]
    public void PriorityFee_Rounds_UpAndSaturates()
    {
        Assert.Equal(0UL, NetworkFees.PriorityLamports(200_000, 0));
        Assert.Equal(1UL, NetworkFees.PriorityLamports(1, 1));
        Assert.Equal(1400UL, NetworkFees.PriorityLamports(1_400_000, 1000));
        Assert.Equal(1401UL, NetworkFees.PriorityLamports(1_400_001, 1000));
        Assert.Equal(ulong.MaxValue, NetworkFees.PriorityLamports(uint.MaxValue, ulong.MaxValue));
    }

    private void Write(string name, JsonElement args, Pubkey program)
    {
        switch (name)
        {
            case "set_compute_unit_limit":
                ComputeBudget.WriteUnitLimit(_buffer, args.GetProperty("units").GetUInt32(
                )); break;
            case "set_compute_unit_price": ComputeBudget.WriteUnitPrice(_buffer, Number(args, "micro_lamports")); break;
            case "request_heap_frame":
                ComputeBudget.WriteHeapFrame(_buffer, args.GetProperty("bytes").GetUInt32(
                )); break;
            case "set_loaded_accounts_data_size_limit":
                ComputeBudget.WriteLoadedAccountsLimit(_buffer, args.GetProperty("bytes").GetUInt32());
                break;
            case "system_transfer":
                SystemTransfer.Write(_buffer, Key(args, "from"), Key(args, "to"), Number(args, "lamports"));
                break;
            case "token_transfer":
                TokenAccounts.WriteTransfer(
                    _buffer, Key(args, "source"), Key(args, "destination"), Key(args, "owner"), Number(args, "amount"),
                        program);
                break;
            case "token_transfer_checked":
                TokenAccounts.WriteTransferChecked(
                    _buffer, Key(args, "source"), Key(args, "mint"), Key(args, "destination"), Key(args, "owner"),
                    Number(args, "amount"), args.GetProperty("decimals").GetByte(), program);
                break;
            case "token_close_account":
                TokenAccounts.WriteClose(_buffer, Key(args, "account"), Key(args, "destination"), Key(args, "owner"),
                    program);
                break;
            case "token_sync_native": TokenAccounts.WriteSyncNative(_buffer, Key(args, "account"), program); break;
            default: throw new InvalidOperationException(name);
        }
    }

    private void AssertEqual(JsonElement expected)
    {
        InstructionBuffer other = VectorRequest.ReadInstruction(expected);
        Assert.Equal(other.ProgramId, _buffer.ProgramId);
        Assert.Equal(other.Accounts.ToArray(), _buffer.Accounts.ToArray());
        Assert.Equal(Convert.ToHexString(other.Data), Convert.ToHexString(_buffer.Data));
    }

    private static Pubkey Key(JsonElement args, string name) => VectorRequest.Key(args, name);

    private static ulong Number(JsonElement args, string name) =>
        ulong.Parse(args.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
