using BenchmarkDotNet.Attributes;
using LowLatency.Engine.Instructions;
using LowLatency.Engine.Solana;

namespace LowLatency.Benchmarks.Instructions;

/// <summary>
/// A route of three swaps with budget and tip: 40 accounts, two lookup tables. Full build against patching a template,
/// reading it back, and choosing the tables. Every method must allocate 0 B.
/// </summary>
[MemoryDiagnoser]
public class TransactionBench
{
    private readonly InstructionBuffer[] _instructions = new InstructionBuffer[6];
    private readonly LookupTable[] _tables = new LookupTable[2];
    private readonly LookupTable[] _chosen = new LookupTable[4];
    private readonly MessageWriter _writer = new();
    private readonly LookupTableChooser _chooser = new();
    private readonly TransactionTemplate _template = new();
    private readonly byte[] _bytes = new byte[MessageLimits.PacketBytes];
    private readonly TemplateCache _cache = new(128);
    private readonly Pubkey[] _programs = new Pubkey[3];
    private readonly Pubkey[] _keys = new Pubkey[38];
    private Pubkey _payer;
    private Pubkey _spare = Key(1100);
    private int _amountPoint;
    private int _tipPoint;
    private int _length;
    private ulong _counter;

    [GlobalSetup]
    public void Setup()
    {
        _payer = Key(1);
        for (int i = 0; i < _instructions.Length; i++) _instructions[i] = new InstructionBuffer();
        for (int i = 0; i < _keys.Length; i++) _keys[i] = Key(1000 + i);
        for (int leg = 0; leg < 3; leg++) _programs[leg] = Key(100 + leg);
        WriteRoute();
        for (int t = 0; t < 2; t++)
        {
            Pubkey[] addresses = new Pubkey[200];
            for (int i = 0; i < addresses.Length; i++) addresses[i] = Key(1000 + (t * 20) + i);
            _tables[t] = new LookupTable(Key(50 + t));
            _ = _tables[t].Set(addresses);
        }

        if (_template.Build(_writer, Request()) != MessageStatus.Ok) throw new System.InvalidOperationException(
            "route does not fit");
        _amountPoint = _template.AddPoint(_writer, _instructions[2], 2, 8, 8);
        _tipPoint = _template.AddPoint(_writer, _instructions[5], 5, SystemTransfer.LamportsOffset, 8);
        _ = _cache.Claim(1).Build(_writer, Request(), 0);
        _ = _writer.WriteTransaction(Request(), _bytes, out MessageLayout layout);
        _length = layout.TotalBytes;
    }

    [Benchmark(Baseline = true)]
    public int Build()
    {
        _ = _writer.WriteTransaction(Request(), _bytes, out MessageLayout layout);
        return layout.TotalBytes;
    }

    /// <summary>The same of swaps that were just written with another account each, which numbers their lists
    /// anew.</summary>
    [Benchmark]
    public int WriteAndBuild()
    {
        (_keys[5], _spare) = (_spare, _keys[5]);
        (_keys[17], _keys[29]) = (_keys[29], _keys[17]);
        WriteRoute();
        return Build();
    }

    [Benchmark]
    public bool Patch()
    {
        _counter++;
        _template.PatchBlockhash(_payer);
        return _template.Patch(_amountPoint, _counter) & _template.Patch(_tipPoint, _counter);
    }

    /// <summary>As the pipeline does it: compare the fresh instructions with the template's, copy their data.</summary>
    [Benchmark]
    public int PatchFromCache() => _cache.TryPatch(1, new RouteShape(_instructions), 0)!.Message.Length;

    /// <summary>The same with the writing of the instructions, of which the lists are the same as before.</summary>
    [Benchmark]
    public int WriteAndPatch()
    {
        WriteRoute();
        return PatchFromCache();
    }

    [Benchmark]
    public int Read() =>
        TransactionReader.TryRead(System.MemoryExtensions.AsSpan(_bytes, 0, _length), out TransactionView view)
            == TransactionReadStatus.Ok ? view.Facts.AccountCount : -1;

    [Benchmark]
    public int ChooseTables() => _chooser.Choose(_instructions, _payer, _tables, _chosen);

    private void WriteRoute()
    {
        ComputeBudget.WriteUnitLimit(_instructions[0], 400_000);
        ComputeBudget.WriteUnitPrice(_instructions[1], 10_000);
        for (int leg = 0; leg < 3; leg++)
        {
            InstructionBuffer swap = _instructions[2 + leg];
            swap.Reset(in _programs[leg]);
            swap.Add(_payer, AccountFlags.Signer | AccountFlags.Writable);
            for (int i = 0; i < 14; i++) swap.Add(in _keys[(leg * 12) + i], (AccountFlags)(i & 1));
            swap.WriteUInt64(0x1122334455667788);
            swap.WriteUInt64(1_000_000);
            swap.WriteUInt64(1);
        }

        SystemTransfer.Write(_instructions[5], _payer, TipAccounts.Pick(0), 10_000);
    }

    private MessageRequest Request() => new()
    {
        Version = MessageVersion.V0,
        Payer = _payer,
        Blockhash = _payer,
        Instructions = _instructions,
        Tables = _tables,
    };

    private static Pubkey Key(int number)
    {
        System.Span<byte> bytes = stackalloc byte[32];
        for (int i = 0; i < 32; i++) bytes[i] = (byte)((number * (i + 3)) ^ (number >> (i & 7)));
        System.BitConverter.TryWriteBytes(bytes, number);
        return Pubkey.Read(bytes);
    }
}
