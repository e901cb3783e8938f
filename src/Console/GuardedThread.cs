using System;
using System.Threading;

namespace LowLatency.ConsoleHost;

/// <summary>A background thread with its one catch: a failure is reported under its name.</summary>
internal static class GuardedThread
{
    public static Thread Start(string name, Action work, Action<string, Exception> onFault)
    {
        Thread thread = new(Run) { IsBackground = true, Name = name };
        thread.Start();
        return thread;

        void Run()
        {
            try
            {
                work();
            }
            catch (Exception fault)
            {
                onFault(name, fault);
            }
        }
    }
}
