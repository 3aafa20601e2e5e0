using System.Net;
using Propolis.Crucible.Downstairs;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Volumes;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Volumes;

/// <summary>Three served regions on loopback in a directory of their own.</summary>
sealed class ThreeDownstairs(RegionDefinition definition, TlsFiles? tls = null) : IAsyncDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("crucible-volume-").FullName;
    readonly DownstairsServer?[] _servers = new DownstairsServer?[4];
    readonly int[] _ports = new int[4];

    public List<string> Log { get; } = [];

    public IPEndPoint TargetOf(int index) => new(IPAddress.Loopback, _ports[index]);

    /// <summary>A region's directory.</summary>
    public string FolderOf(int index) => Path.Combine(_root, $"{index}");

    public async Task StartAllAsync()
    {
        for (var i = 0; i < 3; i++)
            await StartAsync(i);
    }

    /// <summary>Starts one, making its region at first; index 3 is a spare.</summary>
    public async Task StartAsync(int index, bool readOnly = false)
    {
        var directory = FolderOf(index);
        if (!Directory.Exists(directory))
            Region.Create(new HostFileTree(), directory, definition with { Uuid = new Guid(index + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) });
        _servers[index] = await DownstairsServer.StartAsync(new DownstairsServerOptions
        {
            Directory = directory,
            Address = IPAddress.Loopback,
            Port = _ports[index],
            RepairPort = 0,
            ReadOnly = readOnly,
            Tls = tls,
            Log = Note,
        });
        _ports[index] = _servers[index]!.DataAddress.Port;
    }

    public async Task StopAsync(int index)
    {
        await _servers[index]!.DisposeAsync();
        _servers[index] = null;
    }

    public RegionSet Open(ulong generation, Func<UpstairsOptions, UpstairsOptions>? adjust = null, Func<RegionSetOptions, RegionSetOptions>? around = null)
    {
        var upstairs = new UpstairsOptions
        {
            UpstairsId = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001"),
            SessionId = Guid.NewGuid(),
            Targets = Enumerable.Range(0, 3).Select(TargetOf).ToList(),
            BlockSize = (uint)definition.BlockSize,
            BlocksPerExtent = definition.ExtentSize,
            ExtentCount = definition.ExtentCount,
            Encrypted = definition.Encrypted,
            ReconnectDelay = TimeSpan.FromMilliseconds(200),
        };
        var options = new RegionSetOptions { Upstairs = adjust?.Invoke(upstairs) ?? upstairs, Generation = generation, Log = Note };
        return new RegionSet(around?.Invoke(options) ?? options);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            if (server is not null)
                await server.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
    }

    public void Note(string line)
    {
        lock (Log)
            Log.Add(line);
    }
}
