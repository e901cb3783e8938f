using System;
using System.IO;
using System.Threading;
using LowLatency.Engine.Events;
using LowLatency.Engine.Pipeline;
using Xunit;

namespace LowLatency.Engine.Tests.Pipeline;

public sealed class ThreadPlacementTests
{
    [Fact]
    public void Apply_AProcessorThatIsThere_KeepsTheThreadOnIt()
    {
        if (IsRefusedElsewhere()) return;
        string allowed = "";
        OnThread(() =>
        {
            int cpu = FirstAllowed();
            new ThreadPlacement { Cpus = [cpu] }.Apply(0);
            allowed = Allowed();
            Assert.Equal($"{cpu}", allowed);
        });
        Assert.NotEmpty(allowed);
    }

    [Fact]
    public void Apply_ThreadBeyondTheList_IsLeftAlone() => OnThread(() =>
    {
        if (IsRefusedElsewhere()) return;
        string before = Allowed();
        new ThreadPlacement { Cpus = [FirstAllowed()] }.Apply(1);
        Assert.Equal(before, Allowed());
    });

    [Fact]
    public void Start_AProcessorThatIsNotThere_HaltsThePipelineAndSaysWhy()
    {
        if (IsRefusedElsewhere()) return;
        MarketPipeline pipeline = new(new PipelineSettings
        {
            Runner = RunnerKind.Split,
            Threads = new ThreadPlacement { Cpus = [0, ThreadPlacement.MaxCpu] },
        });
        pipeline.Start();
        Assert.True(SpinWait.SpinUntil(() => pipeline.Fatal.IsTripped, 60_000));
        pipeline.DrainAndStop();
        Assert.Contains($"{ThreadPlacement.MaxCpu}", pipeline.Fatal.Fault!.Cause.Message);
        Assert.Equal(ClaimStatus.Halted, pipeline.Publisher.TryClaim(0, out _));
    }

    /// <summary>On another system the one thing to hold is that it is refused in words.</summary>
    private static bool IsRefusedElsewhere()
    {
        if (OperatingSystem.IsLinux()) return false;
        ThreadPlacement placement = new() { Cpus = [0] };
        Assert.Contains("Linux", Assert.Throws<InvalidOperationException>(() => placement.Apply(0)).Message);
        return true;
    }

    private static void OnThread(Action action)
    {
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                action();
            }
            catch (Exception fault)
            {
                failure = fault; // thrown by the test's own thread
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException(failure.Message, failure);
    }

    private static int FirstAllowed() => int.Parse(Allowed().Split(',', '-')[0]);

    private static string Allowed()
    {
        foreach (string line in File.ReadLines("/proc/thread-self/status"))
        {
            if (line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)) return line.Split('\t')[1].Trim();
        }

        throw new InvalidDataException("no Cpus_allowed_list");
    }
}
