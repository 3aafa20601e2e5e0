using System.Net;
using Propolis.Crucible.Downstairs;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Tests.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Downstairs;

/// <summary>A downstairs with files in memory and connections by name. Fetches copy from the harness at that address.</summary>
sealed class DownstairsHarness : IDownstairsOutput, ISnapshots
{
    public const string Root = "/region";

    readonly Dictionary<ConnectionId, FrameBuffer> _output = [];
    readonly Dictionary<ConnectionId, string> _closed = [];
    readonly Dictionary<string, ConnectionId> _names = [];
    readonly Queue<(long Token, uint Extent, IPEndPoint Source)> _fetches = new();
    readonly DownstairsOptions _options;
    long _nextConnection;

    public DownstairsHarness(RegionDefinition definition, DownstairsOptions? options = null, bool readOnly = false, Action<Region>? prepare = null)
    {
        _options = options ?? new DownstairsOptions { RepairAddress = IPEndPoint.Parse("127.0.0.1:18810") };
        Region.Create(Files, Root, definition);
        if (prepare is not null)
        {
            using var region = Region.Open(Files, Root, readOnly: false);
            prepare(region);
        }

        Region = Region.Open(Files, Root, readOnly);
        Core = new DownstairsCore(Region, _options, this, this);
    }

    public CrashingFileTree Files { get; private set; } = new();

    public Region Region { get; private set; }

    public DownstairsCore Core { get; private set; }

    public List<string> Logs { get; } = [];

    public List<string> Snapshots { get; } = [];

    public CrucibleError? SnapshotError { get; set; }

    public Dictionary<IPEndPoint, DownstairsHarness> Others { get; } = [];

    public FrameBuffer To(ConnectionId connection) => _output[connection];

    public void Close(ConnectionId connection, string reason) => _closed[connection] = reason;

    public void FetchExtent(long token, uint extent, IPEndPoint source) => _fetches.Enqueue((token, extent, source));

    public void Log(string message) => Logs.Add(message);

    CrucibleError? ISnapshots.Take(Region region, string name)
    {
        Snapshots.Add(name);
        return SnapshotError;
    }

    /// <summary>Sends a frame on a named connection, making it first if need be, and runs the fetches it causes.</summary>
    public void Send(string connection, byte[] frame)
    {
        if (!_names.TryGetValue(connection, out var id))
        {
            _names[connection] = id = new ConnectionId(++_nextConnection);
            _output[id] = new FrameBuffer();
            Core.Connect(id);
        }

        Core.Receive(id, frame);
        RunFetches();
    }

    public void Send<TMessage>(string connection, in TMessage message)
        where TMessage : IMessage, allows ref struct
    {
        var buffer = new FrameBuffer();
        buffer.Append(message);
        Send(connection, buffer.Written.ToArray());
    }

    public void Send(string connection, MessageKind kind)
    {
        var buffer = new FrameBuffer();
        buffer.Append(kind);
        Send(connection, buffer.Written.ToArray());
    }

    /// <summary>All frames answered on a connection since the last call.</summary>
    public List<byte[]> Answers(string connection)
    {
        var buffer = _output[_names[connection]];
        var frames = new List<byte[]>();
        for (var rest = buffer.Written; !rest.IsEmpty; rest = rest[frames[^1].Length..])
            frames.Add(rest[..BitConverter.ToInt32(rest)].ToArray());
        buffer.Clear();
        return frames;
    }

    /// <summary>The one answer since the last call, as <typeparamref name="TMessage"/>.</summary>
    public TMessage Answer<TMessage>(string connection)
        where TMessage : IMessage<TMessage>
    {
        var frame = Assert.Single(Answers(connection));
        Assert.True(FrameReader.TryRead<TMessage>(frame, out var message));
        return message;
    }

    /// <summary>Why a connection was closed, or null.</summary>
    public string? ClosedBecause(string connection) => _closed.GetValueOrDefault(_names[connection]);

    public void Disconnect(string connection)
    {
        Core.Disconnect(_names[connection]);
        _names.Remove(connection);
    }

    /// <summary>The process ends and starts again; with a power cut unsynced writes are lost.</summary>
    public void Restart(Random? powerCut = null)
    {
        Region.Dispose();
        if (powerCut is not null)
            Files = Files.Recover(powerCut);
        _names.Clear();
        Region = Region.Open(Files, Root, Region.ReadOnly);
        Core = new DownstairsCore(Region, _options, this, this);
    }

    /// <summary>Greets, promotes and asks for the geometry and versions, as a fresh upstairs does.</summary>
    public void Activate(string connection, Promotion who, bool readOnly = false, bool encrypted = false)
    {
        Send(connection, new HereIAm
        {
            Version = Protocol.Version,
            UpstairsId = who.UpstairsId,
            SessionId = who.SessionId,
            Generation = who.Generation,
            ReadOnly = readOnly,
            Encrypted = encrypted,
        });
        Send(connection, who);
        if (ClosedBecause(connection) is not null)
            return;
        Send(connection, MessageKind.RegionInfoPlease);
        Send(connection, MessageKind.ExtentVersionsPlease);
        Answers(connection);
    }

    void RunFetches()
    {
        while (_fetches.TryDequeue(out var fetch))
        {
            if (!Others.TryGetValue(fetch.Source, out var other) || other.Region.IsOpen(fetch.Extent))
            {
                Core.FetchFinished(fetch.Token, CrucibleError.Of(CrucibleErrorKind.RepairRequestError, "nobody there"));
                continue;
            }

            var directory = RepairRecovery.Begin(Files, Region.Paths, fetch.Extent);
            using (var file = Files.Create(Path.Combine(directory, RegionPaths.ExtentName(fetch.Extent))))
            {
                file.Write(0, other.Files.Content(other.Region.Paths.Extent(fetch.Extent)));
                file.Sync();
            }

            Core.FetchFinished(fetch.Token, null);
        }
    }
}
