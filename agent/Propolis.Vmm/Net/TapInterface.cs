using Propolis.Vmm.Interop.Linux;
using Propolis.Vmm.Io;

namespace Propolis.Vmm.Net;

/// <summary>
/// A tap interface of Linux that exists already: it is attached, never made, so that a name with a slip of the pen does not become a network of its own.
/// A multi-queue interface gives up to the wanted number of pairs, any other one.
/// </summary>
public sealed class TapInterface : INetBackend
{
    const uint Readable = LinuxLibrary.EpollIn;
    const uint Writable = LinuxLibrary.EpollOut;
    const uint Error = 8; // EPOLLERR

    readonly TunQueue[] _queues;
    readonly uint[] _wanted;
    readonly IoThread?[] _threads;
    readonly Lock _gate = new();
    INetReceiver? _receiver;
    IoEvent? _configure;
    NetOffloads _offloads;
    int _pairs = 1;
    int _activePairs;

    /// <summary>Attaches to interface <paramref name="name"/> with up to <paramref name="maxPairs"/> queue pairs. Throws <see cref="NetBackendException"/> when it cannot.</summary>
    public TapInterface(string name, int maxPairs = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPairs, 1);
        Name = name;
        _queues = Open(name, maxPairs);
        _activePairs = _queues.Length;
        _wanted = new uint[_queues.Length];
        _threads = new IoThread?[_queues.Length];
        var canOffload = _queues[0].SetOffloads((uint)(NetOffloads.Checksum | NetOffloads.Tcp4 | NetOffloads.Tcp6 | NetOffloads.Ecn)) == 0;
        Abilities = new NetAbilities
        {
            QueuePairs = _queues.Length,
            Mtu = TunQueue.Mtu(name),
            Offloads = canOffload ? NetOffloads.Checksum | NetOffloads.Tcp4 | NetOffloads.Tcp6 | NetOffloads.Ecn : NetOffloads.None,
        };
        Apply();
    }

    /// <summary>The interface's name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public NetAbilities Abilities { get; }

    /// <inheritdoc/>
    public void Start(INetReceiver receiver, IReadOnlyList<IoThread> threads)
    {
        _receiver = receiver;
        for (var i = 0; i < _queues.Length; i++) _threads[i] = threads[i % threads.Count];
        for (var i = 0; i < Volatile.Read(ref _activePairs); i++) Watch(i);
        _configure = threads[0].AddEvent(Apply);
        _configure.Signal();
    }

    /// <inheritdoc/>
    public void Configure(NetOffloads receiverOffloads, int activePairs)
    {
        lock (_gate)
        {
            _offloads = receiverOffloads;
            _pairs = Math.Clamp(activePairs, 1, _queues.Length);
        }
        _configure?.Signal();
    }

    /// <inheritdoc/>
    public int Receive(int pair, Span<byte> frame) => Math.Max(0, _queues[pair].Read(frame));

    /// <inheritdoc/>
    public NetSendResult Send(int pair, ReadOnlySpan<byte> frame)
    {
        // A detached queue cannot send, but a guest may still use it while it changes their number.
        var result = _queues[pair < Volatile.Read(ref _activePairs) ? pair : 0].Write(frame);
        if (result >= 0) return NetSendResult.Sent;
        return result == TunQueue.Again ? NetSendResult.Busy : NetSendResult.Dropped;
    }

    /// <inheritdoc/>
    public void WantReceive(int pair, bool isWanted)
    {
        if (isWanted) Want(pair, Interlocked.Or(ref _wanted[pair], Readable), Readable);
        else Want(pair, Interlocked.And(ref _wanted[pair], ~Readable), 0, Readable);
    }

    /// <inheritdoc/>
    public void WantSend(int pair) => Want(pair, Interlocked.Or(ref _wanted[pair], Writable), Writable);

    /// <inheritdoc/>
    public void Dispose()
    {
        _configure?.Dispose();
        for (var i = 0; i < _queues.Length; i++)
        {
            _threads[i]?.Unwatch(_queues[i].Descriptor);
            _queues[i].Dispose();
        }
    }

    static TunQueue[] Open(string name, int maxPairs)
    {
        if (name.Length is 0 or >= TunQueue.NameLength || !TunQueue.Exists(name))
            throw new NetBackendException($"There is no network interface \"{name}\". Make one: `ip tuntap add dev {name} mode tap` and `ip link set {name} up`.");
        var error = TunQueue.Open(name, isMultiQueue: true, NetHeader.Size, out var first);
        var isMultiQueue = error != TunQueue.Invalid;
        // The kernel refuses an interface of the other kind as invalid.
        if (!isMultiQueue) error = TunQueue.Open(name, isMultiQueue: false, NetHeader.Size, out first);
        if (error != 0) throw Explain(name, error);
        var queues = new List<TunQueue> { first! };
        while (isMultiQueue && queues.Count < maxPairs && TunQueue.Open(name, isMultiQueue: true, NetHeader.Size, out var next) == 0) queues.Add(next!);
        return [.. queues];
    }

    static NetBackendException Explain(string name, int error) => new(error switch
    {
        TunQueue.Invalid => $"Network interface \"{name}\" is not a tap. A tap is made with `ip tuntap add dev NAME mode tap` and `ip link set NAME up`.",
        TunQueue.Busy => $"Tap interface \"{name}\" is in use by another process; give each virtual machine its own.",
        TunQueue.NotPermitted or TunQueue.AccessDenied => $"No permission to attach to tap interface \"{name}\": run as root, with CAP_NET_ADMIN, or as its owner (`ip tuntap add dev {name} mode tap user NAME`).",
        TunQueue.NoEntry or TunQueue.NoDevice => "There is no /dev/net/tun: load the kernel module \"tun\".",
        _ => $"Tap interface \"{name}\" cannot be attached: errno {-error}.",
    });

    void Want(int pair, uint before, uint set, uint cleared = 0)
    {
        var now = (before | set) & ~cleared;
        if (now != before) _threads[pair]?.Rewatch(_queues[pair].Descriptor, Volatile.Read(ref _wanted[pair]));
    }

    /// <summary>
    /// Brings the interface to what was asked for last; only on the first I/O thread once started. Ending a watch there waits for another thread's callback, and no callback waits
    /// for this one, whereas a vCPU thread that did it would hold locks those callbacks need.
    /// </summary>
    void Apply()
    {
        NetOffloads offloads;
        int pairs;
        lock (_gate) (offloads, pairs) = (_offloads, _pairs);
        // Offloads belong to the interface, not to a queue. A kernel that takes one away answers with an error and keeps the old set; frames then
        // arrive with work undone, and the front end drops what its guest cannot take.
        _queues[0].SetOffloads((uint)offloads);
        while (_activePairs > pairs)
        {
            // A detached queue reports an error for as long as it is watched.
            Volatile.Write(ref _activePairs, _activePairs - 1);
            _threads[_activePairs]?.Unwatch(_queues[_activePairs].Descriptor);
            _queues[_activePairs].SetAttached(false);
        }
        while (_activePairs < pairs)
        {
            _queues[_activePairs].SetAttached(true);
            if (_threads[_activePairs] is not null) Watch(_activePairs);
            Volatile.Write(ref _activePairs, _activePairs + 1);
        }
    }

    void Watch(int pair)
    {
        _threads[pair]!.Watch(_queues[pair].Descriptor, Volatile.Read(ref _wanted[pair]), ready => OnReady(pair, ready));
        // A wish that changed between the two lines found no watch to change.
        _threads[pair]!.Rewatch(_queues[pair].Descriptor, Volatile.Read(ref _wanted[pair]));
    }

    void OnReady(int pair, uint ready)
    {
        if ((ready & Error) != 0)
        {
            // The interface was deleted under us. It would be reported without end; the guest just receives nothing any more.
            _threads[pair]!.Unwatch(_queues[pair].Descriptor);
            return;
        }
        if ((ready & Writable) != 0 && (Interlocked.And(ref _wanted[pair], ~Writable) & Writable) != 0)
        {
            _threads[pair]!.Rewatch(_queues[pair].Descriptor, Volatile.Read(ref _wanted[pair]));
            _receiver!.Writable(pair);
        }
        if ((ready & Readable) != 0 && (Volatile.Read(ref _wanted[pair]) & Readable) != 0) _receiver!.Readable(pair);
    }
}
