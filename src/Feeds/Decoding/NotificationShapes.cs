using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Decoding;

/// <summary>
/// What account notifications of one connection have in common, byte for byte, with what it says: the part before the
/// first changing value but for the slot's digits, and the part behind the data (all accounts of one owner and size
/// share it). A message with both is taken apart by comparing them; any other one by
/// <see cref="AccountNotificationFastPath"/>, whose result is remembered. Both parts are read on their own there, so
/// equal bytes mean an equal result. One feed thread owns it.
/// Bound: one prefix and <see cref="TailCount"/> tails of 248 bytes, each in one of two places; a market has some
/// dozens.
/// PERF: five vector compares in place of six literals, two numbers and an owner
/// (AccountNotificationBenchmark.Fast, and FastMixed for messages of many accounts).
/// </summary>
internal sealed class NotificationShapes
{
    private const int VectorBytes = 64;
    private const int PrefixBytesMax = 2 * VectorBytes;
    private const int TailBytesMax = 3 * VectorBytes;
    private const int TailCount = 64;
    private const int TailShift = 58;

    /// <summary>Base64 characters of a sample's data: those of most pools' accounts are as many.</summary>
    private const int SampleTextMax = 1_024;

    private const int SampleBytesMax = 2 * SampleTextMax;

    /// <summary>Two words of the tail, from its end, that tell most of them apart: size and end of the owner.</summary>
    private const int SizeWordFromEnd = 26;
    private const int OwnerWordFromEnd = 98;

    private readonly byte[] _prefix = new byte[PrefixBytesMax];
    private readonly Tail[] _tails = new Tail[TailCount];
    private readonly byte[] _sample = new byte[SampleBytesMax];
    private int _sampleLength;
    private int _tailTurn;
    private int _prefixLength;
    private int _slotEnd;
    private ulong _slot;
    private bool _isAlphabetical;

    /// <summary>Messages whose two parts had been seen before.</summary>
    public long Matches { get; private set; }

    /// <summary>
    /// The message whose parts were remembered last, with less data than it says: all of a message's way is gone with
    /// it, and its end is a refusal. Empty if there was none.
    /// </summary>
    public ReadOnlySpan<byte> Sample => _sample.AsSpan(0, _sampleLength);

    /// <summary>Reads the next tail, and says nothing of use.</summary>
    public int Touch()
    {
        _tailTurn = (_tailTurn + 1) % TailCount;
        ref Tail tail = ref _tails[_tailTurn];
        return tail.Text[0] + tail.Text[VectorBytes] + tail.Text[2 * VectorBytes] + tail.Owner.GetHashCode();
    }

    /// <summary>Takes a message apart whose parts are known; false if they are not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryMatch(ReadOnlySpan<byte> message, ref FastAccountNotification result)
    {
        int prefixLength = _prefixLength;
        int end = message.Length - 2;
        if (message.Length < AccountNotificationFastPath.MinLengthBytes || prefixLength == 0) return false;
        // SAFETY: a prefix is VectorBytes to PrefixBytesMax long (TryParse), shorter than any message that gets here.
        ref byte text = ref MemoryMarshal.GetReference(message);
        ref byte prefix = ref MemoryMarshal.GetArrayDataReference(_prefix);
        nuint second = (nuint)(prefixLength - VectorBytes);
        Vector512<byte> differences = (Vector512.LoadUnsafe(ref text) ^ Vector512.LoadUnsafe(ref prefix))
            | (Vector512.LoadUnsafe(ref text, second) ^ Vector512.LoadUnsafe(ref prefix, second));
        if ((differences != Vector512<byte>.Zero && !TryTakeSlot(message))
            || BinaryPrimitives.ReadUInt16LittleEndian(message[end..]) != 0x7D7D // }}
            || !DigitRun.TryReadBackward(message, ref end, out ulong subscription))
        {
            return false;
        }

        int index = TailIndex(ref text, end);
        ref Tail tail = ref _tails[index];
        if (!tail.IsBefore(ref text, end, prefixLength))
        {
            tail = ref _tails[index ^ 1];
            if (!IsInOtherPlace(ref tail, ref text, end, prefixLength)) return false;
        }

        if (tail.IsAlphabetical != _isAlphabetical) return false;
        int start = end - tail.Length;
        result.Subscription = subscription;
        result.Slot = _slot;
        result.Account.Owner = tail.Owner;
        result.Account.RentEpoch = tail.RentEpoch;
        result.Account.Space = tail.Space;
        result.Account.HasSpace = true;
        result.Account.IsExecutable = tail.IsExecutable;
        result.Account.IsCompressed = tail.IsCompressed;
        Matches++;
        return tail.IsAlphabetical
            ? AccountNotificationFastPath.TryParseAlphabeticalMiddle(message, prefixLength, start, ref result.Account)
            : AccountNotificationFastPath.TryParseNodeMiddle(message, prefixLength, start, ref result.Account);
    }

    /// <summary>Takes a message of a known order of members apart and remembers its parts.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryParse(ReadOnlySpan<byte> message, KeyCache owners, ref FastAccountNotification result)
    {
        result = default;
        if (!AccountNotificationFastPath.TryParse(message, owners, ref result)) return false;
        int tailLength = result.TailEnd - result.TailStart;
        if (result.PrefixLength is >= VectorBytes and <= PrefixBytesMax
            && tailLength is >= VectorBytes and <= TailBytesMax)
        {
            KeepPrefix(message[..result.PrefixLength]);
            _isAlphabetical = result.IsAlphabetical;
            KeepTail(message, in result);
            KeepSample(message, result.Account.Data.Raw);
        }

        return true;
    }

    private void KeepPrefix(ReadOnlySpan<byte> prefix)
    {
        prefix.CopyTo(_prefix);
        _prefixLength = prefix.Length;
        _slotEnd = AccountNotificationFastPath.SlotAt;
        _ = DigitRun.TryReadForward(prefix, ref _slotEnd, out _slot); // as it was read before
    }

    /// <summary>The prefix with the message's own slot; false if they differ in more than that.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTakeSlot(ReadOnlySpan<byte> message)
    {
        Span<byte> prefix = _prefix.AsSpan(0, _prefixLength);
        int at = AccountNotificationFastPath.SlotAt;
        int end = at;
        if (!message[..at].SequenceEqual(prefix[..at])
            || !DigitRun.TryReadForward(message, ref end, out ulong slot) || end != _slotEnd
            || !message[end..prefix.Length].SequenceEqual(prefix[end..]))
        {
            return false;
        }

        message[at..end].CopyTo(prefix[at..]);
        // Or keeping warm would put the old one back.
        if (_sampleLength != 0) message[at..end].CopyTo(_sample.AsSpan(at));
        _slot = slot;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsInOtherPlace(ref Tail tail, ref byte message, int end, int least) =>
        tail.IsBefore(ref message, end, least);

    /// <summary>The one in its place, if any, goes to its other place, over what is there.</summary>
    private void KeepTail(ReadOnlySpan<byte> message, in FastAccountNotification said)
    {
        ref byte text = ref MemoryMarshal.GetReference(message);
        int index = TailIndex(ref text, said.TailEnd);
        ref Tail tail = ref _tails[index];
        if (tail.IsBefore(ref text, said.TailEnd, said.PrefixLength)
            || _tails[index ^ 1].IsBefore(ref text, said.TailEnd, said.PrefixLength)) return;
        if (tail.Length != 0) _tails[index ^ 1] = tail;
        tail.Set(message[said.TailStart..said.TailEnd], said);
    }

    private void KeepSample(ReadOnlySpan<byte> message, ReadOnlySpan<byte> text)
    {
        const int Group = 4; // characters that stand for three bytes
        _sampleLength = 0;
        int kept = Math.Min(SampleTextMax, (text.Length / Group * Group) - Group);
        int rest = message.Length - text.Length;
        if (kept < 0 || rest + kept > SampleBytesMax || !message.Overlaps(text, out int start)) return;
        message[..(start + kept)].CopyTo(_sample);
        message[(start + text.Length)..].CopyTo(_sample.AsSpan(start + kept));
        _sampleLength = rest + kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TailIndex(ref byte message, int end)
    {
        // SAFETY: a subscription's id has 15 digits at most (DigitRun) and a message MinLengthBytes at least (TryMatch
        // and TryParse), so that more than OwnerWordFromEnd bytes stand before the id.
        ulong size = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref message, end - SizeWordFromEnd));
        ulong owner = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref message, end - OwnerWordFromEnd));
        return (int)((((size * 0x9E3779B97F4A7C15UL) ^ owner) * 0xC2B2AE3D27D4EB4FUL) >> TailShift);
    }

    private struct Tail
    {
        public TailBytes Text;
        public int Length;
        public bool IsExecutable;
        public bool IsAlphabetical;
        public bool IsCompressed;
        public ulong Space;
        public ulong RentEpoch;
        public Pubkey Owner;

        /// <summary>
        /// True if the same bytes stand in <paramref name="message"/> before <paramref name="end"/>, none of them
        /// before <paramref name="least"/>.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsBefore(ref byte message, int end, int least)
        {
            int start = end - Length;
            if (Length == 0 || start < least) return false;
            // SAFETY: Length is VectorBytes to TailBytesMax (TryParse), and as many bytes stand behind the start.
            ref byte text = ref Unsafe.Add(ref message, start);
            ref byte known = ref Unsafe.As<TailBytes, byte>(ref Text);
            nuint third = (nuint)(Length - VectorBytes);
            nuint second = nuint.Min(third, VectorBytes);
            Vector512<byte> differences = (Vector512.LoadUnsafe(ref text) ^ Vector512.LoadUnsafe(ref known))
                | (Vector512.LoadUnsafe(ref text, second) ^ Vector512.LoadUnsafe(ref known, second))
                | (Vector512.LoadUnsafe(ref text, third) ^ Vector512.LoadUnsafe(ref known, third));
            return differences == Vector512<byte>.Zero;
        }

        public void Set(ReadOnlySpan<byte> text, in FastAccountNotification said)
        {
            text.CopyTo(Text);
            Length = text.Length;
            IsExecutable = said.Account.IsExecutable;
            IsAlphabetical = said.IsAlphabetical;
            IsCompressed = said.Account.IsCompressed && !said.IsAlphabetical; // stands before the tail there
            Space = said.Account.Space;
            RentEpoch = said.Account.RentEpoch;
            Owner = said.Account.Owner;
        }
    }

    [InlineArray(TailBytesMax)]
    private struct TailBytes
    {
        private byte _first;
    }
}
