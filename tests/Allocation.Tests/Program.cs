namespace LowLatency.Allocation.Tests;

internal static class Program
{
    private static int Main() => 0;
}
