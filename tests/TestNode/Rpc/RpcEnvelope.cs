using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LowLatency.TestNode.Rpc;

/// <summary>JSON-RPC answers. Member order as jsonrpc-core writes it: jsonrpc, result or error, id.</summary>
internal static class RpcEnvelope
{
    public static byte[] Success(string idJson, string resultJson) =>
        Encoding.UTF8.GetBytes($"{{\"jsonrpc\":\"2.0\",\"result\":{resultJson},\"id\":{idJson}}}");

    public static byte[] Failure(string idJson, RpcError error)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc", "2.0");
            writer.WriteStartObject("error");
            writer.WriteNumber("code", error.Code);
            writer.WriteString("message", error.Message);
            if (error.DataJson is not null)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue(error.DataJson);
            }

            writer.WriteEndObject();
            writer.WritePropertyName("id");
            writer.WriteRawValue(idJson);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
