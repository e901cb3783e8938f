using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>What a pubsub notification says, over the message's bytes.</summary>
internal ref struct Notification
{
    /// <summary>Members of the account, of account and program notifications.</summary>
    public AccountFields Account;

    /// <summary>Account of a program notification.</summary>
    public Pubkey Key;

    /// <summary>context.slot, or the slot of a slot message.</summary>
    public ulong Slot;

    /// <summary>Parent of a slot message; 0 if not said.</summary>
    public ulong Parent;

    /// <summary>Subscription id.</summary>
    public ulong Subscription;

    /// <summary>Type of a slotsUpdates message.</summary>
    public SlotUpdateType UpdateType;
}

/// <summary>Types of slotsUpdates that are events here.</summary>
internal enum SlotUpdateType : byte
{
    /// <summary>Any other type.</summary>
    Other = 0,

    /// <summary>createdBank: the slot began, its parent is known.</summary>
    CreatedBank = 1,

    /// <summary>dead: the slot will never be part of the chain.</summary>
    Dead = 2,
}

/// <summary>
/// The strict reader of the params of pubsub notifications.
/// Source: agave b64857b5 rpc/src/rpc_subscriptions.rs, rpc-client-types response.rs.
/// </summary>
internal static class NotificationJson
{
    private const byte SeenFirst = 1;
    private const byte SeenSecond = 2;
    private const byte SeenThird = 4;

    /// <summary>Kind of a notification by its method; Other if unknown.</summary>
    public static MessageKind KindOf(in JsonText method)
    {
        if (method.Is("accountNotification"u8)) return MessageKind.AccountNotification;
        if (method.Is("programNotification"u8)) return MessageKind.ProgramNotification;
        if (method.Is("slotNotification"u8)) return MessageKind.SlotNotification;
        if (method.Is("slotsUpdatesNotification"u8)) return MessageKind.SlotsUpdatesNotification;
        if (method.Is("rootNotification"u8)) return MessageKind.RootNotification;
        if (method.Is("logsNotification"u8)) return MessageKind.LogsNotification;
        if (method.Is("signatureNotification"u8)) return MessageKind.SignatureNotification;
        return method.Is("blockNotification"u8) ? MessageKind.BlockNotification : MessageKind.Other;
    }

    /// <summary>Reads <c>{"result":...,"subscription":N}</c>.</summary>
    public static DecodeCause ReadParams(
        ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification)
    {
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        byte seen = 0;
        bool isFirst = true;
        while (true)
        {
            byte member = cursor.TryName(ref isFirst, "\"result\":"u8) ? SeenFirst
                : cursor.TryName(ref isFirst, "\"subscription\":"u8) ? SeenSecond : (byte)0;
            if (member == 0)
            {
                if (!cursor.NextMember(ref isFirst, out JsonText name)) break;
                member = name.Is("result"u8) ? SeenFirst : name.Is("subscription"u8) ? SeenSecond : (byte)0;
            }

            if ((seen & member) != 0) return DecodeCause.UnexpectedShape;
            seen |= member;
            DecodeCause cause = DecodeCause.None;
            if (member == SeenFirst) cause = ReadResult(ref cursor, kind, owners, ref notification);
            else if (member == SeenSecond) cause = ReadNumber(ref cursor, out notification.Subscription);
            else if (!cursor.SkipValue()) cause = DecodeCause.MalformedJson;
            if (cause != DecodeCause.None) return cause;
        }

        if (cursor.Failed) return DecodeCause.MalformedJson;
        return seen == (SeenFirst | SeenSecond) ? DecodeCause.None : DecodeCause.UnexpectedShape;
    }

    /// <summary>Reads <c>{"slot":N,...}</c>.</summary>
    public static DecodeCause ReadContext(ref JsonCursor cursor, out ulong slot)
    {
        slot = 0;
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        bool isFirst = true;
        bool hasSlot = false;
        while (true)
        {
            if (!cursor.TryName(ref isFirst, "\"slot\":"u8))
            {
                if (!cursor.NextMember(ref isFirst, out JsonText name)) break;
                if (!name.Is("slot"u8))
                {
                    if (!cursor.SkipValue()) return DecodeCause.MalformedJson;
                    continue;
                }
            }

            if (hasSlot || !cursor.TryReadUInt64(out slot)) return AccountJson.Refused(cursor);
            hasSlot = true;
        }

        if (cursor.Failed) return DecodeCause.MalformedJson;
        return hasSlot ? DecodeCause.None : DecodeCause.UnexpectedShape;
    }

    /// <summary>Reads <c>{"pubkey":"...","account":{...}}</c>.</summary>
    public static DecodeCause ReadKeyedAccount(
        ref JsonCursor cursor, KeyCache owners, ref AccountFields account, out Pubkey key)
    {
        key = default;
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        byte seen = 0;
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText name))
        {
            byte member = name.Is("pubkey"u8) ? SeenFirst : name.Is("account"u8) ? SeenSecond : (byte)0;
            if ((seen & member) != 0) return DecodeCause.UnexpectedShape;
            seen |= member;
            DecodeCause cause = DecodeCause.None;
            if (member == SeenFirst)
            {
                if (!cursor.TryReadString(out JsonText text)) return AccountJson.Refused(cursor);
                if (!AccountJson.TryReadKey(text, null, out key)) return DecodeCause.BadKey;
            }
            else if (member == SeenSecond)
            {
                cause = AccountJson.Read(ref cursor, owners, ref account);
            }
            else if (!cursor.SkipValue())
            {
                cause = DecodeCause.MalformedJson;
            }

            if (cause != DecodeCause.None) return cause;
        }

        if (cursor.Failed) return DecodeCause.MalformedJson;
        return seen == (SeenFirst | SeenSecond) ? DecodeCause.None : DecodeCause.UnexpectedShape;
    }

    private static DecodeCause ReadResult(
        ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification)
    {
        switch (kind)
        {
            case MessageKind.AccountNotification or MessageKind.ProgramNotification:
                return ReadContextAndValue(ref cursor, kind, owners, ref notification);
            case MessageKind.SlotNotification or MessageKind.SlotsUpdatesNotification:
                return ReadSlot(ref cursor, kind, ref notification);
            default:
                return cursor.SkipValue() ? DecodeCause.None : DecodeCause.MalformedJson;
        }
    }

    private static DecodeCause ReadContextAndValue(
        ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification)
    {
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        byte seen = 0;
        bool isFirst = true;
        while (true)
        {
            byte member = cursor.TryName(ref isFirst, "\"context\":"u8) ? SeenFirst
                : cursor.TryName(ref isFirst, "\"value\":"u8) ? SeenSecond : (byte)0;
            if (member == 0)
            {
                if (!cursor.NextMember(ref isFirst, out JsonText name)) break;
                member = name.Is("context"u8) ? SeenFirst : name.Is("value"u8) ? SeenSecond : (byte)0;
            }

            if ((seen & member) != 0) return DecodeCause.UnexpectedShape;
            seen |= member;
            DecodeCause cause = DecodeCause.None;
            if (member == SeenFirst)
            {
                cause = ReadContext(ref cursor, out notification.Slot);
            }
            else if (member == SeenSecond)
            {
                cause = kind == MessageKind.AccountNotification
                    ? AccountJson.Read(ref cursor, owners, ref notification.Account)
                    : ReadKeyedAccount(ref cursor, owners, ref notification.Account, out notification.Key);
            }
            else if (!cursor.SkipValue())
            {
                cause = DecodeCause.MalformedJson;
            }

            if (cause != DecodeCause.None) return cause;
        }

        if (cursor.Failed) return DecodeCause.MalformedJson;
        return seen == (SeenFirst | SeenSecond) ? DecodeCause.None : DecodeCause.UnexpectedShape;
    }

    private static DecodeCause ReadSlot(ref JsonCursor cursor, MessageKind kind, ref Notification notification)
    {
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        byte seen = 0;
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText name))
        {
            byte member = name.Is("slot"u8) ? SeenFirst
                : name.Is("parent"u8) ? SeenSecond
                : name.Is("type"u8) ? SeenThird : (byte)0;
            if ((seen & member) != 0) return DecodeCause.UnexpectedShape;
            seen |= member;
            DecodeCause cause = DecodeCause.None;
            if (member == SeenFirst)
            {
                cause = ReadNumber(ref cursor, out notification.Slot);
            }
            else if (member == SeenSecond)
            {
                cause = ReadNumber(ref cursor, out notification.Parent);
            }
            else if (member == SeenThird)
            {
                if (!cursor.TryReadString(out JsonText type)) return AccountJson.Refused(cursor);
                notification.UpdateType = type.Is("createdBank"u8) ? SlotUpdateType.CreatedBank
                    : type.Is("dead"u8) ? SlotUpdateType.Dead : SlotUpdateType.Other;
            }
            else if (!cursor.SkipValue())
            {
                cause = DecodeCause.MalformedJson;
            }

            if (cause != DecodeCause.None) return cause;
        }

        if (cursor.Failed) return DecodeCause.MalformedJson;
        byte needed = kind == MessageKind.SlotNotification ? (byte)(SeenFirst | SeenSecond)
            : notification.UpdateType == SlotUpdateType.CreatedBank ? (byte)(SeenFirst | SeenSecond | SeenThird)
            : (byte)(SeenFirst | SeenThird);
        return (seen & needed) == needed ? DecodeCause.None : DecodeCause.UnexpectedShape;
    }

    private static DecodeCause ReadNumber(ref JsonCursor cursor, out ulong value) =>
        cursor.TryReadUInt64(out value) ? DecodeCause.None : AccountJson.Refused(cursor);
}
