using System;
using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Decoding;

namespace LowLatency.Feeds.Geyser;

/// <summary>
/// Which accounts one Yellowstone connection follows: those that its last request with account filters names, from the
/// first message behind that request on. Accounts of owner filters are not named and so are not kept.
/// Owner: the feed thread. Allocates with requests only.
/// Source: rpcpool/yellowstone-grpc@0013f2d5 geyser.proto (SubscribeRequest.accounts = 1, a map;
/// SubscribeRequestFilterAccounts.account = 2).
/// </summary>
internal sealed class GeyserCover(CoverageTable table, byte connection, EventWriter writer)
{
    /// <summary>
    /// A server does not say when a changed request is in force; it is a round trip away. Two slots are longer than
    /// any. What was asked for with the opening is in force from the first message on.
    /// </summary>
    private const byte ChangeLeadSlots = 2;

    private const uint AccountsField = 1;
    private const uint MapValueField = 2;
    private const uint AccountField = 2;

    private readonly Dictionary<Pubkey, int> _covered = [];
    private HashSet<Pubkey>? _asked;
    private bool _isChange;

    public void OnOpen(in FrameStamp stamp)
    {
        OnClose(stamp);
        table.OnOpen(connection, isStream: true);
    }

    public void OnClose(in FrameStamp stamp)
    {
        _asked = null;
        _isChange = false;
        _covered.Clear();
        table.Drop(connection, writer, stamp);
    }

    public void OnSlot(ulong slot, ulong parent, in FrameStamp stamp) =>
        table.OnSlot(connection, slot, parent, writer, stamp);

    public void OnDead(ulong slot, in FrameStamp stamp) => table.OnDead(slot, writer, stamp);

    public void OnUnreadable(in FrameStamp stamp) =>
        table.OnUnreadable(connection, CoverageTable.Anyone, writer, stamp);

    /// <summary>A request without account filters is a ping and changes nothing.</summary>
    public void OnRequest(ReadOnlySpan<byte> request)
    {
        HashSet<Pubkey> keys = [];
        ProtoReader reader = new(request);
        while (!reader.IsAtEnd && reader.TryReadTag(out uint tag))
        {
            if (tag != ProtoReader.Tag(AccountsField, WireType.Bytes))
            {
                if (!reader.TrySkip(tag)) return;
                continue;
            }

            if (!reader.TryReadBytes(out ReadOnlySpan<byte> entry)) return;
            ReadFilter(new ProtoFields(entry.ToArray()).Bytes(MapValueField), keys);
        }

        if (keys.Count != 0) _asked = keys;
    }

    /// <summary>The server speaks: what was asked before is in force.</summary>
    public void OnMessage(in FrameStamp stamp)
    {
        if (_asked is null) return;
        foreach (Pubkey key in _asked)
        {
            if (_covered.ContainsKey(key)) continue;
            _covered[key] = table.Cover(connection, key, stamp, _isChange ? ChangeLeadSlots : (byte)0);
        }

        List<Pubkey> ended = [];
        foreach (Pubkey key in _covered.Keys)
        {
            if (!_asked.Contains(key)) ended.Add(key);
        }

        foreach (Pubkey key in ended)
        {
            table.Uncover(connection, _covered[key], writer, stamp);
            _covered.Remove(key);
        }

        _asked = null;
        _isChange = true;
    }

    public void OnPush(in BinaryAccount account, in FrameStamp stamp)
    {
        Pubkey key = Pubkey.Read(account.Key);
        table.OnStreamed(in key, account.Slot);
        if (table.Doubtful == 0) return;
        if (_covered.TryGetValue(key, out int index)) table.OnPush(index, account.Slot, writer, stamp);
    }

    private static void ReadFilter(ReadOnlySpan<byte> filter, HashSet<Pubkey> keys)
    {
        ProtoReader reader = new(filter);
        while (!reader.IsAtEnd && reader.TryReadTag(out uint tag))
        {
            if (tag != ProtoReader.Tag(AccountField, WireType.Bytes))
            {
                if (!reader.TrySkip(tag)) return;
                continue;
            }

            if (!reader.TryReadBytes(out ReadOnlySpan<byte> text)) return;
            if (Pubkey.TryParse(Encoding.ASCII.GetString(text), out Pubkey key)) keys.Add(key);
        }
    }
}
