using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using LowLatency.Engine.Solana;
using LowLatency.Engine.Venues;

namespace LowLatency.ConsoleHost.Vectors;

/// <summary>
/// Compares the modelled bytes of the pool's accounts after a swap with what the program left behind.
/// </summary>
internal static class StateComparer
{
    /// <summary>
    /// Null if every modelled byte of every account agrees. <paramref name="post"/> maps an address to the bytes that
    /// the program changed; an account not in it is unchanged. <paramref name="tally"/> counts up to a difference.
    /// </summary>
    internal static VectorDifference? Compare(
        Pool executed,
        IReadOnlyDictionary<Pubkey, AccountText> before,
        IReadOnlyDictionary<Pubkey, AccountRole> roles,
        JsonElement post,
        string caseId,
        StateTally tally)
    {
        tally.Swaps++;
        foreach ((Pubkey key, AccountText account) in before)
        {
            AccountRole role = roles.GetValueOrDefault(key);
            byte[] got = (byte[])account.Data.Clone();
            bool isWritten = role != AccountRole.None && executed.TryWriteState(in key, got);
            byte[] expected = (byte[])account.Data.Clone();
            if (post.ValueKind == JsonValueKind.Object && post.TryGetProperty(key.ToString(), out JsonElement runs))
                AccountBook.ApplyRuns(expected, runs);
            else if (!isWritten) continue;
            for (int offset = 0; offset < expected.Length; offset++)
            {
                bool isChanged = expected[offset] != account.Data[offset];
                if (!isWritten || !executed.IsModelled(role, offset))
                {
                    if (isChanged) tally.Skip(role);
                    continue;
                }

                tally.Compared++;
                if (isChanged) tally.ComparedChanged++;
                if (expected[offset] == got[offset]) continue;
                string where = string.Create(CultureInfo.InvariantCulture, $"state of {role} {key}, byte {offset}");
                return new VectorDifference(caseId, where, Hex(expected[offset]), Hex(got[offset]));
            }
        }

        return null;
    }

    private static string Hex(byte value) => value.ToString("x2", CultureInfo.InvariantCulture);
}
