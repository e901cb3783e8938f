using System.Collections.Generic;
using System.IO;
using System.Text;
using LowLatency.Engine.Solana;

namespace LowLatency.TestNode.Geyser;

/// <summary>What of a SubscribeRequest this node heeds.</summary>
internal sealed record GeyserRequest(
    HashSet<Pubkey> Accounts, bool WantsBlockMetas, ulong FromSlot, bool IsPing, ulong PingId)
{
    /// <exception cref="InvalidDataException">No protobuf message.</exception>
    public static GeyserRequest Read(byte[] message)
    {
        HashSet<Pubkey> accounts = [];
        ulong fromSlot = 0;
        ulong pingId = 0;
        bool isPing = false;
        bool wantsBlockMetas = false;
        foreach ((uint field, ulong number, byte[] bytes) in Fields(message))
        {
            switch (field)
            {
                case 1: // map entry: name 1, filter 2
                    foreach ((uint f, ulong _, byte[] filter) in Fields(bytes))
                    {
                        if (f == 2) ReadFilter(filter, accounts);
                    }

                    break;
                case 5:
                    wantsBlockMetas = true;
                    break;
                case 9:
                    isPing = true;
                    foreach ((uint f, ulong id, byte[] _) in Fields(bytes)) pingId = f == 1 ? id : pingId;
                    break;
                case 11:
                    fromSlot = number;
                    break;
            }
        }

        return new GeyserRequest(accounts, wantsBlockMetas, fromSlot, isPing, pingId);
    }

    private static void ReadFilter(byte[] filter, HashSet<Pubkey> accounts)
    {
        foreach ((uint field, ulong _, byte[] text) in Fields(filter))
        {
            if (field == 2) accounts.Add(Pubkey.Parse(Encoding.ASCII.GetString(text)));
        }
    }

    private static IEnumerable<(uint Field, ulong Number, byte[] Bytes)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong tag = Varint(message, ref at);
            ulong number = Varint(message, ref at);
            byte[] bytes = [];
            if ((tag & 7) == 2)
            {
                bytes = message[at..(at + (int)number)];
                at += bytes.Length;
            }
            else if ((tag & 7) != 0)
            {
                throw new InvalidDataException($"wire type {tag & 7}");
            }

            yield return ((uint)(tag >> 3), number, bytes);
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = at < message.Length ? message[at++] : throw new InvalidDataException("cut off");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a number too long");
    }
}
