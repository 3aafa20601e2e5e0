using Propolis.Crucible.Tests.Extents;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Simulation;

/// <summary>
/// Three downstairs, any number of upstairs, one clock and one seed. Each step lets one thing happen: a frame arrives, a link
/// breaks, a process dies, time passes, a guest asks.
/// </summary>
sealed class World
{
    public static readonly Guid Volume = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001");
    public static readonly RegionDefinition Definition = new(512, 4, 4, Guid.Empty, Encrypted: false);

    readonly int _seed;
    readonly List<string> _notes = [];
    readonly Queue<Action> _deferred = new();
    readonly List<SimulatedUpstairs> _upstairs = [];

    // Extents of which power cuts tore a block at two replicas: blocks are overwritten in place, so that what was flushed of them may be gone with
    // both, and the third may be old. Nothing is promised of these then but that no read returns what was never written.
    readonly HashSet<uint> _tornTwice = [];

    SimulatedUpstairs? _lastActivated;

    public World(int seed, bool forgetful = false)
    {
        _seed = seed;
        Random = new Random(seed);
        Downstairs = Enumerable.Range(0, 3)
            .Select(i => new SimulatedDownstairs(this, i, Definition with { Uuid = new Guid(i + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) }) { Forgetful = forgetful })
            .ToArray();
    }

    public Random Random { get; }

    public TimeSpan Now { get; private set; }

    public SimulatedDownstairs[] Downstairs { get; }

    public IReadOnlyList<SimulatedUpstairs> Upstairs => _upstairs;

    public BlockModel Model { get; } = new();

    public ulong HighestGeneration { get; private set; }

    /// <summary>Chances in a thousand that a step breaks a link, kills a downstairs, or cuts its power.</summary>
    public (int Break, int Kill, int PowerCut) Trouble { get; set; }

    /// <summary>A replica to and from which only one frame in this many gets through; none when the number is 0.</summary>
    public (int Replica, int OneIn)? Slow { get; set; }

    /// <summary>Whether large reads go to one replica.</summary>
    public bool SingleReads { get; init; } = true;

    public static void Fill(Span<byte> block, int value)
    {
        block.Clear();
        BitConverter.TryWriteBytes(block, value);
        BitConverter.TryWriteBytes(block[^4..], value);
    }

    public SimulatedUpstairs StartUpstairs(ulong generation, bool sync = false)
    {
        HighestGeneration = Math.Max(HighestGeneration, generation);
        var up = new SimulatedUpstairs(this, _upstairs.Count + 1, generation, sync);
        _upstairs.Add(up);
        return up;
    }

    public void KillUpstairs(SimulatedUpstairs up)
    {
        Note($"up{up.Number} dies");
        up.Dead = true;
        foreach (var link in up.Links.ToList())
            link.CloseFromUpstairs();
    }

    /// <summary>A downstairs is lost for ever; an empty one takes its place.</summary>
    public void Replace(int index)
    {
        Note($"ds{index} is replaced by an empty one");
        Downstairs[index].Replace(Definition with { Uuid = new Guid(100 + _notes.Count, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) });
    }

    public void Note(string what)
    {
        _notes.Add($"{Now.TotalSeconds:F1}s {what}");
    }

    public void Defer(Action action) => _deferred.Enqueue(action);

    public void Activated(SimulatedUpstairs up)
    {
        if (_lastActivated is not null && _lastActivated != up && up.Generation <= _lastActivated.Generation)
            Assert.Fail($"{this}: generation {up.Generation} became active after {_lastActivated?.Generation}");
        _lastActivated = up;
        Note($"block 0: {Values(0)}");
    }

    public bool IsDisplaced(SimulatedUpstairs up) => _lastActivated is { } last && last != up && last.Generation > up.Generation;

    /// <summary>One thing happens.</summary>
    public void Step()
    {
        var chance = Random.Next(1000);
        if (chance < Trouble.Break)
            BreakLink();
        else if (chance < Trouble.Break + Trouble.Kill + Trouble.PowerCut)
            KillDownstairs(chance >= Trouble.Break + Trouble.Kill);
        else
            Proceed();
        Settle();
    }

    /// <summary>Steps without trouble until something holds.</summary>
    public void RunUntil(Func<bool> holds, string what, int limit = 60000)
    {
        Trouble = default;
        for (var step = 0; step < limit; step++)
        {
            if (holds())
                return;
            Step();
            RestartDownstairs(always: true);
        }

        Assert.Fail($"{this}: not reached: {what}");
    }

    public void Check(SimulatedUpstairs by, GuestRequest request, Expectation expected)
    {
        if (request.Kind == GuestRequestKind.Write)
        {
            for (var i = 0; i < expected.Values.Count; i++)
                Model.Acknowledge(expected.Block + (ulong)i, expected.Values[i]);
            return;
        }

        if (expected.AfterDisplacement)
            Assert.Fail($"{this}: up{by.Number} succeeded in a {request.Kind} asked for after it was displaced");
        if (request.Kind == GuestRequestKind.Flush)
        {
            Model.RaiseFloor(expected.Acknowledged);
            return;
        }

        for (var i = 0; i < expected.Seen.Count; i++)
            CheckBlock(by, expected.Block + (ulong)i, request.Buffer.Span.Slice(i * 512, 512), expected.Seen[i]);
    }

    /// <summary>What every downstairs holds, for failures.</summary>
    public string Holds() => string.Join(" | ", Downstairs.Where(d => d.Running).Select(d => $"ds{d.Index} " + string.Join(" ", Enumerable.Range(0, 4).Select(e =>
        d.Region.IsOpen((uint)e) ? $"{d.Region.VersionOf((uint)e).Generation}.{d.Region.VersionOf((uint)e).FlushNumber}{(d.Region.VersionOf((uint)e).Dirty ? "*" : "")}" : "closed"))));

    /// <summary>What every downstairs has in a block, for failures.</summary>
    public string Values(ulong block) => string.Join(" ", Downstairs.Where(d => d.Running).Select(d =>
        d.Region.ReadBlock(block) is { Error: null } found ? $"{BitConverter.ToInt32(found.Data)}/{found.Context.Kind}" : "-"));

    public override string ToString() =>
        $"seed {_seed}\n" + string.Join("\n", _notes.TakeLast(60)) + "\n" + string.Join("\n", _upstairs.Where(u => !u.Dead).Select(u =>
            $"up{u.Number} {u.Core.State} pending {u.Pending} kept {u.Core.KeptJobs} held {u.Core.HeldRequests} [{string.Join(", ", u.Core.Replicas.Select(r => $"{r.State}/{r.Mode}/{r.UnfinishedJobs}"))}] {u.Core.ActivationWait}\n  "
            + string.Join("\n  ", u.Core.Work.Where(j => j.States.Any(s => s is JobState.InProgress or JobState.Waiting)).Take(12))));

    void CheckBlock(SimulatedUpstairs by, ulong block, Span<byte> data, (int Oldest, int Newest) seen)
    {
        var value = BitConverter.ToInt32(data);
        var whole = new byte[512];
        Fill(whole, value);
        if (!data.SequenceEqual(whole))
            Assert.Fail($"{this}: block {block} is a mixture");
        seen = Model.Legal(block, seen, by);
        if ((!_tornTwice.Contains((uint)(block / Definition.ExtentSize)) && (value < seen.Oldest || value > seen.Newest)) || !Model.WasWritten(block, value))
            Assert.Fail($"{this}: up{by.Number} read {value} from block {block}; legal are {seen.Oldest} to {seen.Newest}; {Values(block)}");
    }

    void BreakLink()
    {
        var links = _upstairs.Where(u => !u.Dead).SelectMany(u => u.Links).ToList();
        if (links.Count == 0)
            return;
        var link = links[Random.Next(links.Count)];
        Note($"link up{link.Up.Number}-ds{link.Replica} breaks");
        link.Break("the link broke");
    }

    void KillDownstairs(bool powerCut)
    {
        var down = Downstairs[Random.Next(3)];
        if (!down.Running)
            return;
        Note($"ds{down.Index} {(powerCut ? "loses its power" : "is killed")}");
        down.Kill(powerCut ? Random : null);
    }

    void RestartDownstairs(bool always = false)
    {
        foreach (var down in Downstairs.Where(d => !d.Running))
        {
            if (always || Random.Next(40) == 0)
            {
                Note($"ds{down.Index} starts");
                down.Start();
                for (var extent = 0u; extent < Definition.ExtentCount; extent++)
                {
                    if (Downstairs.Count(d => d.Running && d.Region.DamagedBlocks(extent).Count > 0) > 1)
                        _tornTwice.Add(extent);
                }
            }
        }
    }

    void Proceed()
    {
        var choices = new List<Action>();
        foreach (var up in _upstairs.Where(u => !u.Dead))
        {
            if (up.HasAttempt)
                choices.Add(() => up.StepAttempt(Random));
            if (up.HasQuestion)
                choices.Add(up.StepQuestion);
            foreach (var link in up.Links.Where(l => l.HasTraffic && IsItsTurn(l)))
            {
                choices.Add(() => link.Deliver(Random));
                choices.Add(() => link.Deliver(Random));
            }
        }

        foreach (var down in Downstairs.Where(d => d is { Running: true, HasFetch: true }))
            choices.Add(() => down.StepFetch(Random));
        if (choices.Count == 0 || Random.Next(25) == 0)
            PassTime();
        else
            choices[Random.Next(choices.Count)]();
    }

    bool IsItsTurn(Link link) => Slow is not { } slow || link.Replica != slow.Replica || (slow.OneIn > 0 && Random.Next(slow.OneIn) == 0);

    void PassTime()
    {
        Now += TimeSpan.FromMilliseconds(Random.Next(1, 800));
        foreach (var up in _upstairs.Where(u => !u.Dead).ToList())
            up.Tick();
        foreach (var down in Downstairs.Where(d => d.Running))
            down.Core.Tick(Now);
        RestartDownstairs();
    }

    void Settle()
    {
        while (_deferred.TryDequeue(out var action))
            action();
        foreach (var link in _upstairs.SelectMany(u => u.Links))
            link.Collect();
    }
}
