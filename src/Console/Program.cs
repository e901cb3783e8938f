using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Config;

namespace LowLatency.ConsoleHost;

/// <summary>The command line: one verb a file in Commands, listed here.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        Console.SetOut(new StandardWriter(Console.Out, isNeeded: true));
        Console.SetError(new StandardWriter(Console.Error, isNeeded: false));
        return Run(args, Console.Out, Console.Error);
    }

    /// <summary>Runs a command line on the given writers.</summary>
    internal static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args.Length == 0) args = ["--help"];
        if (args is ["version"]) args = ["--version"];
        ParseResult result = CreateRoot().Parse(args);
        if (FindMistake(result, args) is { } mistake)
        {
            errors.WriteLine(mistake);
            return ExitCodes.Usage;
        }

        return Guard(VerbName(result), errors, () => result.Invoke(new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
        }));
    }

    /// <summary>
    /// Does a verb's work. What stops it is told in one line and gives the exit code; where a signal ended it, that is
    /// the signal's.
    /// </summary>
    internal static int Guard(string verb, TextWriter errors, Func<int> work)
    {
        try
        {
            return Interruption.CodeOf(work());
        }
        catch (CommandException wrong)
        {
            errors.WriteLine($"{verb}: {wrong.Message}");
            return Interruption.CodeOf(wrong.ExitCode);
        }
        catch (Exception bug)
        {
            errors.WriteLine($"{verb}: an error of the program itself, please report it: {bug}");
            return ExitCodes.Error;
        }
    }

    /// <summary>The root with every verb.</summary>
    internal static RootCommand CreateRoot()
    {
        RootCommand root = new("LowLatency: arbitrage engine for Solana exchanges. Start with: lowlatency replay")
        {
            ReplayCommand.Create(),
            RunCommand.Create(),
            ExplainCommand.Create(),
            ReportCommand.Create(),
            RecordCommand.Create(),
            InspectCommand.Create(),
            CyclesCommand.Create(),
            QuoteCommand.Create(),
            PoolsCommand.Create(),
            KeysCommand.Create(),
            TxCommand.Create(),
            VerifyCommand.Create(),
            ConfigCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
            BenchCommand.Create(),
        };
        Verb.ExtendHelp(root);
        return root;
    }

    /// <summary>
    /// What is wrong with a command line, in one line; null if nothing. An unknown option is looked for first: the
    /// parser would take it for an argument and complain about something else.
    /// </summary>
    internal static string? FindMistake(ParseResult result, string[] args)
    {
        Command command = result.CommandResult.Command;
        string name = VerbName(result);
        string help = command is RootCommand ? "`lowlatency --help`" : $"`lowlatency {name} --help`";
        if (FindUnknownVerb(result) is { } verb) return $"{name}: {verb} ({help})";
        List<string> known = ["--help", "--version"];
        foreach (Option option in command.Options) known.Add(option.Name);
        foreach (string arg in args)
        {
            if (arg is "--help" or "-h" or "-?") return null;
            if (arg == "--") break;
            if (!arg.StartsWith("--", StringComparison.Ordinal)) continue;
            int end = arg.IndexOfAny(['=', ':']);
            string option = end < 0 ? arg : arg[..end];
            if (!known.Contains(option))
                return $"{name}: unknown option {option}{Nearest.Hint(option, known)} ({help})";
        }

        foreach (ParseError error in result.Errors) return $"{name}: {Describe(error)} ({help})";
        foreach (SymbolResult part in result.CommandResult.Children)
        {
            foreach (Token token in part.Tokens)
            {
                if (token.Value.Length == 0) return $"{name}: {NameOf(part)}: the value is empty ({help})";
            }
        }

        return null;
    }

    private static string NameOf(SymbolResult part) => part switch
    {
        OptionResult option => option.Option.Name,
        ArgumentResult argument => $"<{argument.Argument.Name}>",
        _ => string.Empty,
    };

    private static string? FindUnknownVerb(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        if (command.Subcommands.Count == 0 || result.UnmatchedTokens is not [var word, ..] || word.StartsWith('-'))
            return null;
        List<string> verbs = [];
        foreach (Command verb in command.Subcommands) verbs.Add(verb.Name);
        return $"unknown verb {word}{Nearest.Hint(word, verbs)}";
    }

    /// <summary>The parser's words, except where it would name a type of the runtime.</summary>
    private static string Describe(ParseError error)
    {
        if (error.SymbolResult is not OptionResult { Tokens: [var token, ..] } result)
            return error.Message.TrimEnd('.');
        Type type = Nullable.GetUnderlyingType(result.Option.ValueType) ?? result.Option.ValueType;
        string? wanted = type == typeof(ulong) ? $"a whole number from 0 to {ulong.MaxValue}"
            : type == typeof(uint) ? $"a whole number from 0 to {uint.MaxValue}"
            : type == typeof(long) ? $"a whole number from {long.MinValue} to {long.MaxValue}"
            : type == typeof(int) ? "a whole number"
            : type == typeof(double) ? "a number"
            : null;
        return wanted is null
            ? error.Message.TrimEnd('.')
            : $"{result.Option.Name} '{token.Value}': give {wanted}";
    }

    /// <summary>The verb with the groups it is in, or the program's name if there is none.</summary>
    private static string VerbName(ParseResult result)
    {
        string name = string.Empty;
        SymbolResult? at = result.CommandResult;
        for (; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
            name = name.Length == 0 ? command.Command.Name : $"{command.Command.Name} {name}";
        return name.Length == 0 ? "lowlatency" : name;
    }
}
