using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using LowLatency.TestNode.Faults;
using LowLatency.TestNode.Hosting;
using Microsoft.AspNetCore.Http;

namespace LowLatency.TestNode.Rpc;

/// <summary>
/// JSON-RPC over HTTP of one endpoint: limits and status codes of the node's server, faults, batches.
/// Source: agave rpc/src/rpc_service.rs (50 KiB body, /health), jsonrpc-http-server (content type, method).
/// </summary>
internal sealed class RpcServer
{
    private const int MaxBodyBytes = 50 * 1024;
    private const int DefaultSlotsBehind = 150;
    private const int DefaultStallMs = 500;
    private readonly RpcMethods _methods;
    private readonly EndpointFaults _faults;
    private readonly NodeCounters _counters;

    public RpcServer(RpcMethods methods, EndpointFaults faults, NodeCounters counters)
    {
        _methods = methods;
        _faults = faults;
        _counters = counters;
    }

    public async Task HandleAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        if (HttpMethods.IsGet(context.Request.Method) && context.Request.Path == "/health")
        {
            await response.WriteAsync("ok");
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            await response.WriteAsync("Used HTTP Method is not allowed. POST or OPTIONS is required\n");
            return;
        }

        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            await response.WriteAsync(
                "Supplied content type is not allowed. Content-Type: application/json is required\n");
            return;
        }

        byte[]? body = await ReadBodyAsync(context.Request);
        if (body is null)
        {
            response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        await AnswerAsync(context, body);
    }

    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request)
    {
        using MemoryStream body = new();
        byte[] buffer = new byte[8192];
        while (true)
        {
            int read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted);
            if (read == 0) return body.ToArray();
            body.Write(buffer, 0, read);
            if (body.Length > MaxBodyBytes) return null;
        }
    }

    private static string MethodOf(JsonElement request) =>
        request.ValueKind == JsonValueKind.Object && request.TryGetProperty("method", out JsonElement name)
            ? name.GetString() ?? "?" : "?";

    private async Task AnswerAsync(HttpContext context, byte[] body)
    {
        _counters.RequestsOverHttp++;
        JsonElement request = default;
        byte[]? answer = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            request = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            answer = RpcEnvelope.Failure("null", RpcError.ParseError);
        }

        string method = MethodOf(request);
        if (_faults.TryTake(FaultKind.TooManyRequests, method, out int seconds))
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = $"{Math.Max(1, seconds)}";
            await context.Response.WriteAsync("Too many requests\n");
            return;
        }

        if (_faults.TryTake(FaultKind.HttpAbort, method))
        {
            context.Abort();
            return;
        }

        if (_faults.TryTake(FaultKind.HttpStall, method, out int ms))
            await Task.Delay(ms == 0 ? DefaultStallMs : ms, context.RequestAborted);
        answer ??= Answer(request);
        if (_faults.TryTake(FaultKind.HttpMalformed, method)) answer = answer[..(answer.Length / 2)];
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private byte[] Answer(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Array) return AnswerOne(request);
        if (request.GetArrayLength() == 0) return RpcEnvelope.Failure("null", RpcError.InvalidRequest);
        List<string> answers = [];
        foreach (JsonElement one in request.EnumerateArray()) answers.Add(Encoding.UTF8.GetString(AnswerOne(one)));
        return Encoding.UTF8.GetBytes($"[{string.Join(',', answers)}]");
    }

    private byte[] AnswerOne(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("method", out JsonElement name))
            return RpcEnvelope.Failure("null", RpcError.InvalidRequest);
        string id = request.TryGetProperty("id", out JsonElement idValue) ? idValue.GetRawText() : "null";
        string method = name.GetString() ?? string.Empty;
        try
        {
            if (_faults.TryTake(FaultKind.Unhealthy, method, out int behind))
                throw new RpcException(RpcError.Unhealthy(behind == 0 ? DefaultSlotsBehind : behind));
            return RpcEnvelope.Success(id, _methods.Call(method, new RpcParameters(request)));
        }
        catch (RpcException error)
        {
            return RpcEnvelope.Failure(id, error.Error);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return RpcEnvelope.Failure(id, RpcError.InvalidParams($"Invalid params: {error.Message}"));
        }
    }
}
