using System;
using LowLatency.Engine.Events;

namespace LowLatency.Engine.Scoring;

/// <summary>
/// All ways to spread an amount over a few branches near a given one, in exact integers. A branch is a staircase: only
/// the least input of an output matters, its steps. The box holds some steps of each branch on both sides. Branch by
/// branch it keeps, for every total of outputs (or of inputs, whichever is coarser), the least total input (or the
/// largest total output): a (min, +) convolution, so every combination of steps is covered although few are quoted:
/// about two quotes a step and leg. Owner: the router that made it. Scratch: 170 KiB.
/// </summary>
internal sealed class SplitBox
{
    /// <summary>Most steps on each side.</summary>
    internal const int ReachMax = 128;

    private const int StepsMax = (2 * ReachMax) + 1;

    /// <summary>Totals kept: a box whose branches step in very different units is cut off there.</summary>
    private const int Width = 4096;
    private const ulong Unset = ulong.MaxValue;

    private readonly ulong[] _in = new ulong[SplitParts.MaxCount * StepsMax];
    private readonly ulong[] _out = new ulong[SplitParts.MaxCount * StepsMax];
    private readonly int[] _steps = new int[SplitParts.MaxCount];
    private readonly ulong[] _base = new ulong[SplitParts.MaxCount];
    private readonly ulong[][] _best = new ulong[SplitParts.MaxCount][];
    private readonly ushort[][] _choice = new ushort[SplitParts.MaxCount][];
    private int _branches;
    private bool _byOutput;

    internal SplitBox()
    {
        for (int i = 0; i < SplitParts.MaxCount; i++) (_best[i], _choice[i]) = (new ulong[Width], new ushort[Width]);
    }

    /// <summary>Totals that <see cref="Total"/> may ask for, from 0.</summary>
    internal int Totals { get; private set; }

    /// <summary>Starts a box with the branches' amounts in its middle; false if a branch gives nothing.</summary>
    internal bool TryBuild(ReadOnlySpan<SplitPath> branches, ReadOnlySpan<ulong> parts, int reach)
    {
        _branches = branches.Length;
        ulong inputs = 0;
        ulong outputs = 0;
        for (int i = 0; i < _branches; i++)
        {
            if (!TryWalk(branches[i], i, parts[i], Math.Min(reach, ReachMax))) return false;
            int last = (i * StepsMax) + _steps[i] - 1;
            inputs += _in[last] - _in[i * StepsMax];
            outputs += _out[last] - _out[i * StepsMax];
        }

        _byOutput = outputs <= inputs;
        Combine();
        return true;
    }

    /// <summary>The first total from one on that some combination reaches; <see cref="Totals"/> if none.</summary>
    internal int NextTotal(int from) => Next(_best[_branches - 1], from, Totals);

    /// <summary>The last total before one that some combination reaches; -1 if none.</summary>
    internal int LastTotal(int before) => _best[_branches - 1].AsSpan(0, before).LastIndexOfAnyExcept(Unset);

    /// <summary>A total that some combination reaches: its least input and its output.</summary>
    internal void Total(int total, out ulong input, out ulong output)
    {
        ulong other = _best[_branches - 1][total];
        ulong indexed = (ulong)total;
        for (int i = 0; i < _branches; i++) indexed += _base[i];
        (input, output) = _byOutput ? (other, indexed) : (indexed, ulong.MaxValue - 1 - other);
    }

    /// <summary>The branches' inputs of a total.</summary>
    internal void CopyParts(int total, Span<ulong> parts)
    {
        for (int i = _branches - 1; i >= 0; i--)
        {
            int step = _choice[i][total];
            parts[i] = _in[(i * StepsMax) + step];
            total -= (int)(Indexed(i, step) - _base[i]);
        }
    }

    private ulong Indexed(int branch, int step) => (_byOutput ? _out : _in)[(branch * StepsMax) + step];

    /// <summary>Input of a step if totals are outputs, else its output.</summary>
    private ulong Other(int branch, int step) => (_byOutput ? _in : _out)[(branch * StepsMax) + step];

    private bool TryWalk(SplitPath path, int branch, ulong part, int reach)
    {
        Span<ulong> inputs = _in.AsSpan(branch * StepsMax, StepsMax);
        Span<ulong> outputs = _out.AsSpan(branch * StepsMax, StepsMax);
        ulong output = part == 0 ? 0 : path.Out(part);
        ulong input = 0;
        if (output != 0 && !path.TryLeast(output, 0, part, out input, out output)) return false;
        int count = reach;
        (inputs[count], outputs[count]) = (input, output);
        ulong stride = 1;
        while (count > 0 && inputs[count] != 0)
        {
            ulong at = inputs[count] - 1;
            output = at == 0 ? 0 : path.Out(at);
            input = 0;
            ulong guess = at > stride ? inputs[count] - stride : 1;
            if (output != 0 && !path.TryLeast(output, 0, Math.Min(guess, at), out input, out output)) return false;
            stride = inputs[count] - input;
            count--;
            (inputs[count], outputs[count]) = (input, output);
        }

        int first = count;
        count = reach;
        while (count < 2 * reach
            && path.TryLeast(outputs[count] + 1, inputs[count], inputs[count] + stride, out input, out output))
        {
            stride = input - inputs[count];
            count++;
            (inputs[count], outputs[count]) = (input, output);
        }

        _steps[branch] = count - first + 1;
        inputs.Slice(first, _steps[branch]).CopyTo(inputs);
        outputs.Slice(first, _steps[branch]).CopyTo(outputs);
        return true;
    }

    private void Combine()
    {
        Totals = 0;
        for (int i = 0; i < _branches; i++)
        {
            _base[i] = Indexed(i, 0);
            ulong span = Indexed(i, _steps[i] - 1) - _base[i];
            int before = i == 0 ? 1 : Totals;
            Totals = (int)Math.Min(Width, (ulong)before + span);
            Array.Fill(_best[i], Unset, 0, Totals);
            if (i == 0) AddBranch(0, 0, _byOutput ? 0 : ulong.MaxValue - 1);
            for (int total = 0; i > 0 && (total = Next(_best[i - 1], total, before)) < before; total++)
                AddBranch(i, total, _best[i - 1][total]);
        }
    }

    /// <summary>PERF: a handful of the totals is reached, so they are looked for in whole vectors.</summary>
    private static int Next(ulong[] best, int from, int before)
    {
        int away = best.AsSpan(from, before - from).IndexOfAnyExcept(Unset);
        return away < 0 ? before : from + away;
    }

    private void AddBranch(int branch, int total, ulong reached)
    {
        for (int step = 0; step < _steps[branch]; step++)
        {
            ulong at = (ulong)total + Indexed(branch, step) - _base[branch];
            if (at >= (ulong)Totals) return;
            ulong value = _byOutput ? reached + Other(branch, step) : reached - Other(branch, step);
            if (value >= _best[branch][(int)at]) continue;
            _best[branch][(int)at] = value;
            _choice[branch][(int)at] = (ushort)step;
        }
    }
}
