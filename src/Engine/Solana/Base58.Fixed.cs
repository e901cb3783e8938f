using System;
using System.Buffers.Binary;
using System.Numerics;

namespace LowLatency.Engine.Solana;

/// <content>
/// The two sizes the hot path meets, keys (32 bytes) and signatures (64 bytes), ten digits at a time and without
/// allocation. Texts are ASCII, as characters or as UTF-8 bytes from a socket.
/// </content>
public static partial class Base58
{
    /// <summary>Most digits of a 32-byte value.</summary>
    public const int MaxKeyChars = 44;

    /// <summary>Most digits of a 64-byte value.</summary>
    public const int MaxSignatureChars = 88;

    // 58^10 is the largest power of 58 below 2^64.
    private const int DigitsPerGroup = 10;
    private const ulong Group = 430_804_206_899_405_824;

    /// <summary>Decodes the text of exactly 32 bytes.</summary>
    public static bool TryDecode32(ReadOnlySpan<byte> ascii, Span<byte> destination) =>
        ascii.Length <= MaxKeyChars && TryDecodeFixed(ascii, destination[..32], stackalloc ulong[4]);

    /// <inheritdoc cref="TryDecode32(ReadOnlySpan{byte}, Span{byte})"/>
    public static bool TryDecode32(ReadOnlySpan<char> text, Span<byte> destination) =>
        text.Length <= MaxKeyChars && TryDecodeFixed(text, destination[..32], stackalloc ulong[4]);

    /// <summary>Decodes the text of exactly 64 bytes.</summary>
    public static bool TryDecode64(ReadOnlySpan<byte> ascii, Span<byte> destination) =>
        ascii.Length <= MaxSignatureChars && TryDecodeFixed(ascii, destination[..64], stackalloc ulong[8]);

    /// <inheritdoc cref="TryDecode64(ReadOnlySpan{byte}, Span{byte})"/>
    public static bool TryDecode64(ReadOnlySpan<char> text, Span<byte> destination) =>
        text.Length <= MaxSignatureChars && TryDecodeFixed(text, destination[..64], stackalloc ulong[8]);

    /// <summary>Encodes 32 bytes; returns the digits written, 0 if the destination is shorter than 44.</summary>
    public static int Encode32(ReadOnlySpan<byte> source, Span<byte> ascii) =>
        ascii.Length < MaxKeyChars ? 0 : EncodeFixed(source[..32], ascii, stackalloc ulong[4], stackalloc byte[50]);

    /// <inheritdoc cref="Encode32(ReadOnlySpan{byte}, Span{byte})"/>
    public static int Encode32(ReadOnlySpan<byte> source, Span<char> text) =>
        text.Length < MaxKeyChars ? 0 : EncodeFixed(source[..32], text, stackalloc ulong[4], stackalloc byte[50]);

    /// <summary>Encodes 64 bytes; returns the digits written, 0 if the destination is shorter than 88.</summary>
    public static int Encode64(ReadOnlySpan<byte> source, Span<byte> ascii) =>
        ascii.Length < MaxSignatureChars
            ? 0
            : EncodeFixed(source[..64], ascii, stackalloc ulong[8], stackalloc byte[90]);

    /// <inheritdoc cref="Encode64(ReadOnlySpan{byte}, Span{byte})"/>
    public static int Encode64(ReadOnlySpan<byte> source, Span<char> text) =>
        text.Length < MaxSignatureChars ? 0 : EncodeFixed(source[..64], text, stackalloc ulong[8], stackalloc byte[90]);

    private static bool TryDecodeFixed<T>(ReadOnlySpan<T> text, Span<byte> destination, Span<ulong> words)
        where T : struct, IBinaryInteger<T>
    {
        words.Clear(); // least significant first
        int zeros = 0;
        while (zeros < text.Length && int.CreateTruncating(text[zeros]) == Alphabet[0]) zeros++;
        int at = zeros;
        while (at < text.Length)
        {
            ulong group = 0;
            ulong scale = 1;
            for (int i = 0; i < DigitsPerGroup && at < text.Length; i++, at++)
            {
                int character = int.CreateTruncating(text[at]);
                int digit = character < 128 ? Digits[character] : -1;
                if (digit < 0) return false;
                group = (group * 58) + (uint)digit;
                scale *= 58;
            }

            for (int i = 0; i < words.Length; i++)
            {
                ulong high = Math.BigMul(words[i], scale, out ulong low);
                low += group;
                words[i] = low;
                group = high + (low < group ? 1UL : 0UL);
            }

            if (group != 0) return false;
        }

        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[(8 * (words.Length - 1 - i))..], words[i]);
        }

        // Exactly as many leading zero bytes as leading ones: otherwise the text stands for another length.
        return LeadingZeros(destination) == zeros;
    }

    private static int EncodeFixed<T>(
        ReadOnlySpan<byte> source, Span<T> destination, Span<ulong> words, Span<byte> digits)
        where T : struct, IBinaryInteger<T>
    {
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64BigEndian(source[(8 * i)..]); // most significant first
        }

        int top = 0;
        int count = 0;
        while (count < digits.Length)
        {
            while (top < words.Length && words[top] == 0) top++;
            if (top == words.Length) break;
            ulong remainder = 0;
            for (int i = top; i < words.Length; i++)
            {
                UInt128 value = new(remainder, words[i]);
                words[i] = (ulong)(value / Group);
                remainder = (ulong)value - (words[i] * Group);
            }

            for (int i = 0; i < DigitsPerGroup; i++)
            {
                digits[count++] = (byte)(remainder % 58);
                remainder /= 58;
            }
        }

        while (count > 0 && digits[count - 1] == 0) count--;
        int zeros = LeadingZeros(source);
        for (int i = 0; i < zeros; i++) destination[i] = T.CreateTruncating(Alphabet[0]);
        for (int i = 0; i < count; i++) destination[zeros + i] = T.CreateTruncating(Alphabet[digits[count - 1 - i]]);
        return zeros + count;
    }

    private static int LeadingZeros(ReadOnlySpan<byte> bytes)
    {
        int zeros = bytes.IndexOfAnyExcept((byte)0);
        return zeros < 0 ? bytes.Length : zeros;
    }
}
