using System;
using System.Text;
using System.Text.Json;
using LowLatency.Feeds.Capture;
using Xunit;

namespace LowLatency.Feeds.Tests.Capture;

/// <summary>The plain way of reading an open frame's details says what a JSON reader says of the same bytes.</summary>
public sealed class CaptureDetailsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("{}", "")]
    [InlineData("{\"url\":\"wss://a.example/\"}", "wss://a.example/")]
    [InlineData("{\"fromSlot\":7,\"url\":\"x\",\"protocol\":\"yellowstone\"}", "x")]
    [InlineData("{\"url\":\"x\",\"url\":\"y\"}", "y")]
    [InlineData("{\"url\":\"a\\u0062c\"}", "abc")]
    [InlineData("{\"\\u0075rl\":\"x\"}", "x")]
    [InlineData("{\"url\":12}", "12")]
    [InlineData("{\"url\":null}", "")]
    [InlineData("{\"more\":{\"url\":\"no\"},\"url\":\"x\"}", "x")]
    [InlineData("{\"url\":\"x\"", "")]
    [InlineData("[\"url\"]", "")]
    [InlineData("{\"url\":\"\u00e4\"}", "\u00e4")]
    public void ReadAddress_OfAnyDetails_IsTheMembersText(string details, string address) =>
        Assert.Equal(address, CaptureDetails.ReadAddress(Encoding.UTF8.GetBytes(details)));

    [Fact]
    public void ReadAddress_OfDamagedDetails_IsWhatAJsonReaderSays()
    {
        byte[] whole = Encoding.UTF8.GetBytes("{\"url\" : \"wss://a\", \"fromSlot\":10}");
        int found = 0;
        for (int at = 0; at < whole.Length; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] damaged = [.. whole];
                damaged[at] = (byte)value;
                string expected = ByReader(damaged);
                string actual = CaptureDetails.ReadAddress(damaged);
                Assert.True(actual == expected, $"byte {at} is {value}: '{actual}', not '{expected}'");
                if (expected.Length != 0) found++;
            }
        }

        Assert.True(found > 1000, $"only {found} had an address");
    }

    private static string ByReader(byte[] details)
    {
        try
        {
            Utf8JsonReader reader = new(details);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            bool isObject = document.RootElement.ValueKind == JsonValueKind.Object;
            return isObject && document.RootElement.TryGetProperty("url", out JsonElement value)
                ? value.ToString()
                : string.Empty;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // not JSON, not UTF-8
        {
            return string.Empty;
        }
    }
}
