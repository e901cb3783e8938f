using System;
using System.Collections.Generic;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;
using Xunit;

namespace LowLatency.Engine.Tests.Instructions;

public sealed class RouteFrameTests
{
    private const int Seed = 771;

    private readonly Random _random = new(Seed);
    private readonly InstructionBuffer[] _buffers = new InstructionBuffer[RouteFrame.MaxBefore + RouteFrame.MaxAfter];

    public RouteFrameTests()
    {
        for (int i = 0; i < _buffers.Length; i++) _buffers[i] = new InstructionBuffer();
    }

    [Fact]
    public void Frame_NothingAskedFor_WritesAndCostsNothing()
    {
        RouteFrame frame = new(new InstructionSettings());
        RouteTokenAccount[] accounts = [Account(ProgramIds.WrappedSolMint, true), Account(Key(), true)];
        Assert.False(frame.IsActive);
        Assert.Equal(default, frame.Overhead(accounts));
        Assert.Equal(0, frame.WriteBefore(accounts, 5, _buffers));
        Assert.Equal(0, frame.WriteAfter(accounts, _buffers));
    }

    [Fact]
    public void Frame_All_IsMemoCreationsTransferSyncThenClose()
    {
        Pubkey wallet = Key();
        RouteFrame frame = new(Settings(wallet));
        RouteTokenAccount[] accounts =
        [
            Account(ProgramIds.WrappedSolMint, true), Account(Key(), true), Account(Key(), false),
        ];
        Assert.Equal(5, frame.WriteBefore(accounts, 77, _buffers));
        Assert.Equal(ProgramIds.Memo, _buffers[0].ProgramId);
        Assert.Equal("arb"u8.ToArray(), _buffers[0].Data.ToArray());
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(ProgramIds.AssociatedToken, _buffers[1 + i].ProgramId);
            Assert.Equal([1], _buffers[1 + i].Data.ToArray());
            Assert.Equal(accounts[i].Address, _buffers[1 + i].Accounts[1].Key);
            Assert.Equal(accounts[i].Mint, _buffers[1 + i].Accounts[3].Key);
        }

        Assert.Equal(ProgramIds.System, _buffers[3].ProgramId);
        Assert.Equal(accounts[0].Address, _buffers[3].Accounts[1].Key);
        Assert.Equal(77, _buffers[3].Data[SystemTransfer.LamportsOffset]);
        Assert.Equal(17, _buffers[4].Data[0]);
        Assert.Equal(1, frame.WriteAfter(accounts, _buffers));
        Assert.Equal(9, _buffers[0].Data[0]);
        Assert.Equal(wallet, _buffers[0].Accounts[1].Key);
    }

    [Fact]
    public void Overhead_RentOfUnknownAccounts_IsCountedOnceAndNotForTheWrappedOne()
    {
        RouteFrame frame = new(Settings(Key()) with { Memo = string.Empty });
        RouteTokenAccount[] accounts =
        [
            Account(ProgramIds.WrappedSolMint, true), Account(Key(), true), Account(Key(), true) with { Exists = true },
            Account(Key(), false),
        ];
        RouteOverhead overhead = frame.Overhead(accounts);
        Assert.Equal(2_039_280UL, overhead.RentLamports); // 165 bytes at the rate since genesis
        RouteOverhead known = frame.Overhead([accounts[0], accounts[2], accounts[3]]);
        Assert.Equal(0UL, known.RentLamports);
        Assert.True(overhead.ComputeUnits > known.ComputeUnits && known.ComputeUnits > 0);

        // A route in another mint is not wrapped: its wrapped SOL account stays, and so does its rent.
        Assert.Equal(2 * 2_039_280UL, frame.Overhead([accounts[1], accounts[0]]).RentLamports);
    }

    [Fact]
    public void Overhead_LowerBump_AllowsForMoreTries()
    {
        RouteFrame frame = new(Settings(Key()) with { WrapSol = false });
        RouteTokenAccount account = Account(Key(), true) with { Bump = 255 };
        uint first = frame.Overhead([account]).ComputeUnits;
        Assert.Equal(first + 4_500, frame.Overhead([account with { Bump = 252 }]).ComputeUnits);
    }

    [Fact]
    public void AccountBytes_Token2022_IsWhatTheExtensionsAskFor()
    {
        Assert.Equal(165, RouteFrame.AccountBytes(new MintInfo { Program = TokenProgramKind.Token }));
        MintInfo mint = new() { Program = TokenProgramKind.Token2022 };
        Assert.Equal(170, RouteFrame.AccountBytes(in mint));
        mint.Features = MintFeatures.TransferFee;
        Assert.Equal(182, RouteFrame.AccountBytes(in mint));
        mint.Features |= MintFeatures.TransferHookUnset | MintFeatures.Pausable;
        Assert.Equal(191, RouteFrame.AccountBytes(in mint));
    }

    [Fact]
    public void Validate_Contradictions_AreRefused()
    {
        InstructionSettings settings = new();
        Assert.Throws<ArgumentException>(
            () => (settings with { MessageVersion = MessageVersionChoice.V1 }).Validate());
        Dictionary<Pubkey, Pubkey> accounts = new() { [ProgramIds.WrappedSolMint] = Key() };
        Assert.Throws<ArgumentException>(
            () => (settings with { WrapSol = true, TokenAccounts = accounts }).Validate());
        Assert.Throws<ArgumentException>(() => (settings with { Memo = new string('x', 257) }).Validate());
        (settings with { MessageVersion = MessageVersionChoice.V1, AllowV1 = true, WrapSol = true }).Validate();
    }

    private static InstructionSettings Settings(in Pubkey wallet) => new()
    {
        Wallet = wallet,
        CreateTokenAccounts = TokenAccountCreation.Always,
        WrapSol = true,
        Memo = "arb",
    };

    private RouteTokenAccount Account(in Pubkey mint, bool isAssociated) => new()
    {
        Mint = mint,
        Address = Key(),
        TokenProgram = ProgramIds.Token,
        SizeBytes = 165,
        Bump = 254,
        IsAssociated = isAssociated,
    };

    private Pubkey Key() => RandomInstructions.Key(_random);
}
