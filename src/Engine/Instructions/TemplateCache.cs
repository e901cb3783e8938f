using System;
using System.Numerics;
using LowLatency.Engine.Solana;

namespace LowLatency.Engine.Instructions;

/// <summary>
/// Messages built before, to be patched instead of compiled again. A template fits if the freshly written instructions
/// have the same programs, the same accounts with the same privileges in the same order, and data of the same lengths:
/// then, and only then, a fresh build differs in instruction data (and the budget in a version 1 header) alone, which
/// is copied to its place. A venue
/// whose account list depends on the amount (tick and bin arrays) thus never gets a stale list; it gets a second
/// template. A message with lookup tables also needs the tables unchanged.
/// Owner: the market group's thread. Bound: a fixed number of templates, at most eight of them of one route; a new one
/// takes the place that is free or the least recently used. About 5 KB each, 8 KB where version 1 is allowed, in three
/// arrays of which only the places in use are touched; what goes beyond the usual size has a region of its own.
/// PERF: a list that its buffer still holds is known by the buffer's version; else comparing 60 accounts is 2 KB of
/// sequential reads; compiling hashes and orders them (TransactionBench). Any place may hold any route: in sets of
/// four, 53 of a lap's 1,400 messages met a full set among 256 empty places.
/// </summary>
public sealed class TemplateCache
{
    /// <summary>Templates of one route: it has few selections of arrays at a time.</summary>
    public const int MaxOfRoute = 8;

    private readonly RouteTemplate[] _templates;
    private readonly RouteTemplate _scratch;
    private readonly int[] _heads; // first place of each bucket, plus one; 0 = none
    private readonly int[] _next; // next place of the same bucket, plus one
    private readonly ulong[] _digests;
    private readonly int[] _newer; // a ring in order of use; the last entry is its end, free places come first
    private readonly int[] _older;

    /// <summary>
    /// A cache of <paramref name="capacity"/> templates; 0 keeps none. No transaction is larger than
    /// <paramref name="bytesMax"/>.
    /// </summary>
    public TemplateCache(int capacity, int bytesMax = MessageLimits.V1Bytes)
    {
        int count = Math.Max(capacity, 0);
        byte[] bytes = GC.AllocateArray<byte>((count + 1) * bytesMax, pinned: true);
        AccountMeta[] accounts = new AccountMeta[(count + 1) * RouteTemplate.RoomReferences];
        RoutePart[] parts = new RoutePart[(count + 1) * RouteTemplate.RoomInstructions];
        _templates = new RouteTemplate[count];
        RouteTemplate At(int place) => new(place, count + 1, accounts, parts, bytes, bytesMax);
        for (int i = 0; i < count; i++) _templates[i] = At(i);
        _scratch = At(count);
        _heads = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(count * 2, 1))];
        (_next, _digests, _newer, _older) = (new int[count], new ulong[count], new int[count + 1], new int[count + 1]);
        for (int i = 0; i <= count; i++) (_newer[i], _older[i]) = (i == count ? 0 : i + 1, i == 0 ? count : i - 1);
    }

    /// <summary>Templates it can hold.</summary>
    public int Capacity => _templates.Length;

    /// <summary>A template beside the cache, for a message that is not kept.</summary>
    internal RouteTemplate Scratch => _scratch;

    /// <summary>Messages patched.</summary>
    public long Hits { get; private set; }

    /// <summary>Messages built afresh.</summary>
    public long Misses { get; private set; }

    /// <summary>Of these, places taken from another message.</summary>
    public long Evictions { get; private set; }

    /// <summary>
    /// The patched template of a route, ready to be copied; null if none fits and the message must be built.
    /// </summary>
    public RouteTemplate? TryPatch(ulong routeDigest, in RouteShape shape, uint tablesVersion)
    {
        int place = Find(routeDigest, in shape, tablesVersion);
        if (place < 0) return null;
        _templates[place].Patch(in shape);
        MoveBetween(place, _older[_templates.Length], _templates.Length);
        Hits++;
        return _templates[place];
    }

    /// <summary>True if a template of the route fits; nothing is patched or counted.</summary>
    internal bool HasFitting(ulong routeDigest, in RouteShape shape, uint tablesVersion) =>
        Find(routeDigest, in shape, tablesVersion) >= 0;

    /// <summary>A place to build a route's message in; what was there is gone.</summary>
    public RouteTemplate Claim(ulong routeDigest)
    {
        Misses++;
        if (_templates.Length == 0) return _scratch;
        int place = LeastUsed(routeDigest);
        if (_templates[place].IsBuilt) Evictions++;
        _templates[place].Clear();
        Unlink(place);
        ref int head = ref Head(routeDigest);
        (_digests[place], _next[place]) = (routeDigest, head);
        head = place + 1;
        MoveBetween(place, _older[_templates.Length], _templates.Length);
        return _templates[place];
    }

    /// <summary>Gives back a place whose message could not be built, so that the next takes no second one.</summary>
    public void Release(RouteTemplate template)
    {
        template.Clear();
        if (template != _scratch) MoveBetween(template.Place, _templates.Length, _newer[_templates.Length]);
    }

    private ref int Head(ulong routeDigest) => ref _heads[(int)routeDigest & (_heads.Length - 1)];

    private int Find(ulong routeDigest, in RouteShape shape, uint tablesVersion)
    {
        int place = Head(routeDigest) - 1;
        for (; place >= 0; place = _next[place] - 1)
        {
            if (_digests[place] == routeDigest && _templates[place].Fits(in shape, tablesVersion)) break;
        }

        return place;
    }

    /// <summary>Of the route's places if it has all that one may have, else of all.</summary>
    private int LeastUsed(ulong routeDigest)
    {
        int ownCount = 0;
        for (int i = Head(routeDigest) - 1; i >= 0; i = _next[i] - 1)
        {
            if (_digests[i] == routeDigest) ownCount++;
        }

        int place = _newer[_templates.Length];
        if (ownCount < MaxOfRoute) return place;
        while (_digests[place] != routeDigest) place = _newer[place];
        return place;
    }

    /// <summary>Moves a place between two others that are next to each other in the order of use.</summary>
    private void MoveBetween(int place, int older, int newer)
    {
        if (place == older || place == newer) return;
        (_newer[_older[place]], _older[_newer[place]]) = (_newer[place], _older[place]);
        (_older[place], _newer[place]) = (older, newer);
        (_newer[older], _older[newer]) = (place, place);
    }

    private void Unlink(int place)
    {
        ref int link = ref Head(_digests[place]);
        while (link != 0 && link != place + 1) link = ref _next[link - 1];
        if (link != 0) link = _next[place]; // a place that never held a message is in no bucket
    }
}

/// <summary>
/// A route's transaction as instructions, in the form of every version: version 1 has the compute budget in its header,
/// the others as the first instructions. Borrowed: valid only during the call.
/// </summary>
/// <param name="instructions">All instructions, those of the compute budget first.</param>
/// <param name="budgetCount">Number of compute budget instructions.</param>
/// <param name="config">The same budget as a header.</param>
public readonly ref struct RouteShape(
    ReadOnlySpan<InstructionBuffer> instructions, int budgetCount = 0, MessageConfig config = default)
{
    /// <summary>All instructions.</summary>
    public ReadOnlySpan<InstructionBuffer> Instructions { get; } = instructions;

    /// <summary>Compute budget of version 1.</summary>
    public MessageConfig Config { get; } = config;

    /// <summary>The instructions a message of a version carries.</summary>
    public ReadOnlySpan<InstructionBuffer> Of(MessageVersion version) =>
        version == MessageVersion.V1 ? Instructions[budgetCount..] : Instructions;
}

/// <summary>One message of the cache: its template and the shape it was built from.</summary>
public sealed class RouteTemplate
{
    /// <summary>
    /// Most account references of a shape; a larger message is built, but not kept. Six swaps of 20 accounts have 120.
    /// </summary>
    public const int MaxReferences = 144;

    /// <summary>Room for references: the usual ones, and all of a shape that has more.</summary>
    internal const int RoomReferences = UsualReferences + MaxReferences;

    /// <summary>Most instructions of a shape, likewise.</summary>
    internal const int MaxInstructions = 24;

    /// <summary>Room for instructions: the usual ones, and all of a shape that has more.</summary>
    internal const int RoomInstructions = UsualInstructions + MaxInstructions;

    private const int UsualInstructions = 10;

    /// <summary>
    /// Room side by side with the other templates'. What does not fit goes behind all of these, where most templates
    /// never touch memory.
    /// </summary>
    private const int UsualReferences = 64;

    private readonly TransactionTemplate _template;
    private readonly AccountMeta[] _accounts;
    private readonly RoutePart[] _parts;
    private readonly int _firstAccount;
    private readonly int _firstFurther;
    private readonly int _usualParts;
    private readonly int _furtherParts;
    private int _firstPart;
    private int _count;
    private uint _tablesVersion;

    /// <summary>A template in its place among <paramref name="count"/> of a cache, which share the arrays.</summary>
    internal RouteTemplate(
        int place, int count, AccountMeta[] accounts, RoutePart[] parts, byte[] bytes, int bytesMax)
    {
        Place = place;
        _template = new TransactionTemplate(bytes, place * bytesMax, bytesMax, pointsMax: 0);
        (_accounts, _firstAccount) = (accounts, place * UsualReferences);
        _firstFurther = (count * UsualReferences) + (place * MaxReferences);
        (_parts, _usualParts) = (parts, place * UsualInstructions);
        _furtherParts = (count * UsualInstructions) + (place * MaxInstructions);
    }

    /// <summary>Its number in the cache.</summary>
    internal int Place { get; }

    /// <summary>True if it holds a message that may be patched.</summary>
    public bool IsBuilt => _count != 0;

    /// <summary>Version of the message.</summary>
    public MessageVersion Version { get; private set; }

    /// <summary>The message: the bytes that are signed.</summary>
    public ReadOnlySpan<byte> Message => _template.Message;

    /// <summary>Builds the message afresh and remembers the shape.</summary>
    public MessageStatus Build(MessageWriter writer, in MessageRequest request, uint tablesVersion)
    {
        _count = 0;
        MessageStatus status = _template.Build(writer, in request);
        if (status != MessageStatus.Ok) return status;
        Version = request.Version;
        _tablesVersion = tablesVersion;
        if (TryKeepShape(writer, request.Instructions)) _count = request.Instructions.Length;
        return MessageStatus.Ok;
    }

    /// <summary>True if a fresh build of the instructions would differ from this message in data only.</summary>
    internal bool Fits(in RouteShape shape, uint tablesVersion)
    {
        ReadOnlySpan<InstructionBuffer> instructions = shape.Of(Version);
        if (_count == 0 || instructions.Length != _count) return false;
        if (Version == MessageVersion.V0 && _tablesVersion != tablesVersion) return false;
        if (Version == MessageVersion.V1 && !_template.CanPatch(shape.Config)) return false;
        Span<RoutePart> parts = Parts;
        for (int i = 0; i < instructions.Length; i++)
        {
            InstructionBuffer instruction = instructions[i];
            ref RoutePart part = ref parts[i];
            if (instruction.Overflowed || instruction.DataLength != part.DataLength) return false;
            if (instruction.AccountCount != part.AccountCount) return false;
            if (part.Source == instruction && part.ListVersion == instruction.ListVersion) continue;
            if (!Pubkey.AreSame(in instruction.ProgramId, in part.Program)) return false;
            if (!AccountMeta.AreSame(instruction.Accounts, _accounts.AsSpan(part.FirstAccount, part.AccountCount)))
                return false;
            (part.Source, part.ListVersion) = (instruction, instruction.ListVersion);
        }

        return true;
    }

    /// <summary>Copies the instructions' data, and the budget of version 1, to their places.</summary>
    internal void Patch(in RouteShape shape)
    {
        ReadOnlySpan<InstructionBuffer> instructions = shape.Of(Version);
        if (Version == MessageVersion.V1) _template.PatchConfig(shape.Config);
        Span<byte> room = _template.Room;
        ReadOnlySpan<RoutePart> parts = Parts;
        for (int i = 0; i < instructions.Length; i++) instructions[i].Data.CopyTo(room[parts[i].DataOffset..]);
    }

    /// <summary>Writes the recent blockhash.</summary>
    internal void PatchBlockhash(in Pubkey blockhash) => _template.PatchBlockhash(in blockhash);

    /// <summary>Forgets the message.</summary>
    internal void Clear() => _count = 0;

    private Span<RoutePart> Parts => _parts.AsSpan(_firstPart, _count);

    private bool TryKeepShape(MessageWriter writer, ReadOnlySpan<InstructionBuffer> instructions)
    {
        if (instructions.Length > MaxInstructions) return false;
        _firstPart = instructions.Length <= UsualInstructions ? _usualParts : _furtherParts;
        (int end, int references) = (_firstAccount, 0);
        for (int i = 0; i < instructions.Length; i++)
        {
            InstructionBuffer instruction = instructions[i];
            references += instruction.AccountCount;
            if (references > MaxReferences) return false;
            bool isUsual = end <= _firstAccount + UsualReferences;
            if (isUsual && end + instruction.AccountCount > _firstAccount + UsualReferences) end = _firstFurther;
            instruction.Accounts.CopyTo(_accounts.AsSpan(end));
            _parts[_firstPart + i] = new RoutePart
            {
                Program = instruction.ProgramId,
                FirstAccount = end,
                AccountCount = instruction.AccountCount,
                DataOffset = _template.Layout.MessageOffset + writer.DataOffset(i),
                DataLength = instruction.DataLength,
                Source = instruction,
                ListVersion = instruction.ListVersion,
            };
            end += instruction.AccountCount;
        }

        return true;
    }
}

/// <summary>One instruction of a template's shape, and where its data lies in the message.</summary>
internal struct RoutePart
{
    /// <summary>Program that executes it.</summary>
    public Pubkey Program;

    /// <summary>Place of its accounts in the cache's array.</summary>
    public int FirstAccount;

    /// <summary>How many they are.</summary>
    public int AccountCount;

    /// <summary>Place of its data in the transaction.</summary>
    public int DataOffset;

    /// <summary>Bytes of it.</summary>
    public int DataLength;

    /// <summary>Buffer that last held this program and these accounts.</summary>
    public InstructionBuffer Source;

    /// <summary>Its version then.</summary>
    public long ListVersion;
}
