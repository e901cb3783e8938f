using System;

namespace LowLatency.Feeds.Tests.Support;

/// <summary>Seeded damage to bytes: flips, insertions, deletions, doublings, cuts.</summary>
internal static class Mutate
{
    private static ReadOnlySpan<byte> Telling => "\"{}[],:\\ \n0123456789.-+eEtfnu/=\u0000"u8;

    public static byte[] Bytes(ReadOnlySpan<byte> source, Random random)
    {
        byte[] bytes = source.ToArray();
        int count = random.Next(1, 4);
        for (int i = 0; i < count && bytes.Length > 0; i++)
        {
            int position = random.Next(bytes.Length);
            byte value = random.Next(3) == 0 ? (byte)random.Next(128) : Telling[random.Next(Telling.Length)];
            bytes = random.Next(6) switch
            {
                0 => [.. bytes[..position], value, .. bytes[position..]],
                1 => [.. bytes[..position], .. bytes[(position + 1)..]],
                2 => bytes[..position],
                3 => [.. bytes[..position], .. bytes[Math.Max(0, position - 9)..]],
                _ => Set(bytes, position, value),
            };
        }

        return bytes;
    }

    private static byte[] Set(byte[] bytes, int position, byte value)
    {
        bytes[position] = value;
        return bytes;
    }
}
