using LowLatency.Engine.Events;

namespace LowLatency.Feeds.Decoding;

/// <summary>Keeping warm: a message that was decoded is decoded again, to where the next one will be.</summary>
public sealed partial class JsonRpcDecoder : IWarmable
{
    private int _warmed; // keeps the work from being optimized away

    /// <inheritdoc/>
    /// <remarks>
    /// It is the way of a real message, not a copy of it, since code is forgotten too. The sample says that its data is
    /// larger than it is, so nothing is published, and who counts refusals is not asked.
    /// </remarks>
    public void Warm()
    {
        if (UseFastPath && !_shapes.Sample.IsEmpty) _ = TryPublishFast(_shapes.Sample, default);
        long counted = Counters.Messages + Counters[MessageKind.AccountNotification] + Counters[DecodeCause.None];
        _warmed += _shapes.Touch() + _subscriptions.Touch(_coverage) + (int)counted;
    }
}
