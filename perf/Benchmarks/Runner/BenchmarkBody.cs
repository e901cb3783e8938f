using System;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace LowLatency.Benchmarks.Runner;

/// <summary>
/// A benchmark's method as a loop: its result is kept, so that nobody optimises the work away. The loops are compiled
/// without a profile: with one, the method that a shared loop has called most is inlined into it, so that this row has
/// no call, the others of the same result type have one and a wrong guess, and all are less the time of an empty one.
/// </summary>
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
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal override void Run(int calls)
        {
            for (int i = 0; i < calls; i++) call();
        }
    }

    private sealed class ResultBody<T>(Func<T> call) : BenchmarkBody
    {
        private T? _kept;

        internal T? Kept => _kept;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal override void Run(int calls)
        {
            for (int i = 0; i < calls; i++) _kept = call();
        }
    }
}
