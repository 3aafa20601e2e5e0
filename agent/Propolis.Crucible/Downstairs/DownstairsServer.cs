using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>
/// A downstairs on the network: a region, its core behind one lock, the data port and the repair HTTP server.
/// </summary>
public sealed class DownstairsServer : IDownstairsOutput, IAsyncDisposable
{
    const int FlushWidth = 8;

    readonly DownstairsServerOptions _options;
    readonly Region _region;
    readonly DownstairsCore _core;
    readonly ExtentFetch _fetch;
    readonly TcpListener _listener;
    readonly WebApplication _repair;
    readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(15) };
    readonly CancellationTokenSource _stop = new();
    readonly Lock _gate = new();
    readonly Dictionary<ConnectionId, DownstairsConnection> _connections = [];
    readonly ITimer _timer;
    readonly long _started;
    long _nextConnection;
    Task _accepting = Task.CompletedTask;

    DownstairsServer(DownstairsServerOptions options, Region region, TcpListener listener, WebApplication repair, IPEndPoint repairAddress)
    {
        (_options, _region, _listener, _repair, RepairAddress) = (options, region, listener, repair, repairAddress);
        _started = options.Clock.GetTimestamp();
        var core = options.Core(repairAddress);
        _core = new DownstairsCore(region, core, this, new FileSystemSnapshots(new HostFileTree(), new HostCloning()));
        _fetch = new ExtentFetch(_http, new HostFileTree(), options.Clock);
        var period = core.Lossy || core.ReadErrors || core.WriteErrors || core.FlushErrors ? TimeSpan.FromMilliseconds(20) : TimeSpan.FromSeconds(1);
        _timer = options.Clock.CreateTimer(_ => Tick(), null, period, period);
    }

    /// <summary>Where an upstairs connects.</summary>
    public IPEndPoint DataAddress => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Where other downstairs copy extents from.</summary>
    public IPEndPoint RepairAddress { get; }

    /// <summary>Opens the region, both ports, and serves until disposed.</summary>
    /// <exception cref="IOException">The region or a port cannot be opened.</exception>
    public static async Task<DownstairsServer> StartAsync(DownstairsServerOptions options)
    {
        var region = Region.Open(new HostFileTree(), options.Directory, options.ReadOnly, FlushWidth);
        var listener = new TcpListener(options.Address, options.Port);
        try
        {
            listener.Start();
            var repairPort = options.RepairPort ?? ((IPEndPoint)listener.LocalEndpoint).Port + Protocol.RepairPortOffset;
            DownstairsServer? server = null;
            var repair = BuildRepair(new IPEndPoint(options.Address, repairPort), question => server!.Ask(question));
            await repair.StartAsync().ConfigureAwait(false);
            var bound = repair.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            var announced = options.AnnouncedAddress ?? (IPAddress.Any.Equals(options.Address) ? IPAddress.Loopback : options.Address);
            server = new DownstairsServer(options, region, listener, repair, new IPEndPoint(announced, new Uri(bound).Port));
            server._accepting = server.AcceptAsync();
            return server;
        }
        catch (Exception error) when (error is SocketException or IOException or ArgumentOutOfRangeException)
        {
            listener.Dispose();
            region.Dispose();
            throw new RegionException($"cannot listen on {options.Address}:{options.Port}: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _timer.DisposeAsync().ConfigureAwait(false);
        List<DownstairsConnection> open;
        lock (_gate)
            open = [.. _connections.Values];
        foreach (var connection in open)
            connection.Break();
        foreach (var connection in open)
            await connection.Finished.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _repair.StopAsync().ConfigureAwait(false);
        await _repair.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
            _region.Dispose();
        _http.Dispose();
        _stop.Dispose();
    }

    FrameBuffer IDownstairsOutput.To(ConnectionId connection) => _connections[connection].Answers;

    void IDownstairsOutput.Close(ConnectionId connection, string reason)
    {
        _options.Log($"connection {connection.Value} closed: {reason}");
        if (_connections.TryGetValue(connection, out var found))
            found.End();
    }

    void IDownstairsOutput.FetchExtent(long token, uint extent, IPEndPoint source) => _ = Task.Run(async () =>
    {
        var layout = ExtentLayout.Of(_region.Definition);
        var error = await _fetch.FetchAsync(source, extent, _region.Paths, layout, _stop.Token).ConfigureAwait(false);
        Enter(core => core.FetchFinished(token, error));
    });

    void IDownstairsOutput.Log(string message) => _options.Log(message);

    static WebApplication BuildRepair(IPEndPoint address, Func<Func<Region, DownstairsCore, object>, object> ask)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address));
        var application = builder.Build();
        application.MapRepair(ask);
        return application;
    }

    object Ask(Func<Region, DownstairsCore, object> question)
    {
        lock (_gate)
            return question(_region, _core);
    }

    // Everything that touches the core goes through here; answers leave on the threads of their connections.
    void Enter(Action<DownstairsCore> action)
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
                return;
            action(_core);
            SendAnswers();
        }
    }

    void SendAnswers()
    {
        foreach (var connection in _connections.Values)
            connection.SendLater();
    }

    void Tick() => Enter(core => core.Tick(_options.Clock.GetElapsedTime(_started)));

    async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var socket = await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
            socket.NoDelay = true;
            var id = new ConnectionId(++_nextConnection);
            new Thread(() => Serve(id, socket)) { Name = $"crucible-{id.Value}", IsBackground = true }.Start();
        }
    }

    void Serve(ConnectionId id, Socket socket)
    {
        try
        {
            var connection = new DownstairsConnection(Secure(socket), _gate);
            lock (_gate)
                _connections.Add(id, connection);
            Enter(core => core.Connect(id));
            connection.Run((frame, out waiting) => Receive(connection, id, frame, out waiting));
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException
            or System.Security.Authentication.AuthenticationException)
        {
            _options.Log($"connection {id.Value} ended: {error.Message}");
            socket.Dispose();
        }
        finally
        {
            lock (_gate)
                _connections.Remove(id);
            Enter(core => core.Disconnect(id));
        }
    }

    FrameTransport Secure(Socket socket) => _options.Tls is null
        ? new SocketTransport(socket)
        : new StreamTransport(_options.Tls.AcceptAsync(new NetworkStream(socket), _stop.Token).GetAwaiter().GetResult(), socket);

    // Answers to this connection are sent by its own thread, which called; those to others are not waited for.
    bool Receive(DownstairsConnection connection, ConnectionId id, ReadOnlySpan<byte> frame, out int waiting)
    {
        lock (_gate)
        {
            _core.Receive(id, frame);
            waiting = connection.Answers.Length;
            foreach (var other in _connections.Values)
            {
                if (other != connection)
                    other.SendLater();
            }

            return !connection.Ending && !_stop.IsCancellationRequested;
        }
    }
}
