namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Runs one kind of vector file through the product's own code. To add a kind, implement this and add a line to
/// <see cref="VectorSuites"/>.
/// </summary>
internal interface IVectorSuite
{
    /// <summary>True if this suite reads the document's format.</summary>
    bool Handles(VectorDocument document);

    /// <summary>Number of cases, for progress.</summary>
    int CountCases(VectorDocument document);

    /// <summary>Runs every case and reports each to <paramref name="run"/>.</summary>
    void Run(VectorDocument document, VectorRun run);
}

/// <summary>The suites there are.</summary>
internal static class VectorSuites
{
    /// <summary>A new set for each document: suites hold buffers and settings of the file they run.</summary>
    private static IVectorSuite[] Create() =>
    [
        new SwapVectorSuite(),
        new ScenarioVectorSuite(),
        new TransactionVectorSuite(),
        new PumpSwapVectorSuite(),
    ];

    /// <summary>The suite for a document, or null.</summary>
    internal static IVectorSuite? Find(VectorDocument document)
    {
        foreach (IVectorSuite suite in Create())
            if (suite.Handles(document)) return suite;
        return null;
    }
}
