using System;
using System.Collections.Generic;

namespace LowLatency.Engine.Tests.Fields;

/// <summary>
/// Oracle of the mispricing field: the same weighted least squares as one dense system, solved by elimination with the
/// potential of each component's first node fixed at 0. Shares no code with the engine.
/// </summary>
internal static class DenseLeastSquares
{
    internal readonly record struct Edge(int From, int To, double Flow, double Weight);

    /// <summary>Residual of every edge at the minimum.</summary>
    internal static double[] Residuals(int nodes, IReadOnlyList<Edge> edges)
    {
        double[,] a = new double[nodes, nodes + 1];
        foreach (Edge e in edges)
        {
            a[e.From, e.From] += e.Weight;
            a[e.To, e.To] += e.Weight;
            a[e.From, e.To] -= e.Weight;
            a[e.To, e.From] -= e.Weight;
            a[e.From, nodes] += e.Weight * e.Flow;
            a[e.To, nodes] -= e.Weight * e.Flow;
        }

        bool[] seen = new bool[nodes];
        for (int root = 0; root < nodes; root++)
        {
            if (seen[root]) continue;
            Mark(root, edges, seen);
            for (int i = 0; i <= nodes; i++) a[root, i] = i == root ? 1 : 0;
        }

        double[] potential = Solve(a, nodes);
        double[] residuals = new double[edges.Count];
        for (int i = 0; i < edges.Count; i++)
            residuals[i] = edges[i].Flow - (potential[edges[i].From] - potential[edges[i].To]);
        return residuals;
    }

    /// <summary>Marks every node that present edges connect to the root.</summary>
    private static void Mark(int root, IReadOnlyList<Edge> edges, bool[] seen)
    {
        HashSet<int> component = [root];
        for (bool grew = true; grew;)
        {
            grew = false;
            foreach (Edge e in edges)
            {
                if (e.Weight == 0 || component.Contains(e.From) == component.Contains(e.To)) continue;
                grew |= component.Add(e.From) | component.Add(e.To);
            }
        }

        foreach (int node in component) seen[node] = true;
    }

    private static double[] Solve(double[,] a, int n)
    {
        for (int column = 0; column < n; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < n; row++)
            {
                if (Math.Abs(a[row, column]) > Math.Abs(a[pivot, column])) pivot = row;
            }

            for (int i = 0; i <= n; i++) (a[column, i], a[pivot, i]) = (a[pivot, i], a[column, i]);
            for (int row = 0; row < n; row++)
            {
                double factor = row == column ? 0 : a[row, column] / a[column, column];
                for (int i = column; factor != 0 && i <= n; i++) a[row, i] -= factor * a[column, i];
            }
        }

        double[] x = new double[n];
        for (int i = 0; i < n; i++) x[i] = a[i, n] / a[i, i];
        return x;
    }
}
