using System;
using LowLatency.Engine.Instructions;

namespace LowLatency.Feeds.Submission;

/// <summary>
/// A message as a transaction whose signatures are zero: before it with their number, behind it in version 1.
/// Source: solana-sdk@122f32e5 transaction/src/versioned.
/// </summary>
public static class UnsignedTransaction
{
    /// <summary>Writes the transaction; its length, 0 if the message is none or there is no room.</summary>
    public static int Write(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        if (TransactionReader.TryReadMessage(message, out TransactionView view) != TransactionReadStatus.Ok) return 0;
        int count = view.Facts.RequiredSignatures;
        int signatures = count * MessageLimits.SignatureBytes;
        bool isV1 = view.Facts.Version == MessageVersion.V1;
        int length = message.Length + signatures + (isV1 ? 0 : 1);
        if (length > destination.Length || count > sbyte.MaxValue) return 0;
        if (isV1)
        {
            message.CopyTo(destination);
            destination.Slice(message.Length, signatures).Clear();
            return length;
        }

        destination[0] = (byte)count;
        destination.Slice(1, signatures).Clear();
        message.CopyTo(destination[(1 + signatures)..]);
        return length;
    }
}
