using System.Net;
using Propolis.Crucible.Downstairs;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Tests.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Simulation;

/// <summary>One downstairs of a <see cref="World"/>: it can be killed, lose its power, and be slow.</summary>
sealed class SimulatedDownstairs : IDownstairsOutput, ISnapshots
{
    const string Root = "/region";
    readonly World _world;
    readonly Dictionary<ConnectionId, Link> _links = [];
    readonly List<Fetch> _fetches = [];
    long _nextConnection;

    public SimulatedDownstairs(World world, int index, RegionDefinition definition)
    {
        (_world, Index) = (world, index);
        Region.Create(Files, Root, definition);
        Start();
    }

    public int Index { get; }

    public bool Running { get; private set; }

    /// <summary>Forgets generations when any connection closes, as the original does.</summary>
    public bool Forgetful { get; init; }

    public CrashingFileTree Files { get; private set; } = new();

    public Region Region { get; private set; } = null!;

    public DownstairsCore Core { get; private set; } = null!;

    public static IPEndPoint RepairAddressOf(int index) => new(IPAddress.Loopback, 13800 + (10 * index));

    public void Start()
    {
        Region = Region.Open(Files, Root, readOnly: false);
        Core = new DownstairsCore(Region, new DownstairsOptions { RepairAddress = RepairAddressOf(Index) }, this, this);
        Running = true;
    }

    /// <summary>The process dies; with <paramref name="powerCut"/> the machine too.</summary>
    public void Kill(Random? powerCut)
    {
        Running = false;
        foreach (var link in _links.Values.ToList())
            link.Break("the downstairs died");
        _links.Clear();
        _fetches.Clear();
        // Nothing is closed in an orderly way: what waited in memory is gone.
        if (powerCut is not null)
            Files = Files.Recover(powerCut);
    }

    /// <summary>The machine is gone for ever, and an empty region takes its place.</summary>
    public void Replace(RegionDefinition definition)
    {
        if (Running)
            Kill(null);
        Files = new();
        Region.Create(Files, Root, definition);
        Start();
    }

    public void Accept(Link link)
    {
        link.Connection = new ConnectionId(++_nextConnection);
        _links.Add(link.Connection, link);
        Core.Connect(link.Connection);
    }

    public void Receive(Link link, byte[] frame) => Core.Receive(link.Connection, frame);

    public void LinkBroken(Link link)
    {
        if (!_links.Remove(link.Connection))
            return;
        Core.Disconnect(link.Connection);
        if (Forgetful && Core.ActiveSessions == 0)
            Region.ForgetFence();
    }

    public bool HasFetch => _fetches.Count > 0;

    /// <summary>Copies one more half of one fetch.</summary>
    public void StepFetch(Random random)
    {
        var fetch = _fetches[random.Next(_fetches.Count)];
        var source = Array.Find(_world.Downstairs, d => RepairAddressOf(d.Index).Equals(fetch.Source));
        var failed = source is not { Running: true } || source.Region.IsOpen(fetch.Extent);
        if (!failed && fetch.FirstHalf is null)
        {
            var all = source!.Files.Content(source.Region.Paths.Extent(fetch.Extent));
            fetch.FirstHalf = all[..(all.Length / 2)];
            return;
        }

        _fetches.Remove(fetch);
        if (failed)
        {
            Core.FetchFinished(fetch.Token, CrucibleError.Of(CrucibleErrorKind.RepairRequestError, "the source is not there or open"));
            return;
        }

        var content = source!.Files.Content(source.Region.Paths.Extent(fetch.Extent));
        fetch.FirstHalf!.CopyTo(content, 0);
        var directory = RepairRecovery.Begin(Files, Region.Paths, fetch.Extent);
        using (var file = Files.Create(Path.Combine(directory, RegionPaths.ExtentName(fetch.Extent))))
        {
            file.Write(0, content);
            file.Sync();
        }

        Core.FetchFinished(fetch.Token, null);
    }

    FrameBuffer IDownstairsOutput.To(ConnectionId connection) => _links.TryGetValue(connection, out var link) ? link.DownOut : new FrameBuffer();

    void IDownstairsOutput.Close(ConnectionId connection, string reason)
    {
        _world.Note($"ds{Index} closes: {reason}");
        if (_links.Remove(connection, out var link))
            link.CloseFromDownstairs(reason);
        if (Forgetful && Core.ActiveSessions == 0)
            Region.ForgetFence();
    }

    void IDownstairsOutput.FetchExtent(long token, uint extent, IPEndPoint source) => _fetches.Add(new Fetch(token, extent, source));

    void IDownstairsOutput.Log(string message) => _world.Note($"ds{Index} {message}");

    CrucibleError? ISnapshots.Take(Region region, string name) => null;

    sealed record Fetch(long Token, uint Extent, IPEndPoint Source)
    {
        public byte[]? FirstHalf { get; set; }
    }
}
