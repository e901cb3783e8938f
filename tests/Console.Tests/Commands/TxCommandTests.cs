using System;
using System.IO;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;
using Xunit;

namespace LowLatency.Console.Tests.Commands;

public sealed class TxCommandTests
{
    private readonly StringWriter _output = new();
    private readonly MessageWriter _writer = new(allowV1: true);
    private readonly byte[] _bytes = new byte[MessageLimits.V1Bytes];

    [Fact]
    public void Inspect_SignedSwapInEveryText_SaysAmountsFeesAndSignature()
    {
        byte[] transaction = BuildSwap(MessageVersion.V0, sign: true);
        string[] texts = [Convert.ToBase64String(transaction), Base58.Encode(transaction),
            Convert.ToHexString(transaction)];
        foreach (string text in texts)
        {
            _output.GetStringBuilder().Clear();
            Assert.Equal(ExitCodes.Ok, TxCommand.Inspect(text, _output));
            string shown = _output.ToString();
            Assert.Contains("version     0", shown, StringComparison.Ordinal);
            Assert.Contains("Raydium CPMM: swap_base_input: in 1000, out at least 990 base units", shown,
                StringComparison.Ordinal);
            Assert.Contains("signature valid", shown, StringComparison.Ordinal);
            Assert.Contains("5000 lamports for signatures, 300 priority, 12345 tip; 300000 compute units (stated)",
                shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Inspect_UnsignedV1_SaysVersionAndBudget()
    {
        byte[] transaction = BuildSwap(MessageVersion.V1, sign: false);
        Assert.Equal(ExitCodes.Ok, TxCommand.Inspect(Convert.ToBase64String(transaction), _output));
        Assert.Contains("version     1", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("not signed", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("777 priority, 12345 tip; 300000 compute units", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_ChangedMessage_SaysTheSignatureDoesNotFit()
    {
        byte[] transaction = BuildSwap(MessageVersion.Legacy, sign: true);
        transaction[^1] ^= 1; // last byte of the tip
        Assert.Equal(ExitCodes.Ok, TxCommand.Inspect(Convert.ToBase64String(transaction), _output));
        Assert.Contains("SIGNATURE DOES NOT FIT", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("AAAA")]
    public void Inspect_NotATransaction_IsBadData(string text)
    {
        CommandException wrong = Assert.Throws<CommandException>(() => TxCommand.Inspect(text, _output));
        Assert.Equal(ExitCodes.BadData, wrong.ExitCode);
        Assert.Contains("not a transaction", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zzz", "not a transaction (Truncated): read as base58 (3 bytes); no file has this name")]
    [InlineData("AAAA", "read as hexadecimal (2 bytes) and as base64 (3 bytes) and as base58 (3 bytes); no file")]
    [InlineData("hello", "neither base64, base58 nor hexadecimal text, and no file has this name")]
    public void Inspect_NotATransaction_SaysWhatItWasTakenFor(string text, string said)
    {
        CommandException wrong = Assert.Throws<CommandException>(() => TxCommand.Inspect(text, _output));
        Assert.Contains(said, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_FileOfRawBytes_IsRead()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, BuildSwap(MessageVersion.Legacy, sign: true));
            Assert.Equal(ExitCodes.Ok, TxCommand.Inspect(path, _output));
            Assert.Contains("legacy (raw bytes)", _output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private byte[] BuildSwap(MessageVersion version, bool sign)
    {
        using Ed25519Signer signer = Ed25519Signer.Create(new byte[32]);
        InstructionBuffer limit = new(), price = new(), swap = new(), tip = new();
        ComputeBudget.WriteUnitLimit(limit, 300_000);
        ComputeBudget.WriteUnitPrice(price, 1_000);
        swap.Reset(Pubkey.Parse("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C"));
        swap.Add(signer.PublicKey, AccountFlags.Signer);
        swap.WriteUInt64(AnchorDiscriminator.Instruction("swap_base_input"));
        swap.WriteUInt64(1_000);
        swap.WriteUInt64(990);
        SystemTransfer.Write(tip, signer.PublicKey, TipAccounts.Pick(3), 12_345);
        MessageRequest request = new()
        {
            Version = version,
            Payer = signer.PublicKey,
            Blockhash = ProgramIds.Token,
            Instructions = version == MessageVersion.V1 ? [swap, tip] : (InstructionBuffer[])[limit, price, swap, tip],
            Config = new MessageConfig(777, 300_000, ComputeBudget.MaxLoadedAccountsBytes),
        };
        Assert.Equal(MessageStatus.Ok, _writer.WriteTransaction(request, _bytes, out MessageLayout layout));
        if (sign) Assert.True(signer.TrySign(layout.Message(_bytes), layout.Signature(_bytes, 0)));
        return _bytes[..layout.TotalBytes];
    }
}
