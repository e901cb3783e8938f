namespace LowLatency.ConsoleHost.Rendering;

/// <summary>The newest values of a series, as many as a sparkline can show.</summary>
internal sealed class History(int capacity)
{
    private readonly double[] _values = new double[capacity];
    private int _next;

    public int Count { get; private set; }

    public void Add(double value)
    {
        _values[_next] = value;
        _next = (_next + 1) % _values.Length;
        if (Count < _values.Length) Count++;
    }

    /// <summary>The newest (0), the one before it (1), ...</summary>
    public double Newest(int index) => _values[(_next - 1 - index + (2 * _values.Length)) % _values.Length];
}
