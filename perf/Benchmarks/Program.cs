using System;
using System.IO;
using LowLatency.Benchmarks.Runner;
using LowLatency.Benchmarks.Table;

namespace LowLatency.Benchmarks;

/// <summary>
/// The micro-benchmarks. <c>--filter *Name*</c> and the like go to BenchmarkDotNet; the other modes are this program's:
/// see <see cref="Help"/>.
/// </summary>
internal static class Program
{
    private const int Turns = 25;
    private const string AllocationsFile = "Baselines/allocations.json";

    private const string Help = """
        --measure [text]      the rows whose name contains the text, in turns, seconds in all
        --allocations [text]  bytes an operation of every row against perf/Baselines/allocations.json
        --allocations --update   writes that file
        --table <ring output> <bench JSON> <wire JSON> <peers' output> <commit>
                              results file and README: see perf/table.sh
        --smoke [text]        every row once
        anything else         BenchmarkDotNet, for example --inProcess --filter *Dedup*
        """;

    private static int Main(string[] args) => Run(args, Console.Out);

    /// <summary>Runs a command line; exit code 3 if a check failed.</summary>
    internal static int Run(string[] args, TextWriter output)
    {
        string text = args.Length == 2 ? args[1] : string.Empty;
        switch (args)
        {
            case ["--help"]:
                output.WriteLine(Help);
                return 0;
            case ["--measure", ..] when args.Length <= 2:
                new QuickMeasure(BenchmarkCatalog.Find(text), Turns).Print(output);
                return 0;
            case ["--allocations", "--update"]:
                return AllocationGate.Run(PerfFolder.PathOf(AllocationsFile), true, string.Empty, output);
            case ["--allocations", ..] when args.Length <= 2:
                return AllocationGate.Run(PerfFolder.PathOf(AllocationsFile), false, text, output);
            case ["--table", string ring, string bench, string wire, string peers, string commit]:
                return Table(new TableMaker(Text(ring), Text(bench), Text(wire), Text(peers)), commit, output);
            case ["--smoke", ..] when args.Length <= 2:
                return Smoke(text, output);
            default:
                BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
                return 0;
        }
    }

    private static string Text(string path) => File.ReadAllText(path);

    private static int Table(TableMaker maker, string commit, TextWriter output)
    {
        TableResult result = maker.Make(commit);
        string machine = string.Join(
            '-', result.Cpu.ToLowerInvariant().Split([' ', '/', '@', '(', ')'], StringSplitOptions.RemoveEmptyEntries));
        result.Write(PerfFolder.PathOf($"Results/{result.Date}-{machine}-{result.Cores}.json"));
        string readme = PerfFolder.PathOf("../README.md");
        File.WriteAllText(readme, result.Into(File.ReadAllText(readme)));
        output.Write(result.ToMarkdown());
        return 0;
    }

    private static int Smoke(string text, TextWriter output)
    {
        foreach (BenchmarkCase one in BenchmarkCatalog.Find(text))
        {
            using LiveBenchmark live = one.Open();
            live.Body.Run(1);
            output.WriteLine($"ran  {one.Name}");
        }

        return 0;
    }
}
