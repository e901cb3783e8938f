namespace LowLatency.Engine.Graph;

/// <summary>
/// How much of an edge's curve is copied: what has to be as before after work that must leave no trace.
/// </summary>
/// <param name="Count">Pieces; below 0 if none were asked for since the refresh.</param>
/// <param name="IsNear">True if only the first pieces are copied.</param>
internal readonly record struct CurveMark(int Count, bool IsNear);
