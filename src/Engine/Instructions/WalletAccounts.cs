using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Graph;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// The wallet's token accounts by mint of the market graph, and the frame around a route of that graph. An address is
/// searched once per mint, then it is one array read. An account exists if it was configured or the feed showed it.
/// Owner: the market group's thread. Bound: the graph's mints.
/// </summary>
public sealed class WalletAccounts : IRouteOverhead
{
    private readonly InstructionSettings _settings;
    private readonly MarketGraph _graph;
    private readonly AccountTable _accounts;
    private readonly RouteTokenAccount[] _byMint;
    private readonly RouteTokenAccount[] _route = new RouteTokenAccount[RouteFrame.MaxMints];
    private readonly int[] _mints = new int[RouteFrame.MaxMints];

    /// <summary>The accounts of the settings' wallet.</summary>
    public WalletAccounts(InstructionSettings settings, MarketGraph graph, AccountTable accounts)
    {
        _settings = settings;
        _graph = graph;
        _accounts = accounts;
        _byMint = new RouteTokenAccount[graph.MintCapacity];
        Frame = new RouteFrame(settings);
    }

    /// <summary>What stands around the swaps.</summary>
    public RouteFrame Frame { get; }

    /// <inheritdoc/>
    public RouteOverhead Of(in Opportunity route) => Frame.IsActive ? Frame.Overhead(OfRoute(in route)) : default;

    /// <summary>Address of the account of a mint.</summary>
    public ref readonly Pubkey Address(int mintId) => ref OfMint(mintId).Address;

    /// <summary>
    /// The accounts of the route's distinct mints, that of its start first; valid until the next call.
    /// </summary>
    public ReadOnlySpan<RouteTokenAccount> OfRoute(in Opportunity route)
    {
        int count = 0;
        for (int leg = 0; leg < route.LegCount; leg++)
        {
            int edge = MarketGraph.Edge(route.Legs[leg].PoolId, (SwapDirection)route.Legs[leg].Direction);
            if (leg == 0) Add(_graph.EdgeFrom(edge), ref count);
            Add(_graph.EdgeTo(edge), ref count);
        }

        return _route.AsSpan(0, count);
    }

    private void Add(int mintId, ref int count)
    {
        if (_mints.AsSpan(0, count).Contains(mintId)) return;
        ref RouteTokenAccount account = ref OfMint(mintId);
        if (account.IsAssociated) account.Exists = IsShown(in account); // it may have been closed meanwhile
        _mints[count] = mintId;
        _route[count++] = account;
    }

    private ref RouteTokenAccount OfMint(int mintId)
    {
        ref RouteTokenAccount known = ref _byMint[mintId];
        if (!known.Address.IsZero) return ref known;
        Pubkey mint = _graph.Mint(mintId);
        MintInfo info = default;
        int accountId = _accounts.Find(in mint);
        if (accountId >= 0) _ = MintInfo.TryDecode(_accounts.View(accountId), out info);
        bool isToken2022 = accountId >= 0 && _accounts.OwnerOf(accountId) == ProgramIds.Token2022;
        known.Mint = mint;
        known.TokenProgram = isToken2022 ? ProgramIds.Token2022 : ProgramIds.Token;
        known.SizeBytes = RouteFrame.AccountBytes(in info);
        if (_settings.TokenAccounts.TryGetValue(mint, out known.Address))
        {
            known.Exists = true;
            return ref known;
        }

        known.IsAssociated = AssociatedTokenAddress.TryFind(
            _settings.Wallet, mint, known.TokenProgram, out known.Address, out known.Bump);
        return ref known;
    }

    private bool IsShown(in RouteTokenAccount account)
    {
        int id = _accounts.Find(in account.Address);
        return id >= 0 && _accounts[id].Knowledge == AccountKnowledge.Present
            && _accounts.OwnerOf(id) == account.TokenProgram;
    }
}
