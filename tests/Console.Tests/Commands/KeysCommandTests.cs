using System;
using System.IO;
using System.Text;
using LowLatency.ConsoleHost;
using LowLatency.ConsoleHost.Commands;
using LowLatency.Engine.Solana;
using LowLatency.Feeds.Submission.Keys;
using Xunit;

namespace LowLatency.Console.Tests.Commands;

public sealed class KeysCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lowlatency-keys-").FullName;
    private readonly StringWriter _output = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void New_ThenShowAndCheck_NameTheSameAddress()
    {
        string path = Path.Combine(_folder, "id.json");
        Assert.Equal(ExitCodes.Ok, KeysCommand.New(path, false, NoPassword, _output));
        string address = _output.ToString().Trim();
        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCodes.Ok, KeysCommand.Show(path, false, NoPassword, _output));
        Assert.Equal(address, _output.ToString().Trim());
        Assert.Equal(ExitCodes.Ok, KeysCommand.Check(path, false, NoPassword, _output));
        Assert.Contains("Managed: signs, signature valid", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains(address, _output.ToString(), StringComparison.Ordinal);
        AssertRefused(ExitCodes.CannotCreate, () => KeysCommand.New(path, false, NoPassword, _output));
    }

    [Fact]
    public void New_Encrypted_NeedsThePasswordAgain()
    {
        string path = Path.Combine(_folder, "id.enc");
        Assert.Equal(ExitCodes.Ok, KeysCommand.New(path, true, _ => Password("pw"), _output));
        string address = _output.ToString().Trim();
        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCodes.Ok, KeysCommand.Show(path, false, _ => Password("pw"), _output));
        Assert.Equal(address, _output.ToString().Trim());
        AssertRefused(ExitCodes.KeyRefused, () => KeysCommand.Show(path, false, _ => Password("other"), _output));
        AssertRefused(ExitCodes.KeyRefused, () => KeysCommand.Show(path, false, NoPassword, _output));
    }

    [Fact]
    public void Check_KeyOnStdin_IsReadAsBase58OrNumbers_AndNeverShown()
    {
        byte[] pair = new byte[64];
        pair[0] = 7;
        ManagedEd25519.PublicKey(pair.AsSpan(0, 32)).CopyTo(pair.AsSpan(32));
        string base58 = Base58.Encode(pair);
        foreach (string text in (string[])[base58, $" {base58}\r\n", $"[{string.Join(", ", pair)}]\n"])
        {
            _output.GetStringBuilder().Clear();
            Assert.Equal(ExitCodes.Ok, CheckStdin(text));
            Assert.Contains(Pubkey.Read(pair, 32).ToString(), _output.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(base58, _output.ToString(), StringComparison.Ordinal);
        }

        pair[63] ^= 1;
        AssertRefused(ExitCodes.KeyRefused, () => CheckStdin(Base58.Encode(pair)));
        AssertRefused(ExitCodes.BadData, () => CheckStdin(base58[..^2]));
        AssertRefused(ExitCodes.BadData, () => CheckStdin(string.Empty));
        AssertRefused(ExitCodes.BadData, () => CheckStdin(new string('1', 5_000)));
    }

    [Fact]
    public void New_DifferentPasswords_WritesNothing()
    {
        string path = Path.Combine(_folder, "id.enc");
        int asked = 0;
        AssertRefused(ExitCodes.Usage, () => KeysCommand.New(path, true, _ => Password($"pw{asked++}"), _output));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Show_MissingOrOtherFile_HasItsOwnExitCode()
    {
        string path = Path.Combine(_folder, "other");
        AssertRefused(ExitCodes.NoInput, () => KeysCommand.Show(path, true, NoPassword, _output));
        File.WriteAllText(path, "[1,2,3]");
        AssertRefused(ExitCodes.BadData, () => KeysCommand.Show(path, true, NoPassword, _output));
    }

    private static void AssertRefused(int code, Func<int> verb) =>
        Assert.Equal(code, Assert.Throws<CommandException>(() => verb()).ExitCode);

    private int CheckStdin(string text) => KeysCommand.Check(
        "-", false, NoPassword, _output, () => new MemoryStream(Encoding.ASCII.GetBytes(text)));

    private static SecretBuffer? NoPassword(string prompt) => null;

    private static SecretBuffer Password(string text)
    {
        SecretBuffer password = new(text.Length);
        Encoding.UTF8.GetBytes(text, password.Bytes);
        return password;
    }
}
