using System;

namespace LowLatency.TestNode.Rpc;

/// <summary>
/// A JSON-RPC error object. Source: agave rpc-client-api/src/custom_error.rs; JSON-RPC 2.0 section 5.1.
/// </summary>
/// <param name="Code">Code.</param>
/// <param name="Message">The node's own words.</param>
/// <param name="DataJson">`data` as JSON; null leaves the member out.</param>
public sealed record RpcError(int Code, string Message, string? DataJson = null)
{
    public static RpcError ParseError { get; } = new(-32700, "Parse error");

    public static RpcError InvalidRequest { get; } = new(-32600, "Invalid request");

    public static RpcError MethodNotFound { get; } = new(-32601, "Method not found");

    public static RpcError Base58TooLong { get; } = new(
        -32600, "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.");

    public static RpcError InvalidParams(string message) => new(-32602, message);

    public static RpcError TooMany(int max) => InvalidParams($"Too many inputs provided; max {max}");

    public static RpcError MinContextSlot(ulong contextSlot) => new(
        -32016, "Minimum context slot has not been reached", $"{{\"contextSlot\":{contextSlot}}}");

    public static RpcError Unhealthy(int slotsBehind) => new(
        -32005, $"Node is behind by {slotsBehind} slots", $"{{\"numSlotsBehind\":{slotsBehind}}}");

    public static RpcError Preflight(string errorText, string dataJson) => new(
        -32002, $"Transaction simulation failed: {errorText}", dataJson);
}

/// <summary>Carries an <see cref="RpcError"/> out of a method; caught in one place.</summary>
public sealed class RpcException(RpcError error) : Exception(error.Message)
{
    public RpcError Error { get; } = error;
}
