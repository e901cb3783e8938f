using System;
using System.Reflection;

namespace LowLatency.Benchmarks.Runner;

/// <summary>A benchmark's method as a loop: its result is kept, so that nobody optimises the work away.</summary>
internal abstract class BenchmarkBody
{
    /// <summary>Calls the method so many times.</summary>
    internal abstract void Run(int calls);

    internal static BenchmarkBody Of(object instance, MethodInfo method)
    {
        if (method.ReturnType == typeof(void)) return new VoidBody(method.CreateDelegate<Action>(instance));
        Type body = typeof(ResultBody<>).MakeGenericType(method.ReturnType);
        Type function = typeof(Func<>).MakeGenericType(method.ReturnType);
        return (BenchmarkBody)Activator.CreateInstance(body, method.CreateDelegate(function, instance))!;
    }

    private sealed class VoidBody(Action call) : BenchmarkBody
    {
        internal override void Run(int calls)
        {
            for (int i = 0; i < calls; i++) call();
        }
    }

    private sealed class ResultBody<T>(Func<T> call) : BenchmarkBody
    {
        private T? _kept;

        internal T? Kept => _kept;

        internal override void Run(int calls)
        {
            for (int i = 0; i < calls; i++) _kept = call();
        }
    }
}
