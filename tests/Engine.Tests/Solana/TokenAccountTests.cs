using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class TokenAccountTests
{
    private static readonly Pubkey Key = Pubkey.Parse("So11111111111111111111111111111111111111112");

    [Fact]
    public void TryDecode_SplMint_ReadsSupplyAndDecimals()
    {
        Assert.True(MintInfo.TryDecode(View(ProgramIds.Token, Mint()), out MintInfo mint));
        Assert.Equal(123_456UL, mint.SupplyRaw);
        Assert.Equal(9, mint.Decimals);
        Assert.Equal(TokenProgramKind.Token, mint.Program);
        Assert.False(mint.HasTransferFee);
        Assert.False(mint.IsRefused);
    }

    [Fact]
    public void FeeAt_AroundNewerEpoch_SelectsOlderThenNewer()
    {
        byte[] data = Mint2022((1, FeeConfig(new(5, 100, 50), new(900, 200, 75))));
        Assert.True(MintInfo.TryDecode(View(ProgramIds.Token2022, data), out MintInfo mint));
        Assert.Equal(new TransferFeeRate(5, 100, 50), mint.FeeAt(899));
        Assert.Equal(new TransferFeeRate(900, 200, 75), mint.FeeAt(900));
        Assert.True(mint.HasTransferFee);
        Assert.Equal(ProgramIds.Token2022, mint.ProgramId);
    }

    [Theory]
    [InlineData(6, 1, 1, MintFeatures.None, false)]
    [InlineData(6, 1, 2, MintFeatures.DefaultFrozen, true)]
    [InlineData(9, 0, 0, MintFeatures.NonTransferable, true)]
    [InlineData(12, 32, 7, MintFeatures.PermanentDelegate, false)]
    [InlineData(14, 64, 0, MintFeatures.TransferHookUnset, false)]
    [InlineData(14, 64, 7, MintFeatures.TransferHook, true)]
    [InlineData(26, 33, 0, MintFeatures.Pausable, false)]
    [InlineData(26, 33, 1, MintFeatures.Pausable | MintFeatures.Paused, true)]
    [InlineData(18, 64, 1, MintFeatures.None, false)]
    [InlineData(900, 3, 1, MintFeatures.UnknownExtension, true)]
    public void TryDecode_MintExtension_SetsFeatureAndRefusal(int type, int length, byte fill, MintFeatures expected,
        bool refused)
    {
        byte[] value = new byte[length];
        Array.Fill(value, fill);
        Assert.True(MintInfo.TryDecode(View(ProgramIds.Token2022, Mint2022(((ushort)type, value))), out MintInfo mint));
        Assert.Equal(expected, mint.Features);
        Assert.Equal(refused, mint.IsRefused);
    }

    [Fact]
    public void TryDecode_TokenAccountWithExtensions_ReadsAmountStateAndWithheld()
    {
        byte[] data = Account2022((7, []), (2, BitConverter.GetBytes(777UL)), (8, [1]), (11, [1]));
        data[108] = 2;
        Assert.True(TokenAccountInfo.TryDecode(View(ProgramIds.Token2022, data), out TokenAccountInfo info));
        Assert.Equal(987_654_321UL, info.AmountRaw);
        Assert.True(info.IsFrozen && info.RequiresMemo && info.HasCpiGuard);
        Assert.Equal(777UL, info.WithheldRaw);
        Assert.Equal(174, info.WithheldOffset);

        info.AmountRaw = 5;
        info.WithheldRaw = 6;
        Assert.True(info.TryWrite(data));
        Assert.True(TokenAccountInfo.TryDecode(View(ProgramIds.Token2022, data), out TokenAccountInfo again));
        Assert.Equal(5UL, again.AmountRaw);
        Assert.Equal(6UL, again.WithheldRaw);
        Assert.True(again.IsTransferState(64) && again.IsTransferState(71) && again.IsTransferState(174));
        Assert.False(again.IsTransferState(63) || again.IsTransferState(72) || again.IsTransferState(182));
    }

    [Fact]
    public void TryDecode_EveryTruncation_NeverThrowsAndNeverReadsPastTheEnd()
    {
        byte[] account = Account2022((2, BitConverter.GetBytes(1UL)), (8, [1]));
        byte[] mint = Mint2022((1, FeeConfig(new(0, 1, 1), new(1, 1, 1))), (26, new byte[33]));
        for (int length = 0; length < account.Length; length++)
            if (length != 165 && TokenAccountInfo.TryDecode(View(ProgramIds.Token2022, account[..length]), out _))
                Assert.True(length is >= 166 and (166 or 167 or 178 or 179), $"length {length} decoded");
        for (int length = 0; length < mint.Length; length++)
            if (length != 82 && MintInfo.TryDecode(View(ProgramIds.Token2022, mint[..length]), out _))
                Assert.True(length is 166 or 167 or 278 or 279, $"length {length} decoded");
        Assert.False(MintInfo.TryDecode(View(ProgramIds.Token, Mint()[..81]), out _));
        Assert.False(MintInfo.TryDecode(View(ProgramIds.System, Mint()), out _));
    }

    [Fact]
    public void TryDecode_RandomMutations_NeverThrow()
    {
        const int seed = 7;
        Random random = new(seed);
        byte[] template = Mint2022((1, FeeConfig(new(0, 1, 1), new(1, 1, 1))), (14, new byte[64]), (26, new byte[33]));
        int decoded = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] data = (byte[])template.Clone();
            for (int j = random.Next(1, 5); j > 0; j--) data[random.Next(data.Length)] = (byte)random.Next(256);
            if (MintInfo.TryDecode(View(ProgramIds.Token2022, data), out MintInfo mint))
            {
                decoded++;
                Assert.True(mint.NewerFee.FeeBps <= 10_000, $"seed {seed} case {i}");
            }

            _ = TokenAccountInfo.TryDecode(View(ProgramIds.Token2022, data), out _);
        }

        Assert.InRange(decoded, 1, 19_999);
    }

    private static AccountView View(in Pubkey owner, byte[] data) => new(Key, owner, 1, data);

    private static byte[] Mint()
    {
        byte[] data = new byte[82];
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(36), 123_456);
        data[44] = 9;
        data[45] = 1;
        return data;
    }

    private static byte[] Mint2022(params (ushort Type, byte[] Value)[] extensions) =>
        WithExtensions(Mint(), 1, extensions);

    private static byte[] Account2022(params (ushort Type, byte[] Value)[] extensions)
    {
        byte[] data = new byte[165];
        Key.CopyTo(data);
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(64), 987_654_321);
        data[108] = 1;
        return WithExtensions(data, 2, extensions);
    }

    private static byte[] WithExtensions(byte[] head, byte kind, (ushort Type, byte[] Value)[] extensions)
    {
        int length = 166;
        foreach ((ushort _, byte[] value) in extensions) length += 4 + value.Length;
        byte[] data = new byte[length];
        head.CopyTo(data, 0);
        data[165] = kind;
        int offset = 166;
        foreach ((ushort type, byte[] value) in extensions)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(offset), type);
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(offset + 2), (ushort)value.Length);
            value.CopyTo(data, offset + 4);
            offset += 4 + value.Length;
        }

        return data;
    }

    private static byte[] FeeConfig(TransferFeeRate older, TransferFeeRate newer)
    {
        byte[] value = new byte[108];
        WriteFee(value.AsSpan(72), older);
        WriteFee(value.AsSpan(90), newer);
        return value;
    }

    private static void WriteFee(Span<byte> destination, TransferFeeRate fee)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, fee.Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], fee.MaximumRaw);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[16..], fee.FeeBps);
    }
}
