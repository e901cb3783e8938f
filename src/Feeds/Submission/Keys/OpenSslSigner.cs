using System;
using LowLatency.Engine.Solana;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>Signs through OpenSSL; the key and one context are made once and reused. One thread.</summary>
// SAFETY: handles are checked for null and freed once; every pointer is pinned for its call, see each method.
internal sealed unsafe class OpenSslSigner : Ed25519Signer
{
    private nint _key;
    private nint _context;

    public OpenSslSigner(ReadOnlySpan<byte> seed, in Pubkey publicKey)
        : base(publicKey)
    {
        // SAFETY: seed is 32 bytes (checked by the factory); the library copies them.
        fixed (byte* s = seed) _key = OpenSslNative.NewPrivateKey(OpenSslNative.KeyTypeEd25519, 0, s, 32);
        _context = OpenSslNative.NewContext();
        if (_key != 0 && _context != 0) return;
        Release();
        throw new PlatformNotSupportedException("OpenSSL made no Ed25519 key");
    }

    ~OpenSslSigner() => Release();

    public override Ed25519Library Library => Ed25519Library.OpenSsl;

    public override bool TrySign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (_key == 0 || signature.Length < 64) return false;
        byte nothing = 0;
        nuint length = 64;
        if (OpenSslNative.ResetContext(_context) != 1 || OpenSslNative.SignInit(_context, 0, 0, 0,
            _key) != 1) return false;

        // SAFETY: the pins hold for the call; length states the 64 bytes that are there. An empty message pins to null,
        // so a stack byte stands in for it.
        fixed (byte* m = message, s = signature)
        {
            byte* start = m == null ? &nothing : m;
            return OpenSslNative.Sign(_context, s, &length, start, (nuint)message.Length) == 1 && length == 64;
        }
    }

    public override void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    public static bool VerifyNative(in Pubkey publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        byte nothing = 0;
        byte* bytes = stackalloc byte[32];
        publicKey.CopyTo(new Span<byte>(bytes, 32));

        // SAFETY: 32 bytes of stack; the library copies them.
        nint key = OpenSslNative.NewPublicKey(OpenSslNative.KeyTypeEd25519, 0, bytes, 32);
        nint context = OpenSslNative.NewContext();
        bool valid = false;
        if (key != 0 && context != 0 && OpenSslNative.VerifyInit(context, 0, 0, 0, key) == 1)
        {
            // SAFETY: the caller checked the signature's 64 bytes; the pins hold for the call.
            fixed (byte* m = message, s = signature)
            {
                byte* start = m == null ? &nothing : m;
                valid = OpenSslNative.Verify(context, s, 64, start, (nuint)message.Length) == 1;
            }
        }

        if (context != 0) OpenSslNative.FreeContext(context);
        if (key != 0) OpenSslNative.FreeKey(key);
        return valid;
    }

    private void Release()
    {
        if (_context != 0) OpenSslNative.FreeContext(_context);
        if (_key != 0) OpenSslNative.FreeKey(_key); // the library cleanses the private part
        _context = 0;
        _key = 0;
    }
}
