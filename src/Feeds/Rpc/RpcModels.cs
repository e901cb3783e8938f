using System.Collections.Generic;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Rpc;

/// <summary>An account as a node tells it.</summary>
/// <param name="Key">Address.</param>
/// <param name="Lamports">Balance, lamports.</param>
/// <param name="Owner">Owner program.</param>
/// <param name="Data">Data, or the slice that was asked for.</param>
/// <param name="Executable">True for programs.</param>
/// <param name="Space">Length of the whole data, bytes.</param>
/// <param name="ContextSlot">Slot at which the node answered; 0 if it did not say.</param>
public sealed record RpcAccount(
    Pubkey Key, ulong Lamports, Pubkey Owner, byte[] Data, bool Executable, ulong Space, ulong ContextSlot);

/// <summary>A part of accounts' data.</summary>
/// <param name="OffsetBytes">First byte.</param>
/// <param name="LengthBytes">Length; 0 asks for the keys only.</param>
public readonly record struct DataSlice(int OffsetBytes, int LengthBytes);

/// <summary>A blockhash to build transactions on.</summary>
/// <param name="Blockhash">The 32 bytes.</param>
/// <param name="LastValidBlockHeight">Block height (not slot) after which transactions with it are refused.</param>
public readonly record struct LatestBlockhash(Pubkey Blockhash, ulong LastValidBlockHeight);

/// <summary>Where a transaction stands.</summary>
/// <param name="Slot">Slot that processed it.</param>
/// <param name="Confirmations">Blocks on top; null once it is rooted.</param>
/// <param name="Error">The transaction's error as JSON; null if it succeeded.</param>
/// <param name="Status">How final it is; null if an old node does not say.</param>
public sealed record SignatureStatus(ulong Slot, ulong? Confirmations, string? Error, Commitment? Status);

/// <summary>The smallest price that landed in a slot for the asked accounts.</summary>
/// <param name="Slot">Slot.</param>
/// <param name="MicroLamportsPerCu">Price, micro-lamports a compute unit.</param>
public readonly record struct PrioritizationFee(ulong Slot, ulong MicroLamportsPerCu);

/// <summary>Compute units of one program call, from the simulation's logs.</summary>
/// <param name="Program">Program.</param>
/// <param name="Depth">1 for an instruction of the transaction, more for calls inside.</param>
/// <param name="Units">Units it consumed, calls inside included.</param>
public readonly record struct ProgramUnits(Pubkey Program, int Depth, uint Units);

/// <summary>What a simulation returned.</summary>
public sealed record SimulationResult
{
    /// <summary>The transaction's error as JSON; null if it would succeed.</summary>
    public string? Error { get; init; }

    /// <summary>Program logs.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];

    /// <summary>Compute units of the whole transaction; null if an old node does not say.</summary>
    public ulong? UnitsConsumed { get; init; }

    /// <summary>Bytes of account data loaded; null if the node does not say.</summary>
    public ulong? LoadedAccountsDataBytes { get; init; }

    /// <summary>Fee, lamports; null if the node does not say.</summary>
    public ulong? FeeLamports { get; init; }

    /// <summary>States of the asked accounts after the transaction, in their order; null where there is none.</summary>
    public IReadOnlyList<RpcAccount?> Accounts { get; init; } = [];

    /// <summary>Compute units of each program call, in the order in which they ended.</summary>
    public IReadOnlyList<ProgramUnits> Programs { get; init; } = [];
}

/// <summary>What to simulate with.</summary>
public sealed record SimulationRequest
{
    /// <summary>Check signatures; excludes <see cref="ReplaceRecentBlockhash"/>.</summary>
    public bool SigVerify { get; init; }

    /// <summary>Let the node put a fresh blockhash in.</summary>
    public bool ReplaceRecentBlockhash { get; init; } = true;

    /// <summary>State to run on.</summary>
    public Commitment Commitment { get; init; } = Commitment.Processed;

    /// <summary>The node must have reached this slot.</summary>
    public ulong? MinContextSlot { get; init; }

    /// <summary>Accounts whose state afterwards is wanted.</summary>
    public IReadOnlyList<Pubkey> Accounts { get; init; } = [];
}

/// <summary>How to send.</summary>
public sealed record SendRequest
{
    /// <summary>Leave out the node's simulation.</summary>
    public bool SkipPreflight { get; init; } = true;

    /// <summary>State that the preflight runs on.</summary>
    public Commitment PreflightCommitment { get; init; } = Commitment.Processed;

    /// <summary>Times that the node sends it again; null leaves it to the node, until the blockhash expires.</summary>
    public uint? MaxRetries { get; init; } = 0;

    /// <summary>The node must have reached this slot.</summary>
    public ulong? MinContextSlot { get; init; }
}

/// <summary>Where the chain is.</summary>
/// <param name="Epoch">Epoch.</param>
/// <param name="SlotIndex">Slot within the epoch.</param>
/// <param name="SlotsInEpoch">Slots of the epoch.</param>
/// <param name="AbsoluteSlot">Slot.</param>
/// <param name="BlockHeight">Blocks so far; what a blockhash's validity is measured in.</param>
public readonly record struct EpochInfo(
    ulong Epoch, ulong SlotIndex, ulong SlotsInEpoch, ulong AbsoluteSlot, ulong BlockHeight);
