using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.Engine.Graph;

/// <summary>
/// The answer first, the books after it: of most updates it is certain before their bytes are stored, decoded and
/// priced that no opportunity follows. What comes behind runs all the same and finds none (perf/Notes/end-to-end.md,
/// "The answer before the books"). Two proofs, for the update of an account that one pool reads and that touches no
/// other pool:
/// <list type="bullet">
/// <item>the pool is torn with it: whatever the bytes say, if they are others than before it does not quote until the
/// rest of its slot is here;</item>
/// <item>the pool's rates can be no better than what a few of the bytes state, a price or a balance, and even with
/// these no cycle gains (<see cref="IGainProof"/>).</item>
/// </list>
/// Bytes that the venue then refuses change neither: the group's part has come, and a pool that cannot read its own
/// account or a vault of its own does not quote.
/// </summary>
public sealed partial class GraphStage
{
    /// <summary>Who proves that no cycle gains; null to foresee torn pools only.</summary>
    internal IGainProof? Proof { get; set; }

    /// <summary>Takes the time of what is foreseen.</summary>
    internal StampClock StampClock { get; set; }

    /// <summary>Updates of which it was foreseen that no opportunity follows.</summary>
    public long ForeseenCount { get; private set; }

    /// <summary>
    /// Notes an update's part in the groups of its pools, before anything else of it is looked at.
    /// </summary>
    private void NoteParts(in MarketEvent e, int firstLink)
    {
        if (e.Kind != EventKind.Account) return;
        for (int l = firstLink; l >= 0; l = _accounts.Link(l).Next)
        {
            ref readonly PoolLink link = ref _accounts.Link(l);
            if (!IsAside(in link)) _coherence.Note(link.PoolId, link.Role, e.Slot);
        }
    }

    /// <summary>True of a balance that no quote of a pool reads which may quote: it is no part of a group.</summary>
    private bool IsAside(in PoolLink link) => link.Role is AccountRole.VaultA or AccountRole.VaultB
        && !_pools[link.PoolId].ReadsVaults && Market.State(link.PoolId) == PoolState.Coherent;

    /// <summary>Says that no opportunity follows, if that is certain; <see cref="NoteParts"/> was called.</summary>
    private void Foresee(ref MarketEvent e, int firstLink, ReadOnlySpan<byte> data)
    {
        ref readonly PoolLink link = ref _accounts.Link(firstLink);
        if (e.Kind != EventKind.Account || link.Next >= 0 || Touched.Count != 0) return;
        if (!_pools[link.PoolId].IsTorn && !CannotGain(in link, in e.Account, data)) return;
        ForeseenCount++;
        StampClock.TakeForeseen(ref e);
    }

    private bool CannotGain(in PoolLink link, in Pubkey key, ReadOnlySpan<byte> data) =>
        Proof is not null && Market.Pool(link.PoolId)
            .TryBoundRates(link.Role, in key, data, out double rateAToBMax, out double rateBToAMax)
        && !Proof.CanGain(link.PoolId, rateAToBMax, rateBToAMax);
}
