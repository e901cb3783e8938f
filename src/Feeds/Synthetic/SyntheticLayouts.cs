using System;
using System.Buffers.Binary;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Synthetic;

/// <summary>
/// Accounts in the layouts of the real programs, as far as a quote reads them; the other members are zero.
/// Source: raydium-amm@27f461d AmmInfo; raydium-cp-swap@609780f PoolState, AmmConfig; pump-public-docs@1b82215
/// idl/pump_amm.json Pool, GlobalConfig, idl/pump_fees.json FeeConfig; solana-program-library
/// token-swap/program/src/state.rs SwapV1; SPL token Account and Mint; solana-sdk Clock.
/// </summary>
internal static class SyntheticLayouts
{
    /// <summary>Raydium CPMM program.</summary>
    public static readonly Pubkey CpmmProgram = Pubkey.Parse("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C");

    /// <summary>Raydium AMM v4 program.</summary>
    public static readonly Pubkey AmmProgram = Pubkey.Parse("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8");

    /// <summary>PumpSwap program.</summary>
    public static readonly Pubkey PumpSwapProgram = Pubkey.Parse("pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA");

    /// <summary>SPL Token Swap as deployed by Orca, version 2.</summary>
    public static readonly Pubkey TokenSwapProgram = Pubkey.Parse("9W959DqEETiGZocYWCQPaJ6sBmUzgfxXfqGeTEdp3aQP");

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

    /// <summary>PumpSwap: what stays in the pool, ten-thousandths of the quote amount.</summary>
    public const ulong PumpSwapLpFeeBps = 20;

    /// <summary>PumpSwap: the protocol's fee, ten-thousandths of the quote amount.</summary>
    public const ulong PumpSwapProtocolFeeBps = 5;

    /// <summary>Token Swap: trade fee, ten-thousandths of the input.</summary>
    public const ulong TokenSwapTradeFeeBps = 25;

    /// <summary>Token Swap: the owner's fee, ten-thousandths of the input.</summary>
    public const ulong TokenSwapOwnerFeeBps = 5;

    /// <summary>CPMM pool: protocol fees owed of token 0; token 1 follows.</summary>
    public const int CpmmProtocolFees0 = 341;

    /// <summary>CPMM pool: fund fees owed of token 0; token 1 follows.</summary>
    public const int CpmmFundFees0 = 357;

    private const ulong RentLamports = 2_039_280;
    private const ulong CpmmPoolDiscriminator = 0x46DEC3D7F5E3EDF7; // f7ede3f5d7c3de46
    private const ulong CpmmConfigDiscriminator = 0x6F2BCBCB6821F4DA; // daf42168cbcb2b6f
    private const ulong PumpSwapPoolDiscriminator = 0xBC6DB111046D9AF1; // f19a6d0411b16dbc
    private const ulong PumpSwapConfigDiscriminator = 0xD9B0FCA0CA9C0895; // 95089ccaa0fcb0d9
    private const ulong PumpFeesDiscriminator = 0x9B4C7BDBBB92348F; // 8f3492bbdb7b4c9b

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

    /// <summary>PumpSwap's one global configuration, 941 bytes: nothing is switched off.</summary>
    public static SyntheticAccount PumpSwapConfig()
    {
        Pubkey key = Pubkey.Parse("ADyA8hdefvWN2dbGGWFotbzWxrAvLW83WG6QCVXvJKqw");
        SyntheticAccount account = new(key, PumpSwapProgram, RentLamports, new byte[941]);
        account.SetUInt64(0, PumpSwapConfigDiscriminator);
        return account;
    }

    /// <summary>PumpSwap's fee schedule, 69 bytes: flat fees, no tiers.</summary>
    public static SyntheticAccount PumpSwapFees()
    {
        Pubkey key = Pubkey.Parse("5PHirr8joyTMp9JMm6nW7hNDVyEYdkzDqazxPD7RaTjx");
        Pubkey owner = Pubkey.Parse("pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ");
        SyntheticAccount account = new(key, owner, RentLamports, new byte[69]);
        account.SetUInt64(0, PumpFeesDiscriminator);
        account.SetUInt64(41, PumpSwapLpFeeBps);
        account.SetUInt64(49, PumpSwapProtocolFeeBps);
        return account;
    }

    /// <summary>A PumpSwap pool, 245 bytes; nobody's coin: the flat fees hold and no creator has a share.</summary>
    public static SyntheticAccount PumpSwapPool(
        in Pubkey key,
        SyntheticAccount baseVault,
        SyntheticAccount quoteVault,
        SyntheticMint baseMint,
        SyntheticMint quoteMint)
    {
        byte[] data = new byte[245];
        baseMint.Key.CopyTo(data.AsSpan(43));
        quoteMint.Key.CopyTo(data.AsSpan(75));
        baseVault.Key.CopyTo(data.AsSpan(139));
        quoteVault.Key.CopyTo(data.AsSpan(171));
        SyntheticAccount account = new(key, PumpSwapProgram, RentLamports, data);
        account.SetUInt64(0, PumpSwapPoolDiscriminator);
        return account;
    }

    /// <summary>A Token Swap pool of constant product, 324 bytes.</summary>
    public static SyntheticAccount TokenSwapPool(
        in Pubkey key,
        byte bump,
        SyntheticAccount vaultA,
        SyntheticAccount vaultB,
        SyntheticMint mintA,
        SyntheticMint mintB)
    {
        byte[] data = new byte[324];
        data[0] = 1; // version
        data[1] = 1; // initialized
        data[2] = bump;
        ProgramIds.Token.CopyTo(data.AsSpan(3));
        vaultA.Key.CopyTo(data.AsSpan(35));
        vaultB.Key.CopyTo(data.AsSpan(67));
        key.CopyTo(data.AsSpan(99)); // pool mint: no account of its own here
        mintA.Key.CopyTo(data.AsSpan(131));
        mintB.Key.CopyTo(data.AsSpan(163));
        key.CopyTo(data.AsSpan(195)); // fee account: as the pool mint
        SyntheticAccount account = new(key, TokenSwapProgram, RentLamports, data);
        account.SetUInt64(227, TokenSwapTradeFeeBps);
        account.SetUInt64(235, 10_000);
        account.SetUInt64(243, TokenSwapOwnerFeeBps);
        account.SetUInt64(251, 10_000);
        return account;
    }

    /// <summary>The Clock sysvar, 40 bytes.</summary>
    public static SyntheticAccount Clock() => new(ProgramIds.ClockSysvar, SysvarProgram, 1_169_280, new byte[40]);
}
