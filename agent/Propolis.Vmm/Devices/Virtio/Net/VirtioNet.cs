using System.Buffers.Binary;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Io;
using Propolis.Vmm.Net;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>
/// A virtio network card (VIRTIO 1.2, 5.1) in front of a backend, which its owner disposes after the machine has halted. Queues: receive 0, transmit 0, receive 1, ..., control.
/// </summary>
public sealed class VirtioNet : VirtioDevice, INetReceiver
{
    const int StatusOffset = 6;
    const ushort LinkUp = 1;
    const ushort Announcing = 2;

    readonly VirtioNetOptions _options;
    readonly INetBackend _backend;
    readonly int _pairs;
    readonly NetReceiveQueue[] _receivers;
    readonly NetTransmitQueue[] _transmitters;
    readonly byte[] _command = new byte[NetControlRules.MaxLength];
    readonly DescriptorChain _controlChain = new();

    // Guards changes of the state, which come from the control queue, the operator and a reset; readers take the reference.
    readonly Lock _stateGate = new();
    NetControlState _state;

    /// <summary>A card as <paramref name="options"/> describe it, with as many queue pairs as the backend has, up to 11.</summary>
    public VirtioNet(VirtioNetOptions options, INetBackend backend)
        : base(VirtioDeviceType.Network, QueueSizes(options, Pairs(backend)))
    {
        _options = options;
        _backend = backend;
        _pairs = Pairs(backend);
        _receivers = new NetReceiveQueue[_pairs];
        _transmitters = new NetTransmitQueue[_pairs];
        _state = Initial();
        OfferedFeatures = VirtioNetRules.Offer(backend.Abilities);
    }

    /// <inheritdoc/>
    public override string Kind => "virtio-net";

    /// <inheritdoc/>
    public override ulong OfferedFeatures { get; }

    /// <inheritdoc/>
    public override int ConfigurationLength => VirtioNetRules.ConfigurationLength;

    /// <summary>What the card has done.</summary>
    public NetCounters Counters { get; } = new();

    /// <summary>What the driver has set by command.</summary>
    public NetControlState Control => Volatile.Read(ref _state);

    /// <summary>Feature bits in use.</summary>
    internal ulong Features => Transport.Features;

    /// <summary>Plugs the cable in or out, as the guest sees it.</summary>
    public void SetLink(bool isUp)
    {
        if (Change(s => s.IsLinkUp == isUp ? null : s with { IsLinkUp = isUp }) is not null) Transport.ConfigurationChanged();
    }

    /// <summary>
    /// Makes known where the guest is, after it has moved here: a reverse ARP for its address goes out at once, and a driver that can is asked to announce the guest
    /// by all its addresses.
    /// </summary>
    public void AnnouncePresence()
    {
        Span<byte> frame = stackalloc byte[NetFrames.AnnouncementLength];
        NetFrames.WriteAnnouncement(Control.Filter.Mac, frame);
        _backend.Send(0, frame);
        if ((Features & VirtioNetFeatures.GuestAnnounce) == 0) return;
        Change(s => s with { IsAnnouncing = true });
        Transport.ConfigurationChanged();
    }

    /// <inheritdoc/>
    public override bool AcceptsFeatures(ulong features) => VirtioNetRules.IsConsistent(features);

    /// <inheritdoc/>
    public override void ReadConfiguration(int offset, Span<byte> data)
    {
        data.Clear();
        if (offset >= VirtioNetRules.ConfigurationLength) return;
        Span<byte> image = stackalloc byte[VirtioNetRules.ConfigurationLength];
        var state = Control;
        state.Filter.Mac.CopyTo(image);
        BinaryPrimitives.WriteUInt16LittleEndian(image[StatusOffset..], (ushort)((state.IsLinkUp ? LinkUp : 0) | (state.IsAnnouncing ? Announcing : 0)));
        BinaryPrimitives.WriteUInt16LittleEndian(image[8..], (ushort)_pairs);
        BinaryPrimitives.WriteUInt16LittleEndian(image[10..], (ushort)(_backend.Abilities.Mtu ?? 0));
        var length = Math.Min(data.Length, image.Length - offset);
        image.Slice(offset, length).CopyTo(data);
    }

    /// <inheritdoc/>
    public override void WriteConfiguration(int offset, ReadOnlySpan<byte> data)
    {
        // Only legacy drivers write the address here, and not when they have a command for it (5.1.4.1).
        if ((Features & (VirtioFeatures.Version1 | VirtioNetFeatures.ControlMacAddress)) != 0 || offset + data.Length > MacAddress.Length) return;
        Span<byte> address = stackalloc byte[MacAddress.Length];
        Control.Filter.Mac.CopyTo(address);
        data.CopyTo(address[offset..]);
        var mac = new MacAddress(address);
        Change(s => s with { Filter = s.Filter with { Mac = mac } });
    }

    /// <inheritdoc/>
    public override void Activate() => _backend.Configure(VirtioNetRules.ReceiverOffloads(Features), Control.ActivePairs);

    /// <inheritdoc/>
    public override void Reset()
    {
        Change(s => Initial() with { IsLinkUp = s.IsLinkUp });
        foreach (var receiver in _receivers) receiver.Reset();
        _backend.Configure(NetOffloads.None, 1);
    }

    /// <inheritdoc/>
    public override void Start(IReadOnlyList<IoThread> threads)
    {
        // Both queues of a pair and its backend side are served by one thread: the queues' threads count queues, the backend's count pairs.
        _backend.Start(this, [.. Enumerable.Range(0, _pairs).Select(pair => threads[2 * pair % threads.Count])]);
    }

    /// <inheritdoc/>
    public override void Export(StateWriter writer) => NetControlSnapshot.Export(Control, writer);

    /// <inheritdoc/>
    public override void Import(StateReader reader)
    {
        var state = NetControlSnapshot.Import(reader, _pairs);
        Change(_ => state);
        Activate();
    }

    /// <inheritdoc/>
    public void Readable(int pair)
    {
        var queue = Queues[2 * pair];
        _receivers[pair].Receive();
        Announce(queue);
        ReportMisuse(queue);
    }

    /// <inheritdoc/>
    public void Writable(int pair) => Transport.Kick(2 * pair + 1);

    /// <summary>Judges a frame to the guest.</summary>
    internal bool Passes(ReadOnlySpan<byte> ethernet) => Control is { IsLinkUp: true } state && state.Filter.Passes(ethernet);

    /// <inheritdoc/>
    protected override void OnConnected()
    {
        for (var i = 0; i < _pairs; i++)
        {
            _receivers[i] = new NetReceiveQueue(this, Queues[2 * i], i, _backend, Memory);
            _transmitters[i] = new NetTransmitQueue(this, Queues[2 * i + 1], i, _backend, Memory);
        }
    }

    /// <inheritdoc/>
    protected override void Process(VirtQueue queue)
    {
        switch (VirtioNetRules.RoleOf(queue.Index, Features, _pairs))
        {
            case QueueRole.Receive: _receivers[queue.Index / 2].Resume(); break;
            case QueueRole.Transmit when !_transmitters[queue.Index / 2].Process(): Transport.Kick(queue.Index); break;
            case QueueRole.Control: ProcessCommands(queue); break;
        }
        Announce(queue);
    }

    static int Pairs(INetBackend backend) => Math.Clamp(backend.Abilities.QueuePairs, 1, VirtioNetOptions.MaxPairs);

    static ushort[] QueueSizes(VirtioNetOptions options, int pairs)
    {
        CheckSize("rx-queue-size", options.ReceiveQueueSize);
        CheckSize("tx-queue-size", options.TransmitQueueSize);
        var sizes = new ushort[2 * pairs + 1];
        for (var i = 0; i < 2 * pairs; i++) sizes[i] = (i & 1) == 0 ? options.ReceiveQueueSize : options.TransmitQueueSize;
        sizes[2 * pairs] = VirtioNetRules.ControlQueueSize;
        return sizes;
    }

    static void CheckSize(string name, ushort size)
    {
        if (size < 4 || !VirtQueueRules.IsValidSize(size, VirtQueueRules.MaxSize))
            throw new ArgumentException($"{name} is a power of two from 4 to {VirtQueueRules.MaxSize}, not {size}.");
    }

    NetControlState Initial() => new() { Filter = new ReceiveFilter { Mac = _options.Mac } };

    NetControlState? Change(Func<NetControlState, NetControlState?> next)
    {
        lock (_stateGate)
        {
            if (next(_state) is not { } changed) return null;
            Volatile.Write(ref _state, changed);
            return changed;
        }
    }

    void ProcessCommands(VirtQueue queue)
    {
        do
        {
            while (queue.TryPop(_controlChain) == PopResult.Popped) Execute(queue);
        }
        while (queue.RearmDoorbells());
    }

    void Execute(VirtQueue queue)
    {
        if (!_controlChain.TryFindLastWritable(out var ackAddress) || _controlChain.ReadableLength < 2)
        {
            queue.Fail(QueueMisuse.RequestMalformed);
            queue.Abandon(_controlChain.Generation);
            return;
        }
        var ack = TryExecute() ? NetControlRules.Ok : NetControlRules.Error;
        lock (queue.Gate)
        {
            if (_controlChain.Generation == queue.Generation) Memory.TryWrite(ackAddress, ack);
            queue.AddUsed(_controlChain.Head, _controlChain.Generation, 1);
            queue.Publish();
        }
    }

    bool TryExecute()
    {
        var length = _controlChain.ReadableLength;
        if (length > _command.Length || !_controlChain.TryCopyFrom(Memory, 0, _command.AsSpan(0, (int)length))) return false;
        var command = (ControlCommand)BinaryPrimitives.ReadUInt16BigEndian(_command);
        var pairsBefore = Control.ActivePairs;
        var changed = Change(s => NetControlRules.Apply(s, Features, _pairs, command, _command.AsSpan(2, (int)length - 2)));
        if (changed is null) return false;
        if (changed.ActivePairs != pairsBefore) _backend.Configure(VirtioNetRules.ReceiverOffloads(Features), changed.ActivePairs);
        return true;
    }
}
