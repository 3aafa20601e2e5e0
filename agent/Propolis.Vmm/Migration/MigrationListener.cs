using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Propolis.Vmm.Migration.Wire;

namespace Propolis.Vmm.Migration;

/// <summary>
/// Where the other side of a migration connects. A program has one for all its migrations; a connection for one that nobody here waits for is turned away, and one that does not
/// introduce itself in time is dropped.
/// </summary>
public sealed class MigrationListener : IAsyncDisposable
{
    static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(10);
    const int MostStrangers = 64;

    readonly Lock _gate = new();
    readonly Dictionary<Guid, Waiting> _waiting = [];
    readonly CancellationTokenSource _stop = new();
    readonly SemaphoreSlim _strangers = new(MostStrangers, MostStrangers);
    readonly MigrationTls? _tls;
    readonly TimeProvider _clock;
    readonly Socket _socket;
    readonly Task _accepting;

    /// <summary>Listens at <paramref name="address"/> (port 0: any free one). Throws <see cref="SocketException"/>.</summary>
    public MigrationListener(IPEndPoint address, MigrationTls? tls = null, TimeProvider? clock = null)
    {
        _tls = tls;
        _clock = clock ?? TimeProvider.System;
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(address);
            _socket.Listen(MostStrangers);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        _accepting = ListenAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>
    /// Waits for all connections of a migration. An attempt that breaks off half-way does not count: the next one is taken. Throws <see cref="OperationCanceledException"/>, and
    /// <see cref="InvalidOperationException"/> when somebody waits for the same migration already.
    /// </summary>
    public async Task<MigrationLink> AcceptAsync(Guid migration, CancellationToken cancellation)
    {
        var waiting = new Waiting(migration);
        lock (_gate)
        {
            if (!_waiting.TryAdd(migration, waiting)) throw new InvalidOperationException($"Somebody waits for the migration {migration} already.");
        }
        var isTaken = false;
        try
        {
            var link = await waiting.Complete.Task.WaitAsync(cancellation);
            isTaken = true;
            return link;
        }
        finally
        {
            lock (_gate) _waiting.Remove(migration);
            waiting.Close(isTaken);
        }
    }

    /// <summary>Stops listening; links that were handed out stay.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _accepting;
    }

    async Task ListenAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _strangers.WaitAsync(_stop.Token);
                _ = MeetAsync(await _socket.AcceptAsync(_stop.Token));
            }
            catch (Exception closed) when (closed is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // One connection that broke before it was accepted; the next is another.
                _strangers.Release();
            }
        }
    }

    async Task MeetAsync(Socket socket)
    {
        Stream stream = new NetworkStream(MigrationLink.Prepare(socket), ownsSocket: true);
        try
        {
            using var limit = new CancellationTokenSource(HelloLimit, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            if (_tls?.Listener is { } tls)
            {
                var encrypted = new SslStream(stream);
                stream = encrypted;
                await encrypted.AuthenticateAsServerAsync(tls, either.Token);
            }
            var bytes = new byte[Hello.Length];
            await stream.ReadExactlyAsync(bytes, either.Token);
            if (!await GreetAsync(stream, Hello.Read(bytes), either.Token)) await stream.DisposeAsync();
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or AuthenticationException or ObjectDisposedException)
        {
            await stream.DisposeAsync();
        }
        finally
        {
            _strangers.Release();
        }
    }

    async Task<bool> GreetAsync(Stream stream, Hello? said, CancellationToken cancellation)
    {
        if (said is not { } hello) return false;
        Waiting? waiting;
        lock (_gate) waiting = _waiting.GetValueOrDefault(hello.Migration);
        var answer = hello.LowestVersion > Hello.Version || hello.HighestVersion < Hello.Version ? HelloAnswer.OtherVersion
            : waiting is null ? HelloAnswer.Unknown
            : HelloAnswer.Welcome;
        await stream.WriteAsync(new[] { (byte)answer }, cancellation);
        return answer == HelloAnswer.Welcome && waiting!.Add(hello, stream);
    }

    /// <summary>The connections of one attempt, as they come in.</summary>
    sealed class Waiting(Guid migration)
    {
        readonly Lock _gate = new();
        Stream?[] _streams = [];
        ulong _attempt;
        bool _isClosed;

        public TaskCompletionSource<MigrationLink> Complete { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Takes a connection over; false when it is not needed.</summary>
        public bool Add(Hello hello, Stream stream)
        {
            lock (_gate)
            {
                if (_isClosed) return false;
                if (_attempt != hello.Attempt || _streams.Length != hello.Streams + 1)
                {
                    Drop();
                    (_attempt, _streams) = (hello.Attempt, new Stream?[hello.Streams + 1]);
                }
                if (_streams[hello.Index] is not null) return false;
                _streams[hello.Index] = stream;
                if (_streams.Any(s => s is null)) return true;
                var link = new MigrationLink(migration, _streams[0]!, [.. _streams.Skip(1).Select(s => s!)]);
                _streams = [];
                _isClosed = true;
                // Nobody waits any more: the wait was cancelled at this moment.
                if (!Complete.TrySetResult(link)) link.Dispose();
                return true;
            }
        }

        /// <summary>The wait is over. With <paramref name="isTaken"/> false a link that came at the same moment is closed.</summary>
        public void Close(bool isTaken)
        {
            lock (_gate)
            {
                _isClosed = true;
                Drop();
                if (!isTaken && !Complete.TrySetCanceled()) Complete.Task.Result.Dispose();
            }
        }

        void Drop()
        {
            foreach (var stream in _streams) stream?.Dispose();
            _streams = [];
        }
    }
}
