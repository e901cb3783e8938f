using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Synthetic;

/// <summary>
/// Accounts in the layouts of the real programs, as far as a quote reads them; the other members are zero.
/// Source: raydium-amm@27f461d AmmInfo; raydium-cp-swap@609780f PoolState, AmmConfig; SPL token Account and Mint;
/// solana-sdk Clock.
/// </summary>
internal static class SyntheticLayouts
{
    /// <summary>Raydium CPMM program.</summary>
    public static readonly Pubkey CpmmProgram = Pubkey.Parse("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C");

    /// <summary>Raydium AMM v4 program.</summary>
    public static readonly Pubkey AmmProgram = Pubkey.Parse("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8");

    /// <summary>Authority of every CPMM vault.</summary>
    public static readonly Pubkey CpmmAuthority = Pubkey.Parse("GpMZbSM2GgvTKHJirzeGfMFoaZ8UR2X7F4v8vHTvxFbL");

    /// <summary>Authority of every AMM v4 vault.</summary>
    public static readonly Pubkey AmmAuthority = Pubkey.Parse("5Q544fKrFoe6tsEbD7S8EmxGTJYAKtTVhAW5Q5pge4j1");

    /// <summary>Owner of sysvars.</summary>
    public static readonly Pubkey SysvarProgram = Pubkey.Parse("Sysvar1111111111111111111111111111111111111");

    /// <summary>CPMM: trade fee, millionths of the input.</summary>
    public const ulong CpmmTradeFeeRate = 2500;

    /// <summary>CPMM: the protocol's part of the trade fee, millionths.</summary>
    public const ulong CpmmProtocolFeeRate = 120_000;

    /// <summary>CPMM: the fund's part of the trade fee, millionths.</summary>
    public const ulong CpmmFundFeeRate = 40_000;

    /// <summary>CPMM pool: protocol fees owed of token 0; token 1 follows.</summary>
    public const int CpmmProtocolFees0 = 341;

    /// <summary>CPMM pool: fund fees owed of token 0; token 1 follows.</summary>
    public const int CpmmFundFees0 = 357;

    private const ulong RentLamports = 2_039_280;
    private const ulong CpmmPoolDiscriminator = 0x46DEC3D7F5E3EDF7; // f7ede3f5d7c3de46
    private const ulong CpmmConfigDiscriminator = 0x6F2BCBCB6821F4DA; // daf42168cbcb2b6f

    /// <summary>A mint, 82 bytes.</summary>
    public static SyntheticAccount Mint(in Pubkey key, byte decimals)
    {
        byte[] data = new byte[82];
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(36), ulong.MaxValue / 2);
        data[44] = decimals;
        data[45] = 1;
        return new SyntheticAccount(key, ProgramIds.Token, 1_461_600, data);
    }

    /// <summary>A token account, 165 bytes.</summary>
    public static SyntheticAccount Vault(in Pubkey key, in Pubkey mint, in Pubkey authority, ulong amountRaw)
    {
        byte[] data = new byte[165];
        mint.CopyTo(data);
        authority.CopyTo(data.AsSpan(32));
        data[108] = 1; // initialized
        return new SyntheticAccount(key, ProgramIds.Token, RentLamports, data) { TokenAmount = amountRaw };
    }

    /// <summary>The CPMM configuration that all CPMM pools share, 236 bytes.</summary>
    public static SyntheticAccount CpmmConfig(in Pubkey key)
    {
        SyntheticAccount account = new(key, CpmmProgram, RentLamports, new byte[236]);
        account.SetUInt64(0, CpmmConfigDiscriminator);
        account.SetUInt64(12, CpmmTradeFeeRate);
        account.SetUInt64(20, CpmmProtocolFeeRate);
        account.SetUInt64(28, CpmmFundFeeRate);
        return account;
    }

    /// <summary>A CPMM pool, 637 bytes.</summary>
    public static SyntheticAccount CpmmPool(
        in Pubkey key,
        in Pubkey config,
        SyntheticAccount vault0,
        SyntheticAccount vault1,
        SyntheticMint mint0,
        SyntheticMint mint1)
    {
        byte[] data = new byte[637];
        config.CopyTo(data.AsSpan(8));
        vault0.Key.CopyTo(data.AsSpan(72));
        vault1.Key.CopyTo(data.AsSpan(104));
        mint0.Key.CopyTo(data.AsSpan(168));
        mint1.Key.CopyTo(data.AsSpan(200));
        ProgramIds.Token.CopyTo(data.AsSpan(232));
        ProgramIds.Token.CopyTo(data.AsSpan(264));
        key.CopyTo(data.AsSpan(296)); // observation: no account of its own here
        data[331] = mint0.Decimals;
        data[332] = mint1.Decimals;
        SyntheticAccount account = new(key, CpmmProgram, RentLamports, data);
        account.SetUInt64(0, CpmmPoolDiscriminator);
        account.SetUInt64(333, 1_000_000_000); // lp supply
        return account;
    }

    /// <summary>An AMM v4 pool, 752 bytes.</summary>
    public static SyntheticAccount AmmPool(
        in Pubkey key, SyntheticAccount coinVault, SyntheticAccount pcVault, SyntheticMint coin, SyntheticMint pc)
    {
        byte[] data = new byte[752];
        coinVault.Key.CopyTo(data.AsSpan(336));
        pcVault.Key.CopyTo(data.AsSpan(368));
        coin.Key.CopyTo(data.AsSpan(400));
        pc.Key.CopyTo(data.AsSpan(432));
        SyntheticAccount account = new(key, AmmProgram, RentLamports, data);
        account.SetUInt64(0, 6); // status: swaps, no orders
        account.SetUInt64(8, 254); // nonce of the authority
        account.SetUInt64(32, coin.Decimals);
        account.SetUInt64(40, pc.Decimals);
        account.SetUInt64(144, 25); // trade fee
        account.SetUInt64(152, 10_000);
        account.SetUInt64(160, 12); // pnl
        account.SetUInt64(168, 100);
        account.SetUInt64(176, 25); // swap fee
        account.SetUInt64(184, 10_000);
        account.SetUInt64(720, 1_000_000_000); // lp amount
        return account;
    }

    /// <summary>The Clock sysvar, 40 bytes.</summary>
    public static SyntheticAccount Clock() => new(ProgramIds.ClockSysvar, SysvarProgram, 1_169_280, new byte[40]);
}
