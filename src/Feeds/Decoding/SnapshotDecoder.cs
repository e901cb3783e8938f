using System;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// HTTP answers that carry accounts: getMultipleAccounts and getAccountInfo (the keys stand in the request),
/// getProgramAccounts (the keys stand in the answer); answers about the chain itself go to
/// <see cref="ChainDecoder"/>. The whole answer is checked before its first account is published; a bad account is
/// counted and the others still come. One feed thread owns it.
/// Source: agave b64857b5 rpc/src/rpc.rs; at most 100 keys a getMultipleAccounts call.
/// </summary>
internal sealed class SnapshotDecoder
{
    private readonly EventWriter _writer;
    private readonly DecodeCounters _counters;
    private readonly KeyCache _owners;
    private readonly CoverageTable? _coverage;
    private readonly ChainDecoder _chain;
    private readonly Pubkey[] _keys;

    /// <summary>A decoder for requests of up to <paramref name="maxKeys"/> keys.</summary>
    public SnapshotDecoder(
        EventWriter writer, DecodeCounters counters, KeyCache owners, int maxKeys, CoverageTable? coverage)
    {
        _coverage = coverage;
        _writer = writer;
        _chain = new ChainDecoder(writer);
        _counters = counters;
        _owners = owners;
        _keys = new Pubkey[maxKeys];
    }

    private enum Source : byte
    {
        None,
        Keys,
        Program,
    }

    /// <summary>Decodes an exchange; the cause of the answer as a whole (accounts are counted one by one).</summary>
    public DecodeCause Decode(
        ReadOnlySpan<byte> requestText, ReadOnlySpan<byte> response, in FrameStamp stamp, out MessageKind kind)
    {
        kind = MessageKind.OtherHttp;
        Request request = default;
        DecodeCause cause = RequestJson.Read(requestText, ref request);
        if (cause != DecodeCause.None) return cause;
        int keyCount = 0;
        Source source = Source.Keys;
        ChainDecoder.Topic topic = ChainDecoder.Topic.None;
        if (request.Method.Is("getMultipleAccounts"u8))
        {
            cause = RequestJson.ReadKeys(request.Params, _keys, out keyCount);
        }
        else if (request.Method.Is("getAccountInfo"u8))
        {
            cause = RequestJson.ReadFirstKey(request.Params, out _keys[0]);
            keyCount = -1; // one value, not a list
        }
        else
        {
            source = request.Method.Is("getProgramAccounts"u8) ? Source.Program : Source.None;
            if (source == Source.None) topic = ChainDecoder.TopicOf(in request.Method);
        }

        if (source != Source.None) kind = MessageKind.Snapshot;
        if (topic != ChainDecoder.Topic.None) kind = MessageKind.ChainFact;
        if (cause != DecodeCause.None) return cause;
        cause = ReadAnswer(response, request.Id, out ReadOnlySpan<byte> result);
        if (cause == DecodeCause.ErrorReply) kind = MessageKind.ErrorReply;
        if (cause != DecodeCause.None) return cause;
        if (topic != ChainDecoder.Topic.None) return _chain.Publish(topic, in request, result, stamp);
        if (source == Source.None) return DecodeCause.None;
        return source == Source.Keys
            ? PublishKeys(result, keyCount, stamp)
            : PublishProgram(result, stamp);
    }

    private static DecodeCause ReadAnswer(
        ReadOnlySpan<byte> response, ReadOnlySpan<byte> requestId, out ReadOnlySpan<byte> result)
    {
        result = default;
        ReadOnlySpan<byte> id = default;
        bool hasError = false;
        JsonCursor cursor = new(response);
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText name))
        {
            bool ok;
            if (name.Is("result"u8)) ok = cursor.TrySkipValue(out result);
            else if (name.Is("id"u8)) ok = cursor.TrySkipValue(out id);
            else ok = cursor.SkipValue();
            if (!ok) return DecodeCause.MalformedJson;
            hasError |= name.Is("error"u8);
        }

        if (!cursor.IsAtEnd()) return DecodeCause.MalformedJson;
        if (!id.SequenceEqual(requestId)) return DecodeCause.UnknownRequest;
        if (hasError) return DecodeCause.ErrorReply;
        return result.IsEmpty ? DecodeCause.UnexpectedShape : DecodeCause.None;
    }

    /// <summary>A result with context and value.</summary>
    internal static DecodeCause ReadContextAndValue(
        ReadOnlySpan<byte> result, out ulong slot, out ReadOnlySpan<byte> value)
    {
        slot = 0;
        value = default;
        bool hasSlot = false;
        JsonCursor cursor = new(result);
        if (!cursor.TryEnterObject()) return DecodeCause.UnexpectedShape;
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText name))
        {
            if (name.Is("context"u8))
            {
                DecodeCause cause = NotificationJson.ReadContext(ref cursor, out slot);
                if (cause != DecodeCause.None || hasSlot) return DecodeCause.UnexpectedShape;
                hasSlot = true;
            }
            else if (name.Is("value"u8))
            {
                if (!value.IsEmpty) return DecodeCause.UnexpectedShape;
                _ = cursor.TrySkipValue(out value);
            }
            else
            {
                _ = cursor.SkipValue();
            }
        }

        return hasSlot && slot <= SlotBelief.SlotMax && !value.IsEmpty ? DecodeCause.None : DecodeCause.UnexpectedShape;
    }

    private static int CountElements(ReadOnlySpan<byte> array)
    {
        JsonCursor cursor = new(array);
        if (!cursor.TryEnterArray()) return -1;
        int count = 0;
        bool isFirst = true;
        while (cursor.NextElement(ref isFirst) && cursor.SkipValue()) count++;
        return count;
    }

    private DecodeCause PublishKeys(ReadOnlySpan<byte> result, int keyCount, in FrameStamp stamp)
    {
        DecodeCause cause = ReadContextAndValue(result, out ulong slot, out ReadOnlySpan<byte> value);
        if (cause != DecodeCause.None) return cause;
        JsonCursor cursor = new(value);
        if (keyCount < 0)
        {
            AccountFields single = default;
            cause = AccountJson.Read(ref cursor, _owners, ref single);
            return cause != DecodeCause.None ? cause : Publish(_keys[0], slot, single, stamp);
        }

        int count = CountElements(value);
        if (count < 0) return DecodeCause.UnexpectedShape;
        if (count != keyCount) return DecodeCause.SnapshotCountMismatch;
        _ = cursor.TryEnterArray();
        bool isFirst = true;
        for (int i = 0; i < count; i++)
        {
            AccountFields fields = default;
            _ = cursor.NextElement(ref isFirst);
            int start = cursor.Position;
            cause = AccountJson.Read(ref cursor, _owners, ref fields);
            if (cause == DecodeCause.None)
            {
                cause = Publish(_keys[i], slot, fields, stamp);
                if (cause == DecodeCause.Halted) return cause;
            }
            else
            {
                cursor.Position = start;
                _ = cursor.SkipValue();
            }

            if (cause != DecodeCause.None) _counters.Count(cause);
        }

        return DecodeCause.None;
    }

    private DecodeCause Publish(in Pubkey key, ulong slot, in AccountFields fields, in FrameStamp stamp)
    {
        DecodeCause cause = _writer.PublishAccount(EventKind.AccountSnapshot, key, slot, fields, stamp);
        if (cause == DecodeCause.None) _coverage?.OnSnapshot(key, slot, stamp, _writer);
        return cause;
    }

    private DecodeCause PublishProgram(ReadOnlySpan<byte> result, in FrameStamp stamp)
    {
        // Without withContext the answer has no slot: 0 = older than everything known.
        ulong slot = 0;
        ReadOnlySpan<byte> value = result;
        if (result[0] == (byte)'{')
        {
            DecodeCause contextCause = ReadContextAndValue(result, out slot, out value);
            if (contextCause != DecodeCause.None) return contextCause;
        }

        JsonCursor cursor = new(value);
        if (!cursor.TryEnterArray()) return DecodeCause.UnexpectedShape;
        bool isFirst = true;
        while (cursor.NextElement(ref isFirst))
        {
            Notification one = default;
            int start = cursor.Position;
            DecodeCause cause = NotificationJson.ReadKeyedAccount(ref cursor, _owners, ref one);
            if (cause == DecodeCause.None)
            {
                cause = Publish(one.Key, slot, one.Account, stamp);
                if (cause == DecodeCause.Halted) return cause;
            }
            else
            {
                cursor.Position = start;
                _ = cursor.SkipValue();
            }

            if (cause != DecodeCause.None) _counters.Count(cause);
        }

        return DecodeCause.None;
    }
}
