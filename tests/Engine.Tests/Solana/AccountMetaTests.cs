using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class AccountMetaTests
{
    [Fact]
    public void Layout_KeyThenFlags_IsWhatTheComparisonReads()
    {
        Assert.Equal(40, Unsafe.SizeOf<AccountMeta>());
        byte[] bytes = new byte[40];
        for (int i = 0; i < 32; i++) bytes[i] = (byte)(i + 1);
        bytes[32] = (byte)AccountFlags.Signer;
        AccountMeta meta = MemoryMarshal.Read<AccountMeta>(bytes);
        Assert.Equal(Pubkey.Read(bytes), meta.Key);
        Assert.Equal(AccountFlags.Signer, meta.Flags);
    }

    [Fact]
    public void AreSame_AnyChangedByteOrLength_IsFalse()
    {
        byte[] key = new byte[32];
        AccountMeta[] left = new AccountMeta[7];
        for (int i = 0; i < left.Length; i++)
        {
            key[0] = (byte)i;
            left[i] = new AccountMeta(Pubkey.Read(key), (AccountFlags)(i & 3));
        }

        AccountMeta[] right = [.. left];
        Assert.True(AccountMeta.AreSame(left, right));
        Assert.True(AccountMeta.AreSame([], []));
        Assert.False(AccountMeta.AreSame(left, right.AsSpan(1)));
        Assert.False(AccountMeta.AreSame(left.AsSpan(0, 6), right));
        for (int i = 0; i < left.Length; i++)
        {
            for (int b = 0; b < 32; b++)
            {
                left[i].Key.CopyTo(key);
                key[b] ^= 0x40;
                right[i] = left[i] with { Key = Pubkey.Read(key) };
                Assert.False(AccountMeta.AreSame(left, right), $"meta {i}, byte {b}");
            }

            right[i] = left[i] with { Flags = left[i].Flags ^ AccountFlags.Writable };
            Assert.False(AccountMeta.AreSame(left, right), $"meta {i}, flags");
            right[i] = left[i];
        }

        Assert.True(AccountMeta.AreSame(left, right));
    }

    [Fact]
    public void AreSame_DirtyPadding_DoesNotCount()
    {
        byte[] clean = new byte[40];
        byte[] dirty = new byte[40];
        Array.Fill(dirty, (byte)0xaa, 33, 7);
        AccountMeta[] left = [MemoryMarshal.Read<AccountMeta>(clean)];
        AccountMeta[] right = [MemoryMarshal.Read<AccountMeta>(dirty)];
        Assert.True(AccountMeta.AreSame(left, right));
    }
}
