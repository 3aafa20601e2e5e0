using System.Net;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Simulation;

/// <summary>One upstairs of a <see cref="World"/> and the guest above it.</summary>
sealed class SimulatedUpstairs : IUpstairsOutput
{
    readonly World _world;
    readonly Link?[] _links = new Link?[Protocol.ReplicaCount];
    readonly List<(int Replica, long Attempt)> _attempts = [];
    readonly List<int> _questions = [];
    readonly Dictionary<GuestRequest, Expectation> _expectations = [];

    public SimulatedUpstairs(World world, int number, ulong generation, bool sync)
    {
        (_world, Number, Generation) = (world, number, generation);
        var options = new UpstairsOptions
        {
            UpstairsId = World.Volume,
            SessionId = new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
            Targets = Enumerable.Range(0, 3).Select(i => new IPEndPoint(IPAddress.Loopback, 9800 + (10 * i))).ToList(),
            BlockSize = (uint)World.Definition.BlockSize,
            BlocksPerExtent = World.Definition.ExtentSize,
            ExtentCount = World.Definition.ExtentCount,
            Sync = sync,
            MaxOfflineJobs = 12,
            MaxJobs = 20,
            MaxUnflushedJobs = 40,
            SingleReadBytes = world.SingleReads ? (int)World.Definition.BlockSize * 2 : int.MaxValue,
            ReconnectDelay = TimeSpan.FromSeconds(2),
        };
        Core = new UpstairsCore(options, new BlockSeal((int)options.BlockSize, null, _ => { }), this);
        Core.Tick(world.Now);
        Core.Activate(generation);
    }

    public int Number { get; }

    public ulong Generation { get; }

    public UpstairsCore Core { get; }

    /// <summary>The process is gone; nothing of it counts any more.</summary>
    public bool Dead { get; set; }

    public bool IsActive => !Dead && Core.State == UpstairsState.Active;

    public bool WasFenced { get; private set; }

    public CrucibleError? ActivationError { get; private set; }

    public int Completed { get; private set; }

    public int Failed { get; private set; }

    public int Pending => _expectations.Count;

    /// <summary>Whether all replicas had to be made equal again while it was active: then unflushed writes may go.</summary>
    public bool Regressed { get; private set; }

    public bool HasAttempt => !Dead && _attempts.Count > 0;

    public bool HasQuestion => !Dead && _questions.Count > 0;

    public IEnumerable<Link> Links => _links.Where(link => link is { Broken: false })!;

    /// <summary>Lets one connection attempt succeed or fail.</summary>
    public void StepAttempt(Random random)
    {
        var index = random.Next(_attempts.Count);
        var (replica, attempt) = _attempts[index];
        _attempts.RemoveAt(index);
        var down = _world.Downstairs[replica];
        if (!down.Running)
        {
            Core.Disconnected(replica, attempt, "connection refused");
            return;
        }

        var link = new Link(this, replica, attempt, down);
        _links[replica] = link;
        down.Accept(link);
        Core.Connected(replica, attempt);
    }

    public void StepQuestion()
    {
        var replica = _questions[0];
        _questions.RemoveAt(0);
        Core.LeaseAnswered(replica, _world.Random.Next(4) == 0 ? LeaseAnswer.Unknown : Generation < _world.HighestGeneration ? LeaseAnswer.Lost : LeaseAnswer.Held);
    }

    public void Tick()
    {
        if (Core.State == UpstairsState.Active && Core.Replicas.All(r => r.State == ReplicaState.Reconcile))
            Regressed = true;
        Core.Tick(_world.Now);
    }

    public void Write(ulong block, int count)
    {
        var values = new List<int>();
        var data = new byte[count * (int)World.Definition.BlockSize];
        for (var i = 0; i < count; i++)
        {
            values.Add(_world.Model.Write(block + (ulong)i, this));
            World.Fill(data.AsSpan(i * 512, 512), values[i]);
        }

        var request = new GuestRequest { Kind = GuestRequestKind.Write, Start = block, Buffer = data };
        Submit(request, new Expectation { Block = block, Values = values });
    }

    public void Read(ulong block, int count) => Submit(
        new GuestRequest { Kind = GuestRequestKind.Read, Start = block, Buffer = new byte[count * (int)World.Definition.BlockSize] },
        new Expectation { Block = block, Seen = _world.Model.Snapshot(block, count) });

    public void Flush() => Submit(
        new GuestRequest { Kind = GuestRequestKind.Flush }, new Expectation { Acknowledged = _world.Model.AcknowledgedBy(this) });

    void Submit(GuestRequest request, Expectation expectation)
    {
        expectation.AfterDisplacement = _world.IsDisplaced(this);
        _expectations.Add(request, expectation);
        Core.Submit(request);
    }

    void IUpstairsOutput.Connect(int replica, long attempt, IPEndPoint target)
    {
        _attempts.RemoveAll(a => a.Replica == replica);
        _attempts.Add((replica, attempt));
    }

    void IUpstairsOutput.Disconnect(int replica)
    {
        _attempts.RemoveAll(a => a.Replica == replica);
        if (_links[replica] is { } link)
            _world.Defer(link.CloseFromUpstairs);
        _links[replica] = null;
    }

    FrameBuffer IUpstairsOutput.To(int replica) => _links[replica]?.UpOut ?? new FrameBuffer();

    void IUpstairsOutput.Complete(GuestRequest request, CrucibleError? error)
    {
        if (Dead)
            return;
        if (!_expectations.Remove(request, out var expectation))
            Assert.Fail($"{_world}: a request was completed twice");
        if (request.Kind == GuestRequestKind.Flush && error is null)
            _world.Note($"up{Number} flushed {string.Join(' ', expectation.Acknowledged.Select(p => $"{p.Key}={p.Value}"))}; {_world.Holds()}; block 0: {_world.Values(0)}");
        Completed += error is null ? 1 : 0;
        Failed += error is null ? 0 : 1;
        if (error is null)
            _world.Check(this, request, expectation!);
        if (request.Kind == GuestRequestKind.Flush && error is not null)
            _world.Model.FailUnflushed(this);
        for (var i = 0; error is not null && i < expectation!.Values.Count; i++)
            _world.Model.Fail(expectation.Block + (ulong)i, expectation.Values[i]);
    }

    void IUpstairsOutput.Finished(UpstairsState wanted, CrucibleError? error)
    {
        _world.Note($"up{Number} gen {Generation} {wanted}: {error?.ToString() ?? "ok"}");
        ActivationError = error;
        if (wanted == UpstairsState.Active && error is null)
            _world.Activated(this);
    }

    void IUpstairsOutput.AskLease(int replica, ulong generation) => _questions.Add(replica);

    void IUpstairsOutput.Fenced(ulong newGeneration)
    {
        WasFenced = true;
        _world.Note($"up{Number} gen {Generation} fenced by {newGeneration}");
        if (newGeneration <= Generation)
            Assert.Fail($"{_world}: fenced by {newGeneration}");
    }

    void IUpstairsOutput.Log(string message)
    {
        if (Core.State == UpstairsState.Active && Core.Replicas.All(r => r.Mode == ReplicaMode.Faulted))
            Regressed = true;
        _world.Note($"up{Number} {message}");
    }
}
