using System;
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
        ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification) =>
        ReadTwo<Params>(ref cursor, kind, owners, ref notification);

    /// <summary>Reads <c>{"pubkey":"...","account":{...}}</c>.</summary>
    public static DecodeCause ReadKeyedAccount(
        ref JsonCursor cursor, KeyCache owners, ref Notification notification) =>
        ReadTwo<KeyedAccount>(ref cursor, MessageKind.ProgramNotification, owners, ref notification);

    /// <summary>Reads <c>{"slot":N,...}</c>.</summary>
    public static DecodeCause ReadContext(ref JsonCursor cursor, out ulong slot)
    {
        slot = 0;
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        bool isFirst = true;
        bool hasSlot = false;
        while (!cursor.TryEnd())
        {
            if (hasSlot || !cursor.TryName(ref isFirst, "\"slot\":"u8))
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

    private static DecodeCause ReadResult(
        ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification)
    {
        switch (kind)
        {
            case MessageKind.AccountNotification or MessageKind.ProgramNotification:
                return ReadTwo<ContextAndValue>(ref cursor, kind, owners, ref notification);
            case MessageKind.SlotNotification or MessageKind.SlotsUpdatesNotification:
                return ReadSlot(ref cursor, kind, ref notification);
            default:
                return cursor.SkipValue() ? DecodeCause.None : DecodeCause.MalformedJson;
        }
    }

    /// <summary>Reads an object of two members that must be there, in any order, and others that may be.</summary>
    private static DecodeCause ReadTwo<T>(
        ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification)
        where T : struct, ITwoMembers
    {
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        byte seen = 0;
        bool isFirst = true;
        while (!cursor.TryEnd())
        {
            byte member = 0;
            if (seen == 0 && cursor.TryName(ref isFirst, T.First)) member = SeenFirst;
            else if (seen == SeenFirst && cursor.TryName(ref isFirst, T.Second)) member = SeenSecond;
            if (member == 0)
            {
                if (!cursor.NextMember(ref isFirst, out JsonText name)) break;
                member = name.Is(T.First[1..^2]) ? SeenFirst : name.Is(T.Second[1..^2]) ? SeenSecond : (byte)0;
            }

            if ((seen & member) != 0) return DecodeCause.UnexpectedShape;
            seen |= member;
            DecodeCause cause = DecodeCause.None;
            if (member == SeenFirst) cause = T.ReadFirst(ref cursor, kind, owners, ref notification);
            else if (member == SeenSecond) cause = T.ReadSecond(ref cursor, kind, owners, ref notification);
            else if (!cursor.SkipValue()) cause = DecodeCause.MalformedJson;
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

    /// <summary>The two members of an object: their names as nodes write them, and how each is read.</summary>
    private interface ITwoMembers
    {
        static abstract ReadOnlySpan<byte> First { get; }

        static abstract ReadOnlySpan<byte> Second { get; }

        static abstract DecodeCause ReadFirst(
            ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification);

        static abstract DecodeCause ReadSecond(
            ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification);
    }

    private readonly struct Params : ITwoMembers
    {
        public static ReadOnlySpan<byte> First => "\"result\":"u8;

        public static ReadOnlySpan<byte> Second => "\"subscription\":"u8;

        public static DecodeCause ReadFirst(
            ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification) =>
            ReadResult(ref cursor, kind, owners, ref notification);

        public static DecodeCause ReadSecond(
            ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification) =>
            ReadNumber(ref cursor, out notification.Subscription);
    }

    private readonly struct ContextAndValue : ITwoMembers
    {
        public static ReadOnlySpan<byte> First => "\"context\":"u8;

        public static ReadOnlySpan<byte> Second => "\"value\":"u8;

        public static DecodeCause ReadFirst(
            ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification) =>
            ReadContext(ref cursor, out notification.Slot);

        public static DecodeCause ReadSecond(
            ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification) =>
            kind == MessageKind.AccountNotification
                ? AccountJson.Read(ref cursor, owners, ref notification.Account)
                : ReadTwo<KeyedAccount>(ref cursor, kind, owners, ref notification);
    }

    private readonly struct KeyedAccount : ITwoMembers
    {
        public static ReadOnlySpan<byte> First => "\"pubkey\":"u8;

        public static ReadOnlySpan<byte> Second => "\"account\":"u8;

        public static DecodeCause ReadFirst(
            ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification)
        {
            if (!cursor.TryReadString(out JsonText text)) return AccountJson.Refused(cursor);
            return AccountJson.TryReadKey(text, null, out notification.Key) ? DecodeCause.None : DecodeCause.BadKey;
        }

        public static DecodeCause ReadSecond(
            ref JsonCursor cursor, MessageKind kind, KeyCache owners, ref Notification notification) =>
            AccountJson.Read(ref cursor, owners, ref notification.Account);
    }
}
