using System.Numerics;
using System.Runtime.CompilerServices;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Graph;

/// <summary>
/// Mint address to small integer id, ids given in order of first appearance, never taken back.
/// Open addressing with linear probing at a load of at most one half, so a probe sequence is short and always ends; the
/// full 32 bytes are compared, because addresses are chosen by others and a tag may collide.
/// Owner: the market group's thread. Bound: <c>capacity</c> mints; a full table refuses (-1), it never grows.
/// Memory: 33 bytes a mint plus 8 bytes of index.
/// </summary>
public sealed class MintTable
{
    private readonly Pubkey[] _keys;
    private readonly sbyte[] _decimalsAndOne;
    private readonly int[] _index;
    private readonly int _mask;

    /// <summary>A table for at most <paramref name="capacity"/> mints.</summary>
    public MintTable(int capacity)
    {
        _keys = new Pubkey[capacity];
        _decimalsAndOne = new sbyte[capacity];
        _index = new int[BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
        _mask = _index.Length - 1;
    }

    /// <summary>Mints known.</summary>
    public int Count { get; private set; }

    /// <summary>Most mints it can hold.</summary>
    public int Capacity => _keys.Length;

    /// <summary>Address of a mint id.</summary>
    public ref readonly Pubkey this[int id] => ref _keys[id];

    /// <summary>Decimals of a mint id, for display; -1 while no pool has seen them.</summary>
    public int Decimals(int id) => _decimalsAndOne[id] - 1;

    /// <summary>Takes the decimals of a mint that was seen; ids and numbers that are none are passed over.</summary>
    internal void SetDecimals(int id, int decimals)
    {
        if (id >= 0 && decimals is >= 0 and < sbyte.MaxValue) _decimalsAndOne[id] = (sbyte)(decimals + 1);
    }

    /// <summary>Id of a mint, or -1 if it is not known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(in Pubkey mint)
    {
        int cell = (int)mint.Tag & _mask;
        for (; ; cell = (cell + 1) & _mask)
        {
            int id = _index[cell] - 1;
            if (id < 0 || _keys[id] == mint) return id;
        }
    }

    /// <summary>Id of a mint, given now if it is new; -1 if the table is full.</summary>
    public int GetOrAdd(in Pubkey mint)
    {
        int cell = (int)mint.Tag & _mask;
        for (; ; cell = (cell + 1) & _mask)
        {
            int id = _index[cell] - 1;
            if (id < 0) break;
            if (_keys[id] == mint) return id;
        }

        if (Count == _keys.Length) return -1;
        _keys[Count] = mint;
        _index[cell] = ++Count;
        return Count - 1;
    }
}
