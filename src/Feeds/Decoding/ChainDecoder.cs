using System;
using System.Buffers.Binary;
using LowLatency.Engine.Events;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// HTTP answers about the chain itself: getLatestBlockhash, isBlockhashValid, getRecentPrioritizationFees,
/// simulateTransaction. Each is checked as a whole and gives one event. One feed thread owns it; everything is
/// allocated at construction.
/// Source: agave b64857b5 rpc/src/rpc.rs.
/// </summary>
internal sealed class ChainDecoder(EventWriter writer)
{
    private const int FeeBytes = 16;
    private const int MaxFeeSlots = 150;
    private const int MaxTransactionBytes = 4096 + 4; // a version 1 transaction, and what base64 may round up
    private const int MaxUnitBytes = SimulationPayload.MaxInstructions * sizeof(uint);

    private readonly byte[] _transaction = new byte[MaxTransactionBytes];
    private readonly uint[] _units = new uint[SimulationPayload.MaxInstructions];
    private readonly byte[] _payload = new byte[SimulationPayload.HeaderBytes + MaxUnitBytes + MaxTransactionBytes];

    /// <summary>What an answer is about.</summary>
    public enum Topic : byte
    {
        /// <summary>Nothing that is known here.</summary>
        None = 0,

        /// <summary>getLatestBlockhash.</summary>
        Blockhash = 1,

        /// <summary>getRecentPrioritizationFees.</summary>
        Fees = 2,

        /// <summary>simulateTransaction.</summary>
        Simulation = 3,

        /// <summary>isBlockhashValid.</summary>
        BlockhashVerdict = 4,
    }

    /// <summary>What a method is about.</summary>
    public static Topic TopicOf(in JsonText method) => method.Is("getLatestBlockhash"u8) ? Topic.Blockhash
        : method.Is("isBlockhashValid"u8) ? Topic.BlockhashVerdict
        : method.Is("getRecentPrioritizationFees"u8) ? Topic.Fees
        : method.Is("simulateTransaction"u8) ? Topic.Simulation : Topic.None;

    /// <summary>Publishes an answer's result.</summary>
    public DecodeCause Publish(
        Topic topic, in Request request, ReadOnlySpan<byte> result, in FrameStamp stamp)
    {
        if (topic == Topic.Fees) return PublishFees(result, stamp);
        DecodeCause cause = SnapshotDecoder.ReadContextAndValue(result, out ulong slot, out ReadOnlySpan<byte> value);
        if (cause != DecodeCause.None) return cause;
        return topic switch
        {
            Topic.Blockhash => PublishBlockhash(value, slot, SourceOf(in request), stamp),
            Topic.BlockhashVerdict => PublishVerdict(in request, value, slot, stamp),
            _ => PublishSimulation(request.Params, value, slot, stamp),
        };
    }

    private static int SourceOf(in Request request) =>
        RequestJson.TryReadNumber(request.Id, out ulong id) ? ExchangeSource.Of(id) : 0;

    private DecodeCause PublishVerdict(
        in Request request, ReadOnlySpan<byte> value, ulong slot, in FrameStamp stamp)
    {
        DecodeCause cause = RequestJson.ReadFirstKey(request.Params, out Pubkey hash);
        if (cause != DecodeCause.None) return cause;
        bool isValid = value.SequenceEqual("true"u8);
        if (!isValid && !value.SequenceEqual("false"u8)) return DecodeCause.UnexpectedShape;
        return writer.PublishBlockhash(
            EventKind.BlockhashVerdict, slot, isValid ? 1UL : 0, hash, SourceOf(in request), stamp);
    }

    private DecodeCause PublishBlockhash(ReadOnlySpan<byte> value, ulong slot, int source, in FrameStamp stamp)
    {
        Pubkey hash = default;
        ulong lastValid = 0;
        int seen = 0;
        JsonCursor cursor = new(value);
        if (!cursor.TryEnterObject()) return AccountJson.Refused(cursor);
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText name))
        {
            if (name.Is("blockhash"u8))
            {
                if (!cursor.TryReadString(out JsonText text)) return AccountJson.Refused(cursor);
                if (!AccountJson.TryReadKey(text, null, out hash)) return DecodeCause.BadKey;
                seen++;
            }
            else if (name.Is("lastValidBlockHeight"u8))
            {
                if (!cursor.TryReadUInt64(out lastValid)) return AccountJson.Refused(cursor);
                seen++;
            }
            else if (!cursor.SkipValue())
            {
                return DecodeCause.MalformedJson;
            }
        }

        if (!cursor.IsAtEnd()) return DecodeCause.MalformedJson;
        return seen == 2
            ? writer.PublishBlockhash(EventKind.Blockhash, slot, lastValid, hash, source, stamp)
            : DecodeCause.UnexpectedShape;
    }

    private DecodeCause PublishFees(ReadOnlySpan<byte> result, in FrameStamp stamp)
    {
        ulong newest = 0;
        int count = 0;
        JsonCursor cursor = new(result);
        if (!cursor.TryEnterArray()) return AccountJson.Refused(cursor);
        bool isFirst = true;
        while (cursor.NextElement(ref isFirst))
        {
            if (!TryReadFee(ref cursor, out ulong slot, out ulong price)) return AccountJson.Refused(cursor);
            if (count == MaxFeeSlots) return DecodeCause.TableFull; // a node keeps no more
            Span<byte> entry = _payload.AsSpan(count++ * FeeBytes, FeeBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, slot + writer.SlotOffset);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], price);
            newest = Math.Max(newest, slot);
        }

        if (!cursor.IsAtEnd()) return DecodeCause.MalformedJson;
        ReadOnlySpan<byte> fees = _payload.AsSpan(0, count * FeeBytes);
        return writer.PublishChain(EventKind.PriorityFees, newest, (ulong)count, fees, stamp);
    }

    private static bool TryReadFee(ref JsonCursor cursor, out ulong slot, out ulong price)
    {
        slot = 0;
        price = 0;
        int seen = 0;
        if (!cursor.TryEnterObject()) return false;
        bool isFirst = true;
        while (cursor.NextMember(ref isFirst, out JsonText name))
        {
            bool isSlot = name.Is("slot"u8);
            bool isPrice = name.Is("prioritizationFee"u8);
            bool ok = isSlot ? cursor.TryReadUInt64(out slot)
                : isPrice ? cursor.TryReadUInt64(out price) : cursor.SkipValue();
            if (!ok) return false;
            if (isSlot || isPrice) seen++;
        }

        return seen == 2 && !cursor.Failed;
    }

    private DecodeCause PublishSimulation(
        ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> value, ulong slot, in FrameStamp stamp)
    {
        DecodeCause cause = SimulationJson.ReadMessage(parameters, _transaction, out ReadOnlySpan<byte> message);
        if (cause != DecodeCause.None) return cause;
        Simulated simulated = new(_units);
        cause = SimulationJson.ReadValue(value, ref simulated);
        if (cause != DecodeCause.None) return cause;
        int length = SimulationPayload.Write(
            _payload, simulated.End, simulated.FailedInstruction, simulated.Code, simulated.UnitsConsumed,
            _units.AsSpan(0, simulated.UnitCount), message);
        return writer.PublishChain(
            EventKind.Simulation, slot, (ulong)simulated.End, _payload.AsSpan(0, length), stamp);
    }
}
