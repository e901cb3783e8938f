using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues.Math;
using Xunit;

namespace LowLatency.Engine.Tests.Solana;

public sealed class ProgramAddressTests
{
    [Theory]
    [InlineData("pda")]
    [InlineData("dex_pda")]
    public void Find_VectorSeeds_GiveAddressAndBump(string section)
    {
        int count = 0;
        foreach (JsonElement item in TransactionVectors.Section(section).EnumerateArray())
        {
            ProgramAddressSeeds seeds = ReadSeeds(item);
            Pubkey program = Pubkey.Parse(item.GetProperty("program_id").GetString());
            Assert.Equal(ProgramAddressStatus.Ok, seeds.Find(program, out Pubkey address, out byte bump));
            Assert.Equal(item.GetProperty("address").GetString(), address.ToString());
            Assert.Equal(item.GetProperty("bump").GetInt32(), bump);
            count++;
        }

        Assert.True(count >= 66);
    }

    [Fact]
    public void Create_VectorSeeds_GiveAddressOrReason()
    {
        foreach (JsonElement item in TransactionVectors.Section("create_program_address").EnumerateArray())
        {
            ProgramAddressSeeds seeds = ReadSeeds(item);
            ProgramAddressStatus status =
                seeds.Create(Pubkey.Parse(item.GetProperty("program_id").GetString()), out Pubkey address);
            if (item.TryGetProperty("error", out JsonElement error))
            {
                ProgramAddressStatus expected = error.GetString() switch
                {
                    "on curve" => ProgramAddressStatus.OnCurve,
                    "seed longer than 32" => ProgramAddressStatus.SeedTooLong,
                    _ => ProgramAddressStatus.TooManySeeds,
                };
                Assert.Equal(expected, status);
            }
            else
            {
                Assert.Equal(ProgramAddressStatus.Ok, status);
                Assert.Equal(item.GetProperty("address").GetString(), address.ToString());
            }
        }
    }

    [Fact]
    public void IsOnCurve_VectorKeys_Agree()
    {
        foreach (JsonElement item in TransactionVectors.Section("on_curve").EnumerateArray())
        {
            Pubkey key = Pubkey.Read(Convert.FromHexString(item.GetProperty("hex").GetString()!));
            Assert.Equal(item.GetProperty("public_key").GetString(), key.ToString());
            Assert.Equal(item.GetProperty("on_curve").GetBoolean(), ProgramAddress.IsOnCurve(key));
        }
    }

    [Fact]
    public void IsOnCurve_IdentityAndNonCanonicalForms_ArePoints()
    {
        byte[] identity = new byte[32];
        identity[0] = 1;
        Assert.True(ProgramAddress.IsOnCurve(Pubkey.Read(identity)));
        identity[31] = 0x80; // x = 0 with the sign bit: RFC 8032 refuses it, the validator's library does not
        Assert.True(ProgramAddress.IsOnCurve(Pubkey.Read(identity)));
        byte[] wrapped = new byte[32]; // y = p + 1, the identity again
        Array.Fill(wrapped, (byte)0xff);
        wrapped[0] = 0xee;
        wrapped[31] = 0x7f;
        Assert.True(ProgramAddress.IsOnCurve(Pubkey.Read(wrapped)));
    }

    [Fact]
    public void IsOnCurve_RandomBytes_AgreeWithBigIntegerOracle()
    {
        BigInteger p = BigInteger.Pow(2, 255) - 19;
        BigInteger d = (p - 121665) * BigInteger.ModPow(121666, p - 2, p) % p;
        int seed = 20261120;
        Random random = new(seed);
        byte[] bytes = new byte[32];
        for (int i = 0; i < 400; i++)
        {
            random.NextBytes(bytes);
            if (i % 8 == 0) Array.Fill(bytes, (byte)0xff, 1, 31); // at and above p
            BigInteger y = new BigInteger(bytes, isUnsigned: true) % BigInteger.Pow(2, 255) % p;
            BigInteger square = y * y % p;
            BigInteger product = (square + p - 1) * ((d * square) + 1) % p;
            bool expected = BigInteger.ModPow(product, (p - 1) / 2, p) <= 1;
            Assert.True(
                expected == ProgramAddress.IsOnCurve(Pubkey.Read(bytes)),
                string.Create(CultureInfo.InvariantCulture, $"seed {seed}, case {i}: {Convert.ToHexString(bytes)}"));
        }
    }

    [Fact]
    public void Find_SixteenSeeds_LeavesNoRoomForTheBump()
    {
        ProgramAddressSeeds seeds = default;
        for (int i = 0; i < 16; i++) seeds.Add([(byte)i]);
        Assert.Equal(ProgramAddressStatus.TooManySeeds, seeds.Find(ProgramIds.Token, out _, out byte bump));
        Assert.Equal(0, bump);
        Assert.NotEqual(ProgramAddressStatus.TooManySeeds, seeds.Create(ProgramIds.Token, out _));
    }

    [Fact]
    public void TryFind_LabelAndKeys_AgreesWithSeeds()
    {
        Pubkey pool = Pubkey.Parse("JBiLaATKrguiigcHKTYw5SRBGDj3cAjbahDLGud2iv5z");
        Pubkey whirlpool = Pubkey.Parse("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc");
        Assert.True(ProgramAddress.TryFind(whirlpool, "oracle"u8, pool, out Pubkey oracle, out byte bump));
        Assert.Equal("1Ho2oP62VnR37xoSBYcdx8TxPBxJePMyxusivXQHP9R", oracle.ToString());
        Assert.Equal(255, bump);
        Assert.True(ProgramAddress.TryFind(whirlpool, "tick_array"u8, pool, "-393184"u8, out Pubkey array, out _));
        Assert.Equal("CJ5z6PBgfZJhis2ScoiyHbqEBj8rrLBBKUyzWeZGQaHe", array.ToString());
    }

    [Fact]
    public void ArrayKeys_AnyOrderOfNumbers_GiveDerivedAddresses()
    {
        Pubkey pool = Pubkey.Parse("JBiLaATKrguiigcHKTYw5SRBGDj3cAjbahDLGud2iv5z");
        const int seed = 1616;
        Random random = new(seed);
        foreach ((ArraySeedForm form, int span) in (ReadOnlySpan<(ArraySeedForm, int)>)
        [
            (ArraySeedForm.TickDecimalText, 5632),
            (ArraySeedForm.TickBigEndian, 60),
            (ArraySeedForm.BinLittleEndian, 1),
        ])
        {
            ArrayKeys keys = new(ProgramIds.Token, pool, form);
            for (int i = 0; i < 300; i++)
            {
                int number = (random.Next(60) - 30) * span; // collides in 16 places, and hits
                byte[] bytes = form switch
                {
                    ArraySeedForm.TickDecimalText =>
                        Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)),
                    ArraySeedForm.TickBigEndian => BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(number)),
                    _ => BitConverter.GetBytes((long)number),
                };
                ReadOnlySpan<byte> label = form == ArraySeedForm.BinLittleEndian ? "bin_array"u8 : "tick_array"u8;
                Assert.True(ProgramAddress.TryFind(ProgramIds.Token, label, pool, bytes, out Pubkey expected, out _));
                Assert.True(expected == keys.Get(number, span), $"seed {seed}, {form} {number}");
            }
        }
    }

    [Fact]
    public void AssociatedToken_VectorOwners_GiveAddressAndBump()
    {
        foreach (JsonElement item in TransactionVectors.Section("ata").EnumerateArray())
        {
            Assert.True(AssociatedTokenAddress.TryFind(
                Pubkey.Parse(item.GetProperty("owner").GetString()),
                Pubkey.Parse(item.GetProperty("mint").GetString()),
                Pubkey.Parse(item.GetProperty("token_program").GetString()),
                out Pubkey address,
                out byte bump));
            Assert.Equal(item.GetProperty("address").GetString(), address.ToString());
            Assert.Equal(item.GetProperty("bump").GetInt32(), bump);
        }
    }

    private static ProgramAddressSeeds ReadSeeds(JsonElement item)
    {
        ProgramAddressSeeds seeds = default;
        foreach (JsonElement seed in item.GetProperty("seeds").EnumerateArray())
        {
            seeds.Add(Convert.FromHexString(seed.GetString()!));
        }

        return seeds;
    }
}
