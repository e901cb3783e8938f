using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;
using Xunit;

namespace LowLatency.Engine.Tests.Venues;

/// <summary>Builds pools whose reserves are two token accounts, in the programs' layouts, for property tests.</summary>
internal static class VaultPoolFixture
{
    internal static readonly Pubkey PoolKey = Key(1);
    internal static readonly Pubkey MintA = Key(2);
    internal static readonly Pubkey MintB = Key(3);
    internal static readonly Pubkey VaultA = Key(4);
    internal static readonly Pubkey VaultB = Key(5);
    internal static readonly Pubkey Config = Key(6);
    internal static readonly Pubkey RaydiumAmm = Pubkey.Parse("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8");
    internal static readonly Pubkey RaydiumCpmm = Pubkey.Parse("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C");
    internal static readonly Pubkey OrcaTokenSwap = Pubkey.Parse("9W959DqEETiGZocYWCQPaJ6sBmUzgfxXfqGeTEdp3aQP");

    internal static Pool Amm(ulong reserveA, ulong reserveB, ulong feeNumerator, ulong feeDenominator)
    {
        Pool pool = VenueRegistry.Create(VenueId.RaydiumAmm, PoolKey)!;
        byte[] data = AmmData(feeNumerator, feeDenominator);
        Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, new AccountView(PoolKey, RaydiumAmm, 1, data)));
        return WithVaults(pool, reserveA, reserveB);
    }

    internal static byte[] AmmData(ulong feeNumerator, ulong feeDenominator)
    {
        byte[] data = new byte[752];
        Put(data, 0, 6);
        Put(data, 8, 254);
        Put(data, 176, feeNumerator);
        Put(data, 184, feeDenominator);
        VaultA.CopyTo(data.AsSpan(336));
        VaultB.CopyTo(data.AsSpan(368));
        MintA.CopyTo(data.AsSpan(400));
        MintB.CopyTo(data.AsSpan(432));
        return data;
    }

    internal static Pool Cpmm(ulong reserveA, ulong reserveB, ulong tradeRate, ulong creatorRate, byte creatorFeeOn)
    {
        Pool pool = VenueRegistry.Create(VenueId.RaydiumCpmm, PoolKey)!;
        byte[] data = CpmmData(creatorRate != 0, creatorFeeOn);
        Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, new AccountView(PoolKey, RaydiumCpmm, 1, data)));
        byte[] config = new byte[236];
        Put(config, 0, 0x6F2B_CBCB_6821_F4DA);
        Put(config, 12, tradeRate);
        Put(config, 20, 120_000);
        Put(config, 28, 40_000);
        Put(config, 108, creatorRate);
        Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Config, new AccountView(Config, RaydiumCpmm, 1, config)));
        return WithVaults(pool, reserveA, reserveB);
    }

    internal static byte[] CpmmData(bool hasCreatorFee, byte creatorFeeOn)
    {
        byte[] data = new byte[637];
        Put(data, 0, 0x46DE_C3D7_F5E3_EDF7);
        Config.CopyTo(data.AsSpan(8));
        VaultA.CopyTo(data.AsSpan(72));
        VaultB.CopyTo(data.AsSpan(104));
        MintA.CopyTo(data.AsSpan(168));
        MintB.CopyTo(data.AsSpan(200));
        ProgramIds.Token.CopyTo(data.AsSpan(232));
        ProgramIds.Token.CopyTo(data.AsSpan(264));
        data[389] = creatorFeeOn;
        data[390] = hasCreatorFee ? (byte)1 : (byte)0;
        return data;
    }

    internal static Pool TokenSwap(ulong reserveA, ulong reserveB, byte curve, ulong amplifier)
    {
        Pool pool = VenueRegistry.Create(VenueId.TokenSwap, PoolKey)!;
        byte[] data = TokenSwapData(curve, amplifier);
        Assert.Equal(DecodeStatus.Ok, pool.Apply(AccountRole.Pool, new AccountView(PoolKey, OrcaTokenSwap, 1, data)));
        return WithVaults(pool, reserveA, reserveB);
    }

    internal static byte[] TokenSwapData(byte curve, ulong amplifier)
    {
        ProgramAddressSeeds seeds = default;
        seeds.Add(PoolKey);
        Assert.Equal(ProgramAddressStatus.Ok, seeds.Find(OrcaTokenSwap, out _, out byte bump));
        byte[] data = new byte[324];
        data[0] = 1;
        data[1] = 1;
        data[2] = bump;
        ProgramIds.Token.CopyTo(data.AsSpan(3));
        VaultA.CopyTo(data.AsSpan(35));
        VaultB.CopyTo(data.AsSpan(67));
        MintA.CopyTo(data.AsSpan(131));
        MintB.CopyTo(data.AsSpan(163));
        Put(data, 227, 25);
        Put(data, 235, 10_000);
        Put(data, 243, 5);
        Put(data, 251, 10_000);
        data[291] = curve;
        Put(data, 292, amplifier);
        return data;
    }

    internal static QuoteStatus Quote(Pool pool, SwapDirection direction, ulong amount, out SwapQuote quote) =>
        pool.Quote(new SwapRequest { Direction = direction, AmountRaw = amount, Clock = new(1, 1, 1) }, out quote);

    internal static QuoteStatus Execute(Pool pool, SwapDirection direction, ulong amount, out SwapQuote quote) =>
        pool.Execute(new SwapRequest { Direction = direction, AmountRaw = amount, Clock = new(1, 1, 1) }, out quote);

    internal static QuoteStatus QuoteOut(Pool pool, SwapDirection direction, ulong amount, out SwapQuote quote)
    {
        SwapRequest request = new()
        {
            Direction = direction,
            Mode = SwapMode.ExactOut,
            AmountRaw = amount,
            ThresholdRaw = ulong.MaxValue,
            Clock = new(1, 1, 1),
        };
        return pool.Quote(request, out quote);
    }

    internal static ulong RandomAmount(Random random, int maxBits = 60) =>
        1 + ((ulong)random.NextInt64() >> (63 - random.Next(1, maxBits + 1)));

    private static Pool WithVaults(Pool pool, ulong reserveA, ulong reserveB)
    {
        ApplyVault(pool, AccountRole.VaultA, in VaultA, in MintA, reserveA);
        ApplyVault(pool, AccountRole.VaultB, in VaultB, in MintB, reserveB);
        Assert.Equal(QuoteStatus.Ok, pool.Readiness);
        return pool;
    }

    private static void ApplyVault(Pool pool, AccountRole role, in Pubkey vault, in Pubkey mint, ulong amount)
    {
        byte[] data = new byte[165];
        mint.CopyTo(data);
        Put(data, 64, amount);
        data[108] = 1;
        Assert.Equal(DecodeStatus.Ok, pool.Apply(role, new AccountView(vault, ProgramIds.Token, 1, data)));
    }

    private static void Put(byte[] data, int offset, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(offset), value);

    private static Pubkey Key(byte value)
    {
        byte[] bytes = new byte[32];
        Array.Fill(bytes, value);
        return Pubkey.Read(bytes);
    }
}
