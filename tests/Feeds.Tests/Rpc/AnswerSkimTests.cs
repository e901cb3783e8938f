using System;
using System.Text;
using LowLatency.Feeds.Rpc;
using Xunit;

namespace LowLatency.Feeds.Tests.Rpc;

/// <summary>The look through an answer against the reader that makes a document of it.</summary>
public sealed class AnswerSkimTests
{
    private const string Good =
        """{"jsonrpc":"2.0","result":{"context":{"apiVersion":"3.0","slot":77},"value":[null,{"data":["AA==","""
        + """ "base64"],"lamports":5},null]},"id":12}""";

    private static readonly Uri Address = new("http://localhost/");

    [Theory]
    [InlineData(Good, true)]
    [InlineData("""{"id":12,"result":{"value":[],"context":{"slot":1}}}""", true)]
    [InlineData("""{"id":13,"result":{"value":[],"context":{"slot":1}}}""", false)]
    [InlineData("""{"id":"12","result":{"value":[],"context":{"slot":1}}}""", false)]
    [InlineData("""{"id":12,"result":{"value":[],"context":{"slot":-1}}}""", false)]
    [InlineData("""{"id":12,"result":{"value":[],"context":{}}}""", false)]
    [InlineData("""{"id":12,"result":{"value":{},"context":{"slot":1}}}""", false)]
    [InlineData("""{"id":12,"result":null}""", false)]
    [InlineData("""{"id":12,"error":{"code":-32016,"message":"behind"}}""", false)]
    [InlineData(
        """{"id":12,"result":{"value":[],"context":{"slot":1}},"error":{"code":-32016,"message":"x"}}""", false)]
    [InlineData("""{"id":12,"result":{"value":[],"context":{"slot":1}}} x""", false)]
    [InlineData("[]", false)]
    [InlineData("{\"\\ud800\":1,\"id\":12}", false)]
    [InlineData("", false)]
    public void Skim_OfAnyAnswer_SaysGoodWhereTheDocumentDoesAndTheSame(string text, bool isGood)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        Assert.Equal(isGood, AnswerSkim.TryRead(body, 12, out int count, out ulong slot));
        RpcResult<int> read = RpcAnswer.ReadCount(body, 12, count, Address);
        Assert.Equal(isGood, read.IsOk);
        if (isGood) Assert.Equal((read.Value, read.ContextSlot), (count, slot));
        else Assert.NotEqual(RpcErrorKind.None, read.Error!.Kind);
    }

    [Fact]
    public void Skim_OfAnAnswerCutAnywhere_IsNotGood()
    {
        byte[] body = Encoding.UTF8.GetBytes(Good);
        for (int length = 0; length < body.Length; length++)
            Assert.False(AnswerSkim.TryRead(body.AsSpan(0, length), 12, out _, out _), $"cut at {length}");
    }

    [Fact]
    public void Skim_OfAGoodAnswer_AllocatesNothing()
    {
        byte[] body = Encoding.UTF8.GetBytes(Good);
        for (int i = 0; i < 100; i++) _ = AnswerSkim.TryRead(body, 12, out _, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) _ = AnswerSkim.TryRead(body, 12, out _, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
