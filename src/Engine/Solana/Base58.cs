using System;

namespace LowLatency.Engine.Solana;

/// <summary>
/// Base58 with the Bitcoin alphabet, as Solana prints addresses and signatures.
/// Source: draft-msporny-base58-03, sections 2-4.
/// </summary>
public static partial class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private static readonly sbyte[] Digits = BuildDigits();

    /// <summary>Encodes bytes as text; allocates the string.</summary>
    public static string Encode(ReadOnlySpan<byte> source)
    {
        // Each byte is log(256)/log(58) = 1.366 digits.
        Span<byte> digits = new byte[(source.Length * 138 / 100) + 1];
        int count = 0;
        int zeros = 0;
        while (zeros < source.Length && source[zeros] == 0) zeros++;
        foreach (byte value in source[zeros..])
        {
            int carry = value;
            for (int i = 0; i < count; i++)
            {
                carry += digits[i] << 8;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
            }

            for (; carry > 0; carry /= 58) digits[count++] = (byte)(carry % 58);
        }

        char[] text = new char[zeros + count];
        Array.Fill(text, Alphabet[0], 0, zeros);
        for (int i = 0; i < count; i++) text[zeros + i] = Alphabet[digits[count - 1 - i]];
        return new string(text);
    }

    /// <summary>
    /// Decodes text into <paramref name="destination"/>; false on a foreign character or lack of room.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        int zeros = 0;
        while (zeros < text.Length && text[zeros] == Alphabet[0]) zeros++;
        int count = 0; // bytes used at the end of destination, little-endian while decoding
        foreach (char c in text[zeros..])
        {
            int carry = c < 128 ? Digits[c] : -1;
            if (carry < 0) return false;
            for (int i = 0; i < count; i++)
            {
                carry += destination[i] * 58;
                destination[i] = (byte)carry;
                carry >>= 8;
            }

            for (; carry > 0; carry >>= 8)
            {
                if (count >= destination.Length) return false;
                destination[count++] = (byte)carry;
            }
        }

        if (zeros + count > destination.Length) return false;
        destination[..count].Reverse();
        destination[..count].CopyTo(destination[zeros..]);
        destination[..zeros].Clear();
        written = zeros + count;
        return true;
    }

    private static sbyte[] BuildDigits()
    {
        sbyte[] digits = new sbyte[128];
        Array.Fill(digits, (sbyte)-1);
        for (int i = 0; i < Alphabet.Length; i++) digits[Alphabet[i]] = (sbyte)i;
        return digits;
    }
}
