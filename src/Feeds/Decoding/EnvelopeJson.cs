using System;

namespace LowLatency.Feeds.Decoding;

/// <summary>A server's message taken apart, over its bytes.</summary>
internal ref struct Envelope
{
    /// <summary>Params of a notification.</summary>
    public Notification Notification;

    /// <summary>The id of an answer as it is written.</summary>
    public ReadOnlySpan<byte> Id;

    /// <summary>The result of an answer as it is written.</summary>
    public ReadOnlySpan<byte> Result;

    /// <summary>What the message is; SubscribeAck for every answer with a result.</summary>
    public MessageKind Kind;
}

/// <summary>
/// The strict reader of whole messages. Source: JSON-RPC 2.0 specification, sections 4.1 and 5.
/// </summary>
internal static class EnvelopeJson
{
    private const byte SeenMethod = 1;
    private const byte SeenParams = 2;
    private const byte SeenResult = 4;
    private const byte SeenError = 8;
    private const byte SeenId = 16;

    /// <summary>Reads a message.</summary>
    public static DecodeCause Read(ReadOnlySpan<byte> message, KeyCache owners, ref Envelope envelope)
    {
        JsonCursor cursor = new(message);
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        byte seen = 0;
        ReadOnlySpan<byte> lateParams = default;
        bool isFirst = true;
        _ = cursor.TryName(ref isFirst, "\"jsonrpc\":\"2.0\""u8);
        while (!cursor.TryEnd())
        {
            byte member = 0;
            if (seen == 0 && cursor.TryName(ref isFirst, "\"method\":"u8)) member = SeenMethod;
            else if (seen == SeenMethod && cursor.TryName(ref isFirst, "\"params\":"u8)) member = SeenParams;
            if (member == 0)
            {
                if (!cursor.NextMember(ref isFirst, out JsonText name)) break;
                member = Recognise(name);
            }

            if ((seen & member) != 0) return DecodeCause.UnexpectedShape;
            seen |= member;
            bool ok;
            switch (member)
            {
                case SeenMethod when cursor.TryPlain("\"accountNotification\""u8):
                    envelope.Kind = MessageKind.AccountNotification;
                    ok = true;
                    break;
                case SeenMethod:
                    ok = cursor.TryReadString(out JsonText method);
                    if (ok) envelope.Kind = NotificationJson.KindOf(method);
                    break;
                case SeenParams when (seen & SeenMethod) != 0:
                    // The order that servers use: one walk.
                    DecodeCause cause = NotificationJson.ReadParams(
                        ref cursor, envelope.Kind, owners, ref envelope.Notification);
                    if (envelope.Kind == MessageKind.Other && cause == DecodeCause.UnexpectedShape)
                    {
                        return DecodeCause.UnknownMethod;
                    }

                    if (cause != DecodeCause.None) return cause;
                    ok = true;
                    break;
                case SeenParams:
                    ok = cursor.TrySkipValue(out lateParams);
                    break;
                case SeenResult:
                    ok = cursor.TrySkipValue(out envelope.Result);
                    break;
                case SeenId:
                    ok = cursor.TrySkipValue(out envelope.Id);
                    break;
                default:
                    ok = cursor.SkipValue();
                    break;
            }

            if (!ok) return AccountJson.Refused(cursor);
        }

        if (!cursor.IsAtEnd()) return DecodeCause.MalformedJson;
        return Classify(seen, lateParams, owners, ref envelope);
    }

    /// <summary>
    /// The one subscription of a notification whose rest need not be readable; false if the text is not JSON, names
    /// none, or more than one.
    /// </summary>
    public static bool TryReadSubscription(ReadOnlySpan<byte> message, out ulong subscription)
    {
        subscription = 0;
        return TryFind(message, "params"u8, out ReadOnlySpan<byte> parameters)
            && TryFind(parameters, "subscription"u8, out ReadOnlySpan<byte> number)
            && RequestJson.TryReadNumber(number, out subscription);
    }

    /// <summary>The value of a member that an object has once.</summary>
    private static bool TryFind(ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted, out ReadOnlySpan<byte> value)
    {
        value = default;
        JsonCursor cursor = new(text);
        if (!cursor.TryEnterObject()) return false;
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText name))
        {
            if (!cursor.TrySkipValue(out ReadOnlySpan<byte> found)) return false;
            if (!name.Is(wanted)) continue;
            if (!value.IsEmpty) return false;
            value = found;
        }

        return cursor.IsAtEnd() && !value.IsEmpty;
    }

    private static DecodeCause Classify(
        byte seen, ReadOnlySpan<byte> lateParams, KeyCache owners, ref Envelope envelope)
    {
        if ((seen & SeenMethod) != 0)
        {
            if (envelope.Kind == MessageKind.Other) return DecodeCause.UnknownMethod;
            if ((seen & SeenParams) == 0) return DecodeCause.UnexpectedShape;
            if (lateParams.IsEmpty) return DecodeCause.None;
            JsonCursor cursor = new(lateParams);
            return NotificationJson.ReadParams(ref cursor, envelope.Kind, owners, ref envelope.Notification);
        }

        if ((seen & SeenError) != 0)
        {
            envelope.Kind = MessageKind.ErrorReply;
            return DecodeCause.None;
        }

        if ((seen & (SeenResult | SeenId)) != (SeenResult | SeenId)) return DecodeCause.UnexpectedShape;
        envelope.Kind = MessageKind.SubscribeAck;
        return DecodeCause.None;
    }

    private static byte Recognise(in JsonText name)
    {
        if (name.Is("jsonrpc"u8)) return 0;
        if (name.Is("method"u8)) return SeenMethod;
        if (name.Is("params"u8)) return SeenParams;
        if (name.Is("result"u8)) return SeenResult;
        if (name.Is("id"u8)) return SeenId;
        return name.Is("error"u8) ? SeenError : (byte)0;
    }
}
