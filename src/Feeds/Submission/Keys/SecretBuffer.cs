using System;
using System.Security.Cryptography;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>
/// Bytes that must not outlive their use: pinned, so that the garbage collector leaves no copy behind, and zeroed on
/// disposal. It has no text form.
/// </summary>
public sealed class SecretBuffer : IDisposable
{
    private readonly byte[] _bytes;

    /// <summary>A zeroed buffer.</summary>
    public SecretBuffer(int sizeBytes) => _bytes = GC.AllocateArray<byte>(sizeBytes, pinned: true);

    /// <summary>The bytes; all zero after disposal.</summary>
    public Span<byte> Bytes => _bytes;

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    /// <summary>Never shows the content.</summary>
    public override string ToString() => "(secret)";
}
