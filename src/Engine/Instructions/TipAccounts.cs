using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// The eight accounts a Jito block engine takes tips on. They must be listed in the message itself: a tip account that
/// comes from a lookup table is not seen by the auction. Source: jito-docs@b5ef793.
/// </summary>
public static class TipAccounts
{
    private static readonly Pubkey[] Keys =
    [
        Pubkey.Parse("96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5"),
        Pubkey.Parse("HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe"),
        Pubkey.Parse("Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY"),
        Pubkey.Parse("ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49"),
        Pubkey.Parse("DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh"),
        Pubkey.Parse("ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt"),
        Pubkey.Parse("DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL"),
        Pubkey.Parse("3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT"),
    ];

    /// <summary>All of them.</summary>
    public static ReadOnlySpan<Pubkey> All => Keys;

    /// <summary>How many they are.</summary>
    public const int Count = 8;

    /// <summary>One of them by any number, for example a slot: spreads the write lock.</summary>
    public static Pubkey Pick(ulong number) => Keys[IndexOf(number)];

    /// <summary>The same one's index in <see cref="All"/>.</summary>
    internal static int IndexOf(ulong number) => (int)(number % Count);

    /// <summary>True for a tip account.</summary>
    public static bool Contains(in Pubkey key)
    {
        foreach (ref readonly Pubkey tip in All)
        {
            if (tip == key) return true;
        }

        return false;
    }
}
