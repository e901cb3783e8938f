using System.IO;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Geyser;

/// <summary>One SubscribeUpdate as bytes, with what a stream chooses by.</summary>
/// <param name="OfSlot">Slot it is about; 0 for pings.</param>
/// <param name="Key">Account; null if it is about none.</param>
/// <param name="Message">The protobuf bytes.</param>
/// <param name="IsBlockMeta">True if it goes to streams that asked for block metas only.</param>
internal sealed record GeyserUpdate(ulong OfSlot, Pubkey? Key, byte[] Message, bool IsBlockMeta = false)
{
    public static GeyserUpdate Slot(ulong slot, ulong parent, ulong status)
    {
        ProtoText body = new();
        body.Number(1, slot);
        body.Number(2, parent);
        body.Number(3, status);
        return new GeyserUpdate(slot, null, Update(3, body));
    }

    public static GeyserUpdate Account(ulong slot, in AccountWrite write)
    {
        AccountState state = write.State;
        byte[] key = new byte[Pubkey.SizeBytes];
        ProtoText info = new();
        state.Key.CopyTo(key);
        info.Bytes(1, key);
        info.Number(2, state.Lamports);
        state.Owner.CopyTo(key);
        info.Bytes(3, key);
        info.Number(4, state.Executable ? 1UL : 0);
        info.Number(5, state.RentEpoch);
        info.Bytes(6, state.Data);
        info.Number(7, write.WriteVersion);
        ProtoText body = new();
        body.Bytes(1, info.ToArray());
        body.Number(2, slot);
        return new GeyserUpdate(slot, state.Key, Update(2, body));
    }

    public static GeyserUpdate BlockMeta(Bank bank, string blockhash)
    {
        ProtoText height = new();
        height.Number(1, bank.BlockHeight);
        ProtoText body = new();
        body.Number(1, bank.Slot);
        body.Bytes(2, Encoding.ASCII.GetBytes(blockhash));
        body.Bytes(5, height.ToArray());
        body.Number(6, bank.ParentSlot);
        return new GeyserUpdate(bank.Slot, null, Update(7, body), IsBlockMeta: true);
    }

    public static GeyserUpdate Ping() => new(0, null, Update(6, new ProtoText()));

    public static GeyserUpdate Pong(ulong id)
    {
        ProtoText body = new();
        body.Number(1, id);
        return new GeyserUpdate(0, null, Update(9, body));
    }

    private static byte[] Update(uint field, ProtoText body)
    {
        ProtoText update = new();
        update.Bytes(1, "watch"u8.ToArray());
        update.Bytes(field, body.ToArray());
        return update.ToArray();
    }

    /// <summary>Protobuf as it is written: defaults left out.</summary>
    private sealed class ProtoText
    {
        private readonly MemoryStream _bytes = new();

        public byte[] ToArray() => _bytes.ToArray();

        public void Number(uint field, ulong value)
        {
            if (value == 0) return;
            Varint(field << 3);
            Varint(value);
        }

        public void Bytes(uint field, byte[] value)
        {
            Varint((field << 3) | 2);
            Varint((ulong)value.Length);
            _bytes.Write(value);
        }

        private void Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7) _bytes.WriteByte((byte)(value | 0x80));
            _bytes.WriteByte((byte)value);
        }
    }
}
