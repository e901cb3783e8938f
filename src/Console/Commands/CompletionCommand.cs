using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text;
using LowLatency.ConsoleHost.Config;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// <c>completion bash|zsh|fish</c>: a script that completes verbs, options and the keys of --set, written from the
/// command tree itself.
/// </summary>
internal static class CompletionCommand
{
    private const string Examples =
        """
        Examples:
          source <(lowlatency completion bash)                    this shell; or append to ~/.bashrc
          source <(lowlatency completion zsh)                     or append to ~/.zshrc
          lowlatency completion fish > ~/.config/fish/completions/lowlatency.fish

        Exit codes: 0 printed, 2 another shell.
        """;

    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    /// <summary>The verb.</summary>
    internal static Command Create()
    {
        Argument<string> shell = new("shell") { Description = "bash, zsh or fish." };
        Verb command = new("completion", "Print a completion script for a shell.", Examples) { shell };
        command.SetAction(result => Run(
            result.GetValue(shell)!, result.RootCommandResult.Command, result.InvocationConfiguration.Output));
        return command;
    }

    /// <summary>Runs the verb on the given writer.</summary>
    internal static int Run(string shell, Command root, TextWriter output)
    {
        if (Array.IndexOf(Shells, shell) < 0)
            throw new CommandException($"no shell '{shell}'; give bash, zsh or fish{Nearest.Hint(shell, Shells)}");

        if (shell == "zsh") output.Write("autoload -U +X bashcompinit && bashcompinit\n");
        output.Write(shell == "fish" ? Fish(root) : Bash(root));
        return ExitCodes.Ok;
    }

    private static string Bash(Command root)
    {
        StringBuilder text = new(
            """
            _lowlatency() {
              local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" path="" word words
              COMPREPLY=()
              for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                case "$path $word" in

            """.ReplaceLineEndings("\n"));
        List<(string Path, Command Command)> commands = [];
        Collect(root, string.Empty, commands);
        foreach ((string path, Command _) in commands)
        {
            if (path.Length > 0) text.Append($"      \"{path}\") path=\"{path}\" ;;\n");
        }

        text.Append("    esac\n  done\n  case \"$path\" in\n");
        foreach ((string path, Command command) in commands)
            text.Append($"    \"{path}\") words=\"{string.Join(' ', Words(command))}\" ;;\n");
        text.Append("  esac\n");
        text.Append($"  [[ $prev == --set ]] && words=\"{string.Join("= ", ConfigCatalog.Names())}=\"\n");
        text.Append("  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n");
        text.Append("complete -o default -F _lowlatency lowlatency\n");
        return text.ToString();
    }

    private static string Fish(Command root)
    {
        StringBuilder text = new();
        List<(string Path, Command Command)> commands = [];
        Collect(root, string.Empty, commands);
        foreach ((string path, Command command) in commands)
        {
            string condition = path.Length == 0 ? "__fish_use_subcommand" : Seen(path, command);
            foreach (Command verb in command.Subcommands)
            {
                text.Append(
                    $"complete -c lowlatency -f -n '{condition}' -a {verb.Name} -d '{Quoted(verb.Description)}'\n");
            }

            foreach (Option option in command.Options)
            {
                if (option.Hidden) continue;
                string name = option.Name.TrimStart('-');
                string keys = option.Name == "--set" ? $" -x -a '{string.Join("= ", ConfigCatalog.Names())}='" : "";
                text.Append(
                    $"complete -c lowlatency -n '{condition}' -l {name}{keys} -d '{Quoted(option.Description)}'\n");
            }
        }

        return text.ToString();
    }

    private static string Seen(string path, Command command)
    {
        List<string> conditions = [];
        foreach (string word in path.Trim().Split(' ')) conditions.Add($"__fish_seen_subcommand_from {word}");
        List<string> verbs = [];
        foreach (Command verb in command.Subcommands) verbs.Add(verb.Name);
        if (verbs.Count > 0) conditions.Add($"not __fish_seen_subcommand_from {string.Join(' ', verbs)}");
        return string.Join("; and ", conditions);
    }

    private static void Collect(Command command, string path, List<(string Path, Command Command)> commands)
    {
        commands.Add((path, command));
        foreach (Command verb in command.Subcommands) Collect(verb, $"{path} {verb.Name}", commands);
    }

    private static IEnumerable<string> Words(Command command)
    {
        foreach (Command verb in command.Subcommands) yield return verb.Name;
        foreach (Option option in command.Options)
        {
            if (!option.Hidden) yield return option.Name;
        }

        yield return "--help";
    }

    private static string Quoted(string? text) => (text ?? string.Empty).Replace("\\", "\\\\").Replace("'", "\\'");
}
