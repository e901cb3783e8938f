using System;
using System.Text;
using LowLatency.Engine.Solana;

namespace LowLatency.ConsoleHost.Screens;

/// <summary>A key as text for a screen, without a string.</summary>
internal readonly struct Address(Pubkey key) : ISpanFormattable
{
    public bool TryFormat(
        Span<char> destination, out int written, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        Span<byte> utf8 = stackalloc byte[Base58.MaxKeyChars];
        return Encoding.ASCII.TryGetChars(utf8[..key.Format(utf8)], destination, out written);
    }

    public string ToString(string? format, IFormatProvider? provider) => key.ToString();
}
