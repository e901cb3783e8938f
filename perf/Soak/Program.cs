using System;
using System.Diagnostics;
using LowLatency.ConsoleHost.Bench;

namespace LowLatency.Soak;

/// <summary>Parent (client under test) or child (node), see <see cref="SoakOptions.Help"/>.</summary>
internal static class Program
{
    private const string NodeVerb = "node";

    private static int Main(string[] args)
    {
        try
        {
            if (args.Length > 0 && args[0] == NodeVerb)
                return NodeProcess.RunAsync(SoakOptions.Parse(args.AsSpan(1))).GetAwaiter().GetResult();
            SoakOptions options = SoakOptions.Parse(args);
            MachineBlock.Read().Print(Console.Out);
            ProcessStartInfo start = new(Environment.ProcessPath!)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            if (start.FileName.EndsWith("dotnet", StringComparison.Ordinal))
                start.ArgumentList.Add(typeof(Program).Assembly.Location);
            start.ArgumentList.Add(NodeVerb);
            foreach (string argument in options.ToArguments()) start.ArgumentList.Add(argument);
            using Process node = Process.Start(start)!;
            try
            {
                return new SoakRun(options, node).Run();
            }
            finally
            {
                node.StandardInput.Close();
                if (!node.WaitForExit(5000)) node.Kill();
            }
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException)
        {
            Console.Error.WriteLine(fault.Message);
            Console.Error.WriteLine(SoakOptions.Help);
            return 2;
        }
    }
}
