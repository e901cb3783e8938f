using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace LowLatency.ConsoleHost.Commands;

/// <summary>
/// A command whose help ends with examples and exit codes; its description stays one line for the list of verbs.
/// </summary>
internal sealed class Verb(string name, string description, string examples) : Command(name, description)
{
    /// <summary>What follows the options in its help.</summary>
    public string Examples { get; } = examples;

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
            if (parseResult.CommandResult.Command is Verb verb)
                parseResult.InvocationConfiguration.Output.WriteLine(verb.Examples);
            return code;
        }
    }
}
