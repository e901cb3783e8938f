using System;
using System.Reflection;
using System.Runtime.InteropServices;

namespace LowLatency.Feeds.Submission.Keys;

/// <summary>
/// Finds libsodium and OpenSSL's libcrypto once per process. The import names used by this project are logical; this is
/// the one place that knows file names. A missing library is a normal outcome.
/// </summary>
internal static class NativeCrypto
{
    public const string Sodium = "lowlatency-sodium";
    public const string OpenSsl = "lowlatency-libcrypto";

    private static readonly nint SodiumHandle = Load("libsodium.so.23", "libsodium.so.26", "libsodium.dylib",
        "libsodium");
    private static readonly nint OpenSslHandle = Load("libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64");

    static NativeCrypto()
    {
        NativeLibrary.SetDllImportResolver(typeof(NativeCrypto).Assembly, Resolve);
        HasSodium = SodiumHandle != 0 && SodiumNative.Initialise() >= 0;
        HasOpenSsl = OpenSslHandle != 0 && OpenSslNative.SupportsEd25519();
    }

    /// <summary>True if libsodium is loaded and initialised.</summary>
    public static bool HasSodium { get; }

    /// <summary>True if a libcrypto with Ed25519 is loaded.</summary>
    public static bool HasOpenSsl { get; }

    private static nint Load(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, typeof(NativeCrypto).Assembly, null, out nint handle)) return handle;
        }

        return 0;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        Sodium => SodiumHandle,
        OpenSsl => OpenSslHandle,
        _ => 0, // not ours: the runtime's own search goes on
    };
}
