using BenchmarkDotNet.Running;

namespace LowLatency.Benchmarks;

/// <summary>
/// Runs the micro-benchmarks: <c>dotnet run -c Release --project perf/Benchmarks -- --filter *AccountNotification*</c>;
/// <c>-- cycles</c> prints the table of the cycle search.
/// </summary>
internal static class Program
{
    private static void Main(string[] args)
    {
        if (args is ["cycles"]) Cycles.CycleTable.Run();
        else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    }
}
