using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>
/// Three replicas on the network as one volume: an <see cref="UpstairsCore"/> behind one lock, its connections and its clock.
/// Blocks are sealed on the caller's thread, outside the lock.
/// </summary>
public sealed class RegionSet : IVolume, IUpstairsOutput
{
    static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    // Answers that this thread will give when it has left the lock.
    [ThreadStatic]
    static Queue<(TaskCompletionSource Waiting, CrucibleError? Error)>? _answers;

    readonly RegionSetOptions _options;
    readonly UpstairsOptions _upstairs;
    readonly UpstairsCore _core;
    readonly BlockSeal _seal;
    readonly Lock _gate = new();
    readonly UpstairsConnection?[] _connections = new UpstairsConnection?[Protocol.ReplicaCount];
    readonly CancellationTokenSource _stop = new();
    readonly ITimer _timer;
    readonly long _started;
    TaskCompletionSource? _activation;
    TaskCompletionSource? _deactivation;

    /// <summary>A set that does nothing until it is activated.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public RegionSet(RegionSetOptions options)
    {
        _options = options;
        _upstairs = options.Upstairs;
        _seal = new BlockSeal((int)_upstairs.BlockSize, options.Cipher, memory => options.FillRandom(memory.Span));
        _core = new UpstairsCore(_upstairs, _seal, this);
        _started = options.Clock.GetTimestamp();
        _timer = options.Clock.CreateTimer(_ => Enter(core => core.Tick(Now)), null, TickPeriod, TickPeriod);
    }

    /// <summary>Raised once, on a thread of its own, when another session has taken over. The argument is its generation.</summary>
    public event Action<ulong>? Displaced;

    /// <inheritdoc/>
    public int BlockSize => (int)_upstairs.BlockSize;

    /// <inheritdoc/>
    public ulong BlockCount => _upstairs.BlockCount;

    /// <summary>What it is doing.</summary>
    public UpstairsState State => Ask(core => core.State);

    /// <summary>Its replicas as operators see them.</summary>
    public IReadOnlyList<ReplicaStatus> Replicas => Ask(core => core.Replicas);

    /// <summary>All of it as operators see it, at one moment.</summary>
    public UpstairsStatus Status => Ask(core => core.Status);

    /// <summary>The jobs that are kept, oldest first.</summary>
    public IReadOnlyList<JobStatus> Work => Ask(core => core.Work);

    /// <summary>Which replicas an activation still waits for, and why; empty when it waits for none.</summary>
    public string ActivationWait => Ask(core => core.ActivationWait);

    TimeSpan Now => _options.Clock.GetElapsedTime(_started);

    /// <summary>Reaches the replicas ahead of the activation; whoever has the set open keeps it. Does nothing when the set is open or has greeted already.</summary>
    public void Greet() => Enter(core =>
    {
        core.Tick(Now);
        core.Greet(_options.Generation);
    });

    /// <inheritdoc/>
    public Task ActivateAsync(CancellationToken cancellation) => ActivateAsync(_options.Generation, cancellation);

    /// <summary>Opens it under another generation than the one of its options.</summary>
    public async Task ActivateAsync(ulong generation, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enter(core =>
        {
            _activation = done;
            core.Tick(Now);
            core.Activate(generation);
        });
        await done.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeactivateAsync(CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enter(core =>
        {
            _deactivation = done;
            core.Deactivate();
        });
        await done.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Replaces a replica by an empty one, which is then repaired beside running requests.</summary>
    public ReplaceResult Replace(IPEndPoint old, IPEndPoint replacement)
    {
        var result = ReplaceResult.Missing;
        Enter(core => result = core.Replace(old, replacement));
        return result;
    }

    /// <inheritdoc/>
    public Task ReadAsync(ulong start, Memory<byte> target, Memory<bool> owned = default) =>
        SubmitAsync(new GuestRequest { Kind = GuestRequestKind.Read, Start = start, Buffer = target, Owned = owned, Tag = NewCompletion() });

    /// <inheritdoc/>
    public Task WriteAsync(ulong start, ReadOnlyMemory<byte> source) => WriteAsync(GuestRequestKind.Write, start, source);

    /// <inheritdoc/>
    public Task WriteUnwrittenAsync(ulong start, ReadOnlyMemory<byte> source) => WriteAsync(GuestRequestKind.WriteUnwritten, start, source);

    /// <inheritdoc/>
    public Task FlushAsync(string? snapshotName = null) =>
        SubmitAsync(new GuestRequest { Kind = GuestRequestKind.Flush, SnapshotName = snapshotName, Tag = NewCompletion() });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        lock (_gate)
        {
            // Requests still under way fail rather than wait for ever.
            _core.Abandon();
            for (var i = 0; i < _connections.Length; i++)
                Drop(i);
        }

        GiveAnswers();
    }

    void IUpstairsOutput.Connect(int replica, long attempt, IPEndPoint target)
    {
        Drop(replica);
        var connection = _connections[replica] = new UpstairsConnection(_gate, _stop.Token);
        new Thread(() => Serve(connection, replica, attempt, target)) { Name = $"crucible-{replica}", IsBackground = true }.Start();
    }

    void IUpstairsOutput.Disconnect(int replica) => Drop(replica);

    FrameBuffer IUpstairsOutput.To(int replica) => _connections[replica]!.Requests;

    // Called under the lock; the answer is given behind it.
    void IUpstairsOutput.Complete(GuestRequest request, CrucibleError? error) => (_answers ??= new()).Enqueue(((TaskCompletionSource)request.Tag!, error));

    void IUpstairsOutput.Finished(UpstairsState wanted, CrucibleError? error)
    {
        var waiting = wanted == UpstairsState.Active ? _activation : _deactivation;
        if (waiting is not null)
            Finish(waiting, error);
    }

    void IUpstairsOutput.AskLease(int replica, ulong generation) => _ = Task.Run(async () =>
    {
        var answer = await AskLeaseAsync(generation).ConfigureAwait(false);
        Enter(core => core.LeaseAnswered(replica, answer));
    });

    void IUpstairsOutput.Fenced(ulong newGeneration) => _ = Task.Run(() => Displaced?.Invoke(newGeneration));

    void IUpstairsOutput.Log(string message) => _options.Log(message);

    // What follows an answer runs on the thread that received it, so that no other has to wake up first.
    static TaskCompletionSource NewCompletion() => new();

    // Answers may lead to new requests and so to new answers on this thread.
    static void GiveAnswers()
    {
        while (_answers is not null && _answers.TryDequeue(out var answer))
            Finish(answer.Waiting, answer.Error);
    }

    static void Finish(TaskCompletionSource waiting, CrucibleError? error)
    {
        if (error is null)
            waiting.TrySetResult();
        else
            waiting.TrySetException(new CrucibleException(error));
    }

    Task WriteAsync(GuestRequestKind kind, ulong start, ReadOnlyMemory<byte> source)
    {
        var request = new GuestRequest
        {
            Kind = kind,
            Start = start,
            Buffer = MemoryMarshal.AsMemory(source),
            Sealed = IsInRange(start, source.Length) ? SealPieces(start, source) : null,
            Tag = NewCompletion(),
        };
        return SubmitAsync(request);
    }

    bool IsInRange(ulong start, int length) =>
        length % BlockSize == 0 && start <= BlockCount && (ulong)(length / BlockSize) <= BlockCount - start;

    List<SealedWrite> SealPieces(ulong start, ReadOnlyMemory<byte> source)
    {
        var pieces = new List<SealedWrite>();
        while (!source.IsEmpty)
        {
            var count = Math.Min((ulong)(source.Length / BlockSize), _upstairs.BlocksPerExtent - (start % _upstairs.BlocksPerExtent));
            var length = (int)count * BlockSize;
            pieces.Add(_seal.Seal(start, source.Span[..length]));
            source = source[length..];
            start += count;
        }

        return pieces;
    }

    Task SubmitAsync(GuestRequest request)
    {
        if (request.Kind is GuestRequestKind.Write or GuestRequestKind.WriteUnwritten && !_upstairs.Sync)
            Enter(core => core.Submit(request));
        else
            SubmitNow(request);
        return ((TaskCompletionSource)request.Tag!).Task;
    }

    async Task<LeaseAnswer> AskLeaseAsync(ulong generation)
    {
        try
        {
            return _options.LeaseOwner is null ? LeaseAnswer.Held : await _options.LeaseOwner.AskAsync(generation, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or OperationCanceledException or TimeoutException)
        {
            _options.Log($"the owner of generations did not answer: {error.Message}");
            return LeaseAnswer.Unknown;
        }
    }

    T Ask<T>(Func<UpstairsCore, T> question)
    {
        lock (_gate)
            return question(_core);
    }

    void Enter(Action<UpstairsCore> action)
    {
        lock (_gate)
        {
            action(_core);
            foreach (var connection in _connections)
                connection?.SendLater();
        }

        GiveAnswers();
    }

    void Receive(int replica, long attempt, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            _core.Receive(replica, attempt, frame);
            foreach (var connection in _connections)
                connection?.SendLater();
        }

        GiveAnswers();
    }

    // Somebody waits for what this sends, so no other thread is woken for it.
    void SubmitNow(GuestRequest request)
    {
        lock (_gate)
            _core.Submit(request);
        foreach (var connection in _connections)
            connection?.SendNow();
        GiveAnswers();
    }

    void Drop(int replica)
    {
        _connections[replica]?.Close();
        _connections[replica] = null;
    }

    void Serve(UpstairsConnection connection, int replica, long attempt, IPEndPoint target)
    {
        var reason = "it closed the connection";
        try
        {
            connection.Open(Connect(connection, replica, target));
            Enter(core => core.Connected(replica, attempt));
            connection.Run(frame => Receive(replica, attempt, frame));
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            reason = error is OperationCanceledException or ObjectDisposedException ? "it did not answer in time" : error.Message;
        }

        if (!_stop.IsCancellationRequested)
            Enter(core => core.Disconnected(replica, attempt, reason));
    }

    FrameTransport Connect(UpstairsConnection connection, int replica, IPEndPoint target)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            using var giveUp = connection.Ended.Register(socket.Dispose);
            SocketTransport.Connect(socket, target, ConnectLimit);
            return _options.Tls is null
                ? new SocketTransport(socket)
                : new StreamTransport(
                    _options.Tls.ConnectAsync(new NetworkStream(socket), $"downstairs{replica}", connection.Ended).GetAwaiter().GetResult(), socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
