using System;
using System.CommandLine;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>keys new|show|check</c>: key files of the Solana command line, plain or encrypted. The secret is never printed;
/// there is no option that would.
/// </summary>
internal static class KeysCommand
{
    private const int MaxPasswordBytes = 256;

    // 64 numbers of three digits with a comma and a space each are 320 bytes; Base58 of 64 bytes is at most 88.
    private const int MaxKeyTextBytes = 1024;

    private const string NewExamples =
        """
        Examples:
          lowlatency keys new wallet.json
          lowlatency keys new wallet.enc --encrypt

        Exit codes: 0 written, 2 the passwords differ, 73 the file exists or cannot be written, 77 no password.
        """;

    private const string ShowExamples =
        """
        Examples:
          lowlatency keys show wallet.json

        Exit codes: 0 printed, 65 not a key file, 66 no such file, 77 refused (permissions, password, public half).
        """;

    private const string CheckExamples =
        """
        Examples:
          lowlatency keys check wallet.json
          lowlatency keys check - < exported.txt

        Exit codes: 0 every library signs, 3 one does not, 65 not a key, 66 no such file, 77 refused.
        """;

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        Argument<string> file = new("file") { Description = "Key file." };
        Option<bool> insecure = new("--insecure-key")
        {
            Description = "Accept a plain key file that group or others may access.",
        };
        Option<bool> encrypt = new("--encrypt") { Description = "Protect the new file with a password (asked for)." };
        Verb create = new("new", "Make a new key; an existing file is never overwritten.", NewExamples)
        {
            file, encrypt,
        };
        create.SetAction(result => New(
            result.GetValue(file)!, result.GetValue(encrypt), AskPassword, result.InvocationConfiguration.Output));
        Verb show = new("show", "Print the address of a key file.", ShowExamples) { file, insecure };
        show.SetAction(result => Show(
            result.GetValue(file)!, result.GetValue(insecure), AskPassword, result.InvocationConfiguration.Output));
        Argument<string> fileOrStdin = new("file")
        {
            Description = "Key file, or - for a key on stdin (Base58 of 64 bytes, or the array of 64 numbers).",
        };
        Verb check = new(
            "check", "Check a key and sign with it, once with every library of this machine.", CheckExamples)
        {
            fileOrStdin, insecure,
        };
        check.SetAction(result => Check(
            result.GetValue(fileOrStdin)!, result.GetValue(insecure), AskPassword,
            result.InvocationConfiguration.Output, Console.OpenStandardInput));
        return new Command("keys", "Make and check signing keys.") { create, show, check };
    }

    /// <summary>Runs <c>keys new</c>.</summary>
    internal static int New(
        string path, bool encrypt, Func<string, SecretBuffer?> askPassword, TextWriter output)
    {
        using SecretBuffer seed = new(ManagedEd25519.SeedBytes);
        RandomNumberGenerator.Fill(seed.Bytes);
        KeyFileStatus status;
        if (encrypt)
        {
            using SecretBuffer? password = askPassword("Password: ");
            using SecretBuffer? repeated = askPassword("Password again: ");
            if (password is null || repeated is null || password.Bytes.IsEmpty)
                throw Refusal(path, KeyFileStatus.PasswordNeeded);
            if (!password.Bytes.SequenceEqual(repeated.Bytes))
                throw new CommandException("the two passwords differ");
            status = EncryptedKeyFile.TryCreate(path, seed.Bytes, password.Bytes);
        }
        else
        {
            status = KeypairFile.TryCreate(path, seed.Bytes);
        }

        if (status != KeyFileStatus.Ok) throw Refusal(path, status, isNew: true);
        output.WriteLine(ManagedEd25519.PublicKey(seed.Bytes).ToString());
        return ExitCodes.Ok;
    }

    /// <summary>Runs <c>keys show</c>.</summary>
    internal static int Show(
        string path, bool insecure, Func<string, SecretBuffer?> askPassword, TextWriter output)
    {
        KeyFileStatus status = KeyLoader.TryOpen(path, insecure, () => askPassword("Password: "),
            out Ed25519Signer? signer);
        using Ed25519Signer? opened = signer;
        if (opened is null) throw Refusal(path, status);
        output.WriteLine(opened.PublicKey.ToString());
        return ExitCodes.Ok;
    }

    /// <summary>Runs <c>keys check</c>.</summary>
    internal static int Check(
        string path,
        bool insecure,
        Func<string, SecretBuffer?> askPassword,
        TextWriter output,
        Func<Stream>? openStdin = null)
    {
        int failed = 0;
        bool isNamed = false;
        using SecretBuffer? given = path == "-" && openStdin is not null ? ReadKeyText(openStdin) : null;
        byte[] message = Encoding.ASCII.GetBytes("lowlatency keys check");
        byte[] signature = new byte[ManagedEd25519.SignatureBytes];
        SecretBuffer? password = null;
        try
        {
            foreach (Ed25519Library library in Enum.GetValues<Ed25519Library>())
            {
                if (library == Ed25519Library.Auto) continue;
                if (!Ed25519Signer.IsAvailable(library))
                {
                    output.WriteLine($"{library}: not installed");
                    continue;
                }

                Ed25519Signer? signer;
                KeyFileStatus status = given is null
                    ? KeyLoader.TryOpen(path, insecure, Password, out signer, library)
                    : KeyLoader.TryOpenText(given.Bytes, out signer, library);
                using Ed25519Signer? opened = signer;
                if (opened is null) throw Refusal(path, status);
                if (!isNamed) output.WriteLine($"address: {opened.PublicKey}");
                isNamed = true;
                bool ok = opened.TrySign(message, signature)
                    && ManagedEd25519.Verify(opened.PublicKey, message, signature);
                output.WriteLine($"{library}: {(ok ? "signs, signature valid" : "FAILED")}");
                if (!ok) failed++;
            }
        }
        finally
        {
            password?.Dispose();
        }

        return failed == 0 ? ExitCodes.Ok : ExitCodes.CheckFailed;

        SecretBuffer? Password()
        {
            // Asked once; each library gets its own copy because the loader zeroes what it was given.
            password ??= askPassword("Password: ");
            if (password is null) return null;
            SecretBuffer copy = new(password.Bytes.Length);
            password.Bytes.CopyTo(copy.Bytes);
            return copy;
        }
    }

    /// <summary>Reads stdin into a buffer that is zeroed after use; what does not fit is no key.</summary>
    private static SecretBuffer ReadKeyText(Func<Stream> openStdin)
    {
        using Stream stdin = openStdin();
        SecretBuffer text = new(MaxKeyTextBytes);
        _ = stdin.ReadAtLeast(text.Bytes, text.Bytes.Length, throwOnEndOfStream: false);
        for (int i = 0; i < text.Bytes.Length; i++)
        {
            if (text.Bytes[i] == 0) text.Bytes[i] = (byte)' '; // trimmed with the line's end
        }

        return text;
    }

    private static CommandException Refusal(string path, KeyFileStatus status, bool isNew = false) =>
        new($"{path}: {Explain(status)}", status switch
        {
            KeyFileStatus.NotFound or KeyFileStatus.Unreadable => isNew ? ExitCodes.CannotCreate : ExitCodes.NoInput,
            KeyFileStatus.NotAKeyFile => ExitCodes.BadData,
            KeyFileStatus.AlreadyExists => ExitCodes.CannotCreate,
            _ => ExitCodes.KeyRefused,
        });

    private static string Explain(KeyFileStatus status) => status switch
    {
        KeyFileStatus.NotFound => "no such file",
        KeyFileStatus.Unreadable => "cannot be read or written",
        KeyFileStatus.NotAKeyFile => "not a key file (an array of 64 numbers, or an encrypted key)",
        KeyFileStatus.WrongPublicHalf => "the public half does not belong to the private half",
        KeyFileStatus.InsecurePermissions => "group or others may access it; chmod 600 it or pass --insecure-key",
        KeyFileStatus.WrongPassword => "wrong password, or the file was changed",
        KeyFileStatus.PasswordNeeded => "a password is needed",
        KeyFileStatus.AlreadyExists => "exists already; keys are never overwritten",
        _ => "done",
    };

    /// <summary>Asks on the terminal without echo, or reads one line of stdin if that is redirected.</summary>
    private static SecretBuffer? AskPassword(string prompt)
    {
        using SecretBuffer typed = new(MaxPasswordBytes);
        int length = Console.IsInputRedirected ? ReadLine(typed.Bytes) : ReadKeys(prompt, typed.Bytes);
        if (length <= 0) return null;
        SecretBuffer password = new(length);
        typed.Bytes[..length].CopyTo(password.Bytes);
        return password;
    }

    private static int ReadLine(Span<byte> destination)
    {
        using Stream stdin = Console.OpenStandardInput();
        int length = 0;
        Span<byte> one = stackalloc byte[1];
        while (stdin.Read(one) == 1 && one[0] != (byte)'\n')
        {
            if (length == destination.Length) return -1;
            if (one[0] != (byte)'\r') destination[length++] = one[0];
        }

        return length;
    }

    private static int ReadKeys(string prompt, Span<byte> destination)
    {
        Console.Error.Write(prompt);
        int length = 0;
        Span<byte> encoded = stackalloc byte[4];
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) break;
            if (key.Key == ConsoleKey.Backspace)
            {
                while (length > 0 && (destination[--length] & 0xC0) == 0x80) destination[length] = 0;
                continue;
            }

            if (char.IsControl(key.KeyChar) || char.IsSurrogate(key.KeyChar)) continue;
            int count = Encoding.UTF8.GetBytes([key.KeyChar], encoded);
            if (length + count > destination.Length) return -1;
            encoded[..count].CopyTo(destination[length..]);
            length += count;
        }

        Console.Error.WriteLine();
        return length;
    }
}
