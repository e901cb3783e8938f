using System.Collections.Generic;
using System.Text;
using LowLatency.Engine.Instructions;

namespace LowLatency.ConsoleHost.Config;

/// <summary>Keys of what stands around a route's swaps, and of the wire form.</summary>
internal static class InstructionKeys
{
    /// <summary>The keys.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        new("Instructions", "createTokenAccounts", ConfigShape.Scalar, "off, or always: create the route's accounts.",
            (c, v) => c.CreateTokenAccounts = v.Choice<TokenAccountCreation>(),
            c => c.CreateTokenAccounts),
        new("Instructions", "wrapSol", ConfigShape.Scalar, "Wrap a route's SOL before and unwrap it after the swaps.",
            (c, v) => c.WrapSol = v.Bool(),
            c => c.WrapSol),
        new("Instructions", "memo", ConfigShape.Scalar, "Text of a memo in every transaction, at most 256 bytes.",
            (c, v) => c.Memo = Encoding.UTF8.GetByteCount(v.Text) <= InstructionSettings.MaxMemoBytes
                ? v.Text : throw v.Wrong(v.Text, "longer than 256 bytes"),
            c => c.Memo),
        new("Instructions", "messageVersion", ConfigShape.Scalar, "auto, legacy, v0 or v1.",
            (c, v) => c.MessageVersion = v.Choice<MessageVersionChoice>(),
            c => c.MessageVersion),
        new("Instructions", "allowV1", ConfigShape.Scalar, "Allow version 1 (SIMD-0385); auto takes it if v0 is full.",
            (c, v) => c.AllowV1 = v.Bool(),
            c => c.AllowV1),
        new("Instructions", "rentLamportsPerByte", ConfigShape.Scalar, "Rent-exempt lamports per byte of an account.",
            (c, v) => c.RentLamportsPerByte = v.Whole(0, 1_000_000),
            c => c.RentLamportsPerByte),
    ];
}
