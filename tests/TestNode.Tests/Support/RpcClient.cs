using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using LowLatency.TestNode.Hosting;

namespace LowLatency.TestNode.Tests.Support;

/// <summary>HttpClient with JSON-RPC on it.</summary>
internal sealed class RpcClient(SolanaEndpoint endpoint) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(120) };

    public Task<HttpResponseMessage> PostAsync(string body)
    {
        StringContent content = new(body, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return _http.PostAsync(endpoint.RpcUrl, content);
    }

    public async Task<string> TextAsync(string body)
    {
        using HttpResponseMessage response = await PostAsync(body);
        return await response.Content.ReadAsStringAsync();
    }

    public Task<string> CallTextAsync(string method, string parametersJson = "[]") =>
        TextAsync($"{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{parametersJson}}}");

    public async Task<JsonElement> CallAsync(string method, string parametersJson = "[]")
    {
        using JsonDocument document = JsonDocument.Parse(await CallTextAsync(method, parametersJson));
        return document.RootElement.Clone();
    }

    public void Dispose() => _http.Dispose();
}
