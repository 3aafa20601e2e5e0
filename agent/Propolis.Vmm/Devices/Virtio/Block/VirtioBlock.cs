using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Virtio.Block;

/// <summary>A virtio disk (VIRTIO 1.2, 5.2) in front of a block backend, which its owner starts and disposes.</summary>
public sealed class VirtioBlock : VirtioDevice
{
    const byte Writeback = 1;

    readonly IBlockBackend _backend;
    readonly TimeProvider _clock;
    readonly byte[] _configuration;
    readonly byte[] _serial;
    readonly VirtioBlockQueue[] _queues;
    byte _writeback = Writeback;

    /// <summary>A disk as <paramref name="options"/> describe it; <paramref name="clock"/> stamps requests for latency metrics.</summary>
    public VirtioBlock(VirtioBlockOptions options, IBlockBackend backend, TimeProvider clock)
        : base(VirtioDeviceType.Block, QueueSizes(options))
    {
        _backend = backend;
        _clock = clock;
        _configuration = VirtioBlockRules.Configuration(backend.Geometry, options);
        _serial = VirtioBlockRules.Serial(options.Serial);
        _queues = new VirtioBlockQueue[options.Queues];
        OfferedFeatures = VirtioBlockRules.Offer(backend.Geometry, options.Queues);
    }

    /// <inheritdoc/>
    public override string Kind => "virtio-block";

    /// <inheritdoc/>
    public override ulong OfferedFeatures { get; }

    /// <inheritdoc/>
    public override int ConfigurationLength => VirtioBlockRules.ConfigurationLength;

    /// <summary>Writes are answered only when durable.</summary>
    internal bool WritesThrough => VirtioBlockRules.WritesThrough(_backend.Geometry, Transport.Features, Volatile.Read(ref _writeback));

    /// <summary>GET_ID's answer.</summary>
    internal ReadOnlySpan<byte> Serial => _serial;

    /// <inheritdoc/>
    public override void ReadConfiguration(int offset, Span<byte> data)
    {
        data.Clear();
        if (offset >= _configuration.Length) return;
        var length = Math.Min(data.Length, _configuration.Length - offset);
        _configuration.AsSpan(offset, length).CopyTo(data);
        var writeback = VirtioBlockRules.WritebackOffset - offset;
        if (writeback >= 0 && writeback < data.Length) data[writeback] = Volatile.Read(ref _writeback);
    }

    /// <inheritdoc/>
    public override void WriteConfiguration(int offset, ReadOnlySpan<byte> data)
    {
        if (offset != VirtioBlockRules.WritebackOffset || data.Length != 1) return;
        if ((Transport.Features & VirtioBlockFeatures.ConfigWce) != 0) Volatile.Write(ref _writeback, (byte)(data[0] == 0 ? 0 : Writeback));
    }

    /// <inheritdoc/>
    public override void Activate()
    {
        // A driver that cannot flush but can switch the cache starts in write-through (5.2.5.2).
        const ulong both = VirtioBlockFeatures.ConfigWce | VirtioBlockFeatures.Flush;
        if ((Transport.Features & both) == VirtioBlockFeatures.ConfigWce) Volatile.Write(ref _writeback, 0);
    }

    /// <inheritdoc/>
    public override void Reset() => Volatile.Write(ref _writeback, Writeback);

    /// <inheritdoc/>
    public override void Export(StateWriter writer) => writer.Write(_writeback);

    /// <inheritdoc/>
    public override void Import(StateReader reader) => _writeback = reader.ReadByte();

    /// <summary>Interrupts, and serves the queue again when <paramref name="isStarved"/>: requests waited for a free slot.</summary>
    internal void Completed(VirtQueue queue, bool isStarved)
    {
        Announce(queue);
        if (isStarved) Transport.Kick(queue.Index);
    }

    /// <summary>Has a queue served again later, so that it does not keep its thread from others.</summary>
    internal void Yield(VirtQueue queue) => Transport.Kick(queue.Index);

    /// <inheritdoc/>
    protected override void OnConnected()
    {
        for (var i = 0; i < _queues.Length; i++) _queues[i] = new VirtioBlockQueue(this, Queues[i], _backend, Memory, _clock);
    }

    /// <inheritdoc/>
    protected override void Process(VirtQueue queue)
    {
        _queues[queue.Index].Process();
        Announce(queue);
    }

    static ushort[] QueueSizes(VirtioBlockOptions options)
    {
        if (options.Queues is < 1 or > 64) throw new ArgumentException($"A virtio disk has 1 to 64 queues, not {options.Queues}.", nameof(options));
        if (options.QueueSize is < 4 or > 1024 || !ushort.IsPow2(options.QueueSize))
            throw new ArgumentException($"A virtio disk's queue size is a power of two from 4 to 1024, not {options.QueueSize}.", nameof(options));
        var sizes = new ushort[options.Queues];
        Array.Fill(sizes, options.QueueSize);
        return sizes;
    }
}
