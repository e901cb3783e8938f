using System;
using System.Collections.Generic;
using System.CommandLine;
using LowLatency.ConsoleHost.Commands;
using LowLatency.ConsoleHost.Replay;
using LowLatency.Engine.Events;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Pipeline;
using LowLatency.Engine.Sinks;
using LowLatency.Feeds.Dispatch;
using LowLatency.Feeds.Replay;
using LowLatency.Replay.Tests.Support;
using Xunit;

namespace LowLatency.Replay.Tests;

/// <summary>Every message of the bundled market that was patched is the message that a fresh build gives.</summary>
public sealed class TemplateTests
{
    [Fact]
    public void Replay_WithTemplates_EveryMessageEqualsTheFreshBuild()
    {
        Messages fresh = Run(capacity: 0, out InstructionStage never);
        Assert.Equal(0, never.Templates.Hits);
        Assert.True(fresh.Bytes.Count > 500, $"{fresh.Bytes.Count} messages");
        foreach (int capacity in (int[])[8, 512])
        {
            Messages patched = Run(capacity, out InstructionStage stage);
            Assert.True(stage.Templates.Hits > fresh.Bytes.Count / 20, $"{stage.Templates.Hits} patched");
            Assert.Equal(stage.Built, never.Built);
            Assert.Equal(fresh.Bytes.Count, patched.Bytes.Count);
            for (int i = 0; i < fresh.Bytes.Count; i++)
                Assert.True(fresh.Bytes[i].AsSpan().SequenceEqual(patched.Bytes[i]), $"message {i}");
            Assert.Equal(fresh.Hash.Value, patched.Hash.Value);
        }
    }

    private static Messages Run(int capacity, out InstructionStage stage)
    {
        Messages messages = new();
        ReplayOptionSet options = new();
        Command command = new("replay");
        options.AddTo(command);
        ReplaySettings settings = options.Read(command.Parse([]), new Dictionary<string, string>());
        PipelineSettings pipelineSettings = settings.Pipeline with
        {
            Instructions = settings.Pipeline.Instructions with { TemplateCapacity = capacity },
        };
        MarketPipeline pipeline = new(pipelineSettings, _ => [messages, messages.Hash]);
        using ReplayFeed feed = ReplayFeed.Open(TestFolder.MarketSmall, new ReplayOptions(), out _)!;
        Assert.Equal(FeedOutcome.Completed, feed.Run(pipeline.Publisher, new Engine.Time.ReplayClock()));
        stage = pipeline.Instructions;
        return messages;
    }

    private sealed class Messages : IDecisionSink
    {
        public List<byte[]> Bytes { get; } = [];

        public DecisionHash Hash { get; } = new();

        public void OnDecision(in Opportunity decision, ReadOnlySpan<byte> message)
        {
            if (message.Length != 0) Bytes.Add(message.ToArray());
        }
    }
}
