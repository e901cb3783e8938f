using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace LowLatency.Benchmarks.Runner;

/// <summary>One benchmark with one set of parameters, as BenchmarkDotNet would run it.</summary>
internal sealed class BenchmarkCase
{
    private readonly MethodInfo _method;
    private readonly (PropertyInfo Property, object Value)[] _parameters;

    internal BenchmarkCase(MethodInfo method, (PropertyInfo Property, object Value)[] parameters, bool isPortable)
    {
        _method = method;
        _parameters = parameters;
        IsPortable = isPortable;
        OperationsPerCall = method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke;
        List<string> values = [];
        foreach ((PropertyInfo property, object value) in parameters)
            values.Add(string.Create(CultureInfo.InvariantCulture, $"{property.Name}={value}"));
        string folder = method.DeclaringType!.Namespace!["LowLatency.Benchmarks.".Length..];
        Name = $"{folder}.{method.DeclaringType.Name}.{method.Name}";
        if (values.Count != 0) Name += $"({string.Join(',', values)})";
    }

    /// <summary><c>Folder.Class.Method(Parameter=Value)</c>.</summary>
    internal string Name { get; }

    /// <summary>False if another machine may lack the row: a parameter asks what is installed.</summary>
    internal bool IsPortable { get; }

    /// <summary>Operations in one call.</summary>
    internal int OperationsPerCall { get; }

    /// <summary>Makes the instance, sets its parameters, runs its set-up.</summary>
    internal LiveBenchmark Open()
    {
        object instance = Activator.CreateInstance(_method.DeclaringType!)!;
        foreach ((PropertyInfo property, object value) in _parameters) property.SetValue(instance, value);
        Invoke(instance, typeof(GlobalSetupAttribute));
        return new LiveBenchmark(this, BenchmarkBody.Of(instance, _method), () =>
            Invoke(instance, typeof(GlobalCleanupAttribute)));
    }

    private static void Invoke(object instance, Type attribute)
    {
        foreach (MethodInfo method in instance.GetType().GetMethods())
        {
            if (method.IsDefined(attribute)) method.Invoke(instance, null);
        }
    }
}

/// <summary>A benchmark that is set up.</summary>
internal sealed class LiveBenchmark(BenchmarkCase source, BenchmarkBody body, Action cleanUp) : IDisposable
{
    internal BenchmarkCase Case { get; } = source;

    internal BenchmarkBody Body { get; } = body;

    public void Dispose() => cleanUp();
}
