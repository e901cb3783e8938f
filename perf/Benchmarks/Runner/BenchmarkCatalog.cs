using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace LowLatency.Benchmarks.Runner;

/// <summary>
/// Every benchmark of this program with every set of its parameters: what the smoke test, the allocation gate and the
/// table go through, so that a benchmark cannot be forgotten by any of them.
/// </summary>
internal static class BenchmarkCatalog
{
    /// <summary>All cases whose name contains a text, by name.</summary>
    internal static List<BenchmarkCase> Find(string text = "")
    {
        List<BenchmarkCase> cases = [];
        foreach (Type type in typeof(BenchmarkCatalog).Assembly.GetTypes())
        {
            foreach (MethodInfo method in type.GetMethods())
            {
                if (method.IsDefined(typeof(BenchmarkAttribute))) AddAll(cases, type, method);
            }
        }

        cases.RemoveAll(one => !one.Name.Contains(text, StringComparison.OrdinalIgnoreCase));
        cases.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return cases;
    }

    private static void AddAll(List<BenchmarkCase> cases, Type type, MethodInfo method)
    {
        List<(PropertyInfo, object)[]> sets = [[]];
        bool isPortable = true;
        foreach (PropertyInfo property in type.GetProperties())
        {
            IEnumerable? values = property.GetCustomAttribute<ParamsAttribute>()?.Values;
            if (property.IsDefined(typeof(ParamsAllValuesAttribute)))
                values = Enum.GetValues(property.PropertyType);
            if (property.GetCustomAttribute<ParamsSourceAttribute>() is { } source)
            {
                isPortable = false;
                values = (IEnumerable)type.GetProperty(source.Name)!.GetValue(null)!;
            }

            if (values is null) continue;
            List<(PropertyInfo, object)[]> longer = [];
            foreach (object value in values)
            {
                foreach ((PropertyInfo, object)[] set in sets) longer.Add([.. set, (property, value)]);
            }

            sets = longer;
        }

        foreach ((PropertyInfo, object)[] set in sets) cases.Add(new BenchmarkCase(method, set, isPortable));
    }
}
