using System;
using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using LowLatency.TestNode.State;

namespace LowLatency.TestNode.Pubsub;

/// <summary>
/// Puts messages into connections' outboxes, and does to them on the way what the fault script says. Under the ledger's
/// lock.
/// </summary>
internal sealed class PubsubSender
{
    private const int DefaultAckSlots = 2;
    private readonly EndpointFaults _faults;
    private readonly NodeCounters _counters;
    private readonly List<(Subscription Subscription, byte[] Message)> _held = [];
    private readonly List<(PubsubConnection Connection, byte[] Ack, int Slots)> _lateAcks = [];
    private byte[] _scratch = new byte[1 << 16];

    public PubsubSender(EndpointFaults faults, NodeCounters counters)
    {
        _faults = faults;
        _counters = counters;
    }

    /// <summary>Of 100 account notifications so many are lost.</summary>
    public int LosePercent { get; set; }

    /// <summary>Sends any notification but an account's.</summary>
    public void Send(Subscription subscription, ReadOnlySpan<byte> result) =>
        Put(subscription.Connection, Compose(subscription, result));

    /// <summary>Sends an account's notification; only these are lost, doubled, reordered and damaged.</summary>
    public void SendAccount(Subscription subscription, ReadOnlySpan<byte> result, Pubkey key, ulong slot)
    {
        _counters.AccountNotifications++;
        PubsubConnection connection = subscription.Connection;
        if (_faults.IsArmed(FaultKind.Lose) && _faults.TryTake(FaultKind.Lose, Detail(connection, key, slot))) return;
        if (LosePercent != 0 && _faults.Random.NextInt32(100) < LosePercent)
        {
            _faults.Happened(FaultKind.LoseShare, Detail(connection, key, slot));
            return;
        }

        ReadOnlySpan<byte> message = Compose(subscription, result);
        if (_faults.IsArmed(FaultKind.MalformedJson)
            && _faults.TryTake(FaultKind.MalformedJson, Detail(connection, key, slot)))
        {
            Put(connection, Damage(message));
            return;
        }

        if (_faults.IsArmed(FaultKind.Lie) && _faults.TryTake(FaultKind.Lie, Detail(connection, key, slot)))
        {
            Put(connection, Lie(message));
            return;
        }

        if (_faults.IsArmed(FaultKind.Reorder) && _faults.TryTake(FaultKind.Reorder, Detail(connection, key, slot)))
        {
            _held.Add((subscription, message.ToArray()));
            return;
        }

        Put(connection, message);
        if (_faults.IsArmed(FaultKind.Duplicate) && _faults.TryTake(FaultKind.Duplicate, Detail(connection, key, slot)))
            Put(connection, message);
    }

    /// <summary>Answers a request over the WebSocket, late if the script says so.</summary>
    public void SendAck(PubsubConnection connection, byte[] ack)
    {
        if (_faults.TryTake(FaultKind.LateAcks, $"connection {connection.Number}", out int slots))
            _lateAcks.Add((connection, ack, slots == 0 ? DefaultAckSlots : slots));
        else
            Put(connection, ack);
    }

    /// <summary>A slot begins: acks that are late enough leave.</summary>
    public void OnSlot()
    {
        for (int i = 0; i < _lateAcks.Count;)
        {
            (PubsubConnection connection, byte[] ack, int slots) = _lateAcks[i];
            _lateAcks[i] = (connection, ack, slots - 1);
            if (slots > 0)
            {
                i++;
                continue;
            }

            Put(connection, ack);
            _lateAcks.RemoveAt(i);
        }
    }

    /// <summary>All of a slot was sent: what was held to be reordered leaves in a drawn order.</summary>
    public void OnSlotComplete(Commitment commitment)
    {
        if (commitment != Commitment.Processed) return;
        while (_held.Count > 0)
        {
            int index = _faults.Random.NextInt32(_held.Count);
            Put(_held[index].Subscription.Connection, _held[index].Message);
            _held.RemoveAt(index);
        }
    }

    public void Forget(PubsubConnection connection)
    {
        _held.RemoveAll(h => h.Subscription.Connection == connection);
        _lateAcks.RemoveAll(a => a.Connection == connection);
    }

    private static string Detail(PubsubConnection connection, Pubkey key, ulong slot) =>
        $"{key} slot {slot} connection {connection.Number}";

    private ReadOnlySpan<byte> Compose(Subscription s, ReadOnlySpan<byte> result)
    {
        int length = s.Prefix.Length + result.Length + s.Suffix.Length;
        if (_scratch.Length < length) _scratch = new byte[length * 2];
        s.Prefix.CopyTo(_scratch, 0);
        result.CopyTo(_scratch.AsSpan(s.Prefix.Length));
        s.Suffix.CopyTo(_scratch.AsSpan(s.Prefix.Length + result.Length));
        return _scratch.AsSpan(0, length);
    }

    /// <summary>Still text in UTF-8, never the JSON that was meant.</summary>
    private byte[] Damage(ReadOnlySpan<byte> message)
    {
        int cut = 1 + _faults.Random.NextInt32(message.Length - 1);
        return _faults.Random.NextInt32(3) switch
        {
            0 => message[..cut].ToArray(),
            1 => [.. message[..cut], .. "\"}{"u8, .. message[cut..]],
            _ => Encoding.ASCII.GetBytes("<html><body>502 Bad Gateway</body></html>"),
        };
    }

    /// <summary>Byte 66 is in the balance of a token account; well-formed, of the right length, and untrue.</summary>
    private static byte[] Lie(ReadOnlySpan<byte> message)
    {
        byte[] lie = message.ToArray();
        int start = message.IndexOf("\"data\":[\""u8) + "\"data\":[\""u8.Length;
        int length = message[start..].IndexOf((byte)'"');
        if (length < 8) return lie;
        ref byte digit = ref lie[start + Math.Min(88, length - 8)];
        digit = digit == (byte)'B' ? (byte)'C' : (byte)'B';
        return lie;
    }

    private void Put(PubsubConnection connection, ReadOnlySpan<byte> message)
    {
        _counters.Messages++;
        string detail = $"connection {connection.Number}";
        bool fits;
        if (_faults.IsArmed(FaultKind.FragmentFrames) && _faults.TryTake(FaultKind.FragmentFrames, detail))
            fits = connection.Outbox.TryAppendInPieces(Opcode.Text, message);
        else if (_faults.IsArmed(FaultKind.FragmentWrites) && _faults.TryTake(FaultKind.FragmentWrites, detail))
            fits = connection.Outbox.TryAppend(Opcode.Text, message, WriteMode.ByteByByte);
        else if (_faults.IsArmed(FaultKind.SlowWrites) && _faults.TryTake(FaultKind.SlowWrites, detail, out int ms))
            fits = connection.Outbox.TryAppend(Opcode.Text, message, WriteMode.Slow, Math.Max(1, ms));
        else
            fits = connection.Outbox.TryAppend(Opcode.Text, message);
        if (fits) return;
        _counters.LaggedClients++;
        connection.Abort();
    }
}
