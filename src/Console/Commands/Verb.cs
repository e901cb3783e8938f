using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using LowLatency.ConsoleHost.Config;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>What a verb does with its arguments and the process's variables; its exit code.</summary>
internal delegate Task<int> VerbAction(
    ParseResult result, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter errors,
    CancellationToken cancellation);

/// <summary>
/// A command whose help ends with examples and exit codes; its description stays one line for the list of verbs.
/// </summary>
internal sealed class Verb(string name, string description, string examples) : Command(name, description)
{
    /// <summary>What follows the options in its help.</summary>
    public string Examples { get; } = examples;

    /// <summary>Gives it the options of a configuration and its own, and what it does with them.</summary>
    public Verb With(ConfigOptions config, IEnumerable<Option> own, VerbAction action)
    {
        config.AddTo(this);
        foreach (Option option in own) Options.Add(option);
        SetAction((result, cancellation) => action(
            result, ConfigLayers.ProcessEnvironment(), result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error, cancellation));
        return this;
    }

    /// <summary>Makes the root's help show the examples.</summary>
    public static void ExtendHelp(RootCommand root)
    {
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help && help.Action is SynchronousCommandLineAction action)
                help.Action = new HelpWithExamples(action);
        }
    }

    private sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            Command command = parseResult.CommandResult.Command;
            if (command is not Verb) output.WriteLine("Examples:");
            Write(command, output);
            return code;
        }

        /// <summary>A verb's examples; of a group of verbs the first of each, without what is said beside it.</summary>
        private static void Write(Command command, TextWriter output)
        {
            if (command is Verb one) output.WriteLine(one.Examples);
            foreach (Command inside in command.Subcommands)
            {
                if (inside is Verb verb) output.WriteLine(First(verb));
                else Write(inside, output);
            }
        }

        private static string First(Verb verb)
        {
            string[] lines = verb.Examples.Split('\n');
            int at = Math.Max(0, Array.FindIndex(
                lines, text => text.StartsWith("  lowlatency ") && text.Contains($" {verb.Name}")));
            int end = at;
            while (end + 1 < lines.Length && lines[end].EndsWith('\\')) end++;
            int beside = lines[at].IndexOf("  ", 2, StringComparison.Ordinal);
            if (beside > 0) lines[at] = lines[at][..beside];
            return string.Join('\n', lines[at..(end + 1)]);
        }
    }
}
