using System.Runtime.InteropServices;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Net;

namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>
/// Brings frames from the backend into a receive queue. A frame for which the guest has no buffers waits here, and the rest in the backend, until the driver rings. All
/// of it runs on the queue's I/O thread; the queue's gate is held while a frame is copied, so that no reset comes in between, and over the backend's
/// non-blocking calls.
/// </summary>
sealed class NetReceiveQueue(VirtioNet device, VirtQueue queue, int pair, INetBackend backend, GuestMemory memory)
{
    /// <summary>Frames in one go; the backend calls again while there are more.</summary>
    const int Budget = 64;

    // Two bytes in front, so that a frame with the short header is made in place.
    const int Front = NetHeader.Size - NetHeader.LegacySize;

    readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(NetHeader.Size + NetFrames.MaxLength, pinned: true);
    readonly DescriptorChain _first = new();
    readonly DescriptorChain _next = new();
    int _start;
    int _end;
    bool _isWaiting;

    enum Outcome
    {
        Delivered,
        Dropped,
        NoBuffers,
    }

    /// <summary>The driver rang or may have: take frames again.</summary>
    public void Resume()
    {
        backend.WantReceive(pair, true);
        Receive();
    }

    /// <summary>Takes frames until there are none, the guest has no buffers, or others have waited long enough.</summary>
    public void Receive()
    {
        lock (queue.Gate)
        {
            for (var i = 0; i < Budget && TryTakeFrame() && TryHandOver(); i++) { }
        }
    }

    /// <summary>Forgets a frame that waits.</summary>
    public void Reset()
    {
        lock (queue.Gate) _isWaiting = false;
    }

    bool TryTakeFrame()
    {
        while (!_isWaiting)
        {
            var length = backend.Receive(pair, _buffer);
            if (length == 0) return false;
            if (length <= NetHeader.Size || !device.Passes(_buffer.AsSpan(NetHeader.Size, length - NetHeader.Size))) continue;
            if (NetHeaderRules.ToGuest(MemoryMarshal.Read<NetHeader>(_buffer), device.Features) is not { } header)
            {
                device.Counters.ReceiveDropped();
                continue;
            }
            Arrange(header, length);
        }
        return true;
    }

    void Arrange(in NetHeader header, int length)
    {
        MemoryMarshal.Write(_buffer, header);
        _start = 0;
        if (VirtioNetRules.HeaderLength(device.Features) == NetHeader.LegacySize)
        {
            _buffer.AsSpan(0, NetHeader.LegacySize).CopyTo(_buffer.AsSpan(Front));
            _start = Front;
        }
        _end = length;
        _isWaiting = true;
    }

    bool TryHandOver()
    {
        while (true)
        {
            switch (Deliver(out var used))
            {
                case Outcome.Delivered:
                    device.Counters.Received(_end - NetHeader.Size);
                    _isWaiting = false;
                    return true;
                case Outcome.Dropped:
                    device.Counters.ReceiveDropped();
                    _isWaiting = false;
                    return true;
                default:
                    if (queue.RearmDoorbells(used)) continue;
                    backend.WantReceive(pair, false);
                    return false;
            }
        }
    }

    /// <summary>Fills one chain, or several that the driver merges, and publishes them together; <paramref name="chains"/> is how many there were when they do not suffice.</summary>
    Outcome Deliver(out int chains)
    {
        var isMergeable = (device.Features & VirtioNetFeatures.MergeableBuffers) != 0;
        chains = 0;
        for (var at = _start; at < _end; chains++)
        {
            var chain = chains == 0 ? _first : _next;
            if (queue.TryPop(chain) != PopResult.Popped)
            {
                queue.Rewind(chains);
                // All the buffers that a ring can hold do not suffice: waiting would be for ever.
                return chains < queue.Size ? Outcome.NoBuffers : Outcome.Dropped;
            }
            var part = (int)Math.Min(chain.WritableLength, (uint)(_end - at));
            if (chains == 0 && part < NetHeader.Size || part == 0) return Fail(chains + 1, QueueMisuse.RequestMalformed);
            if (!isMergeable && part < _end - at)
            {
                queue.Rewind(1);
                return Outcome.Dropped;
            }
            if (!chain.TryCopyTo(memory, 0, _buffer.AsSpan(at, part))) return Fail(chains + 1, QueueMisuse.NotInMemory);
            queue.AddUsed(chain.Head, chain.Generation, (uint)part);
            at += part;
        }
        if (chains > 1) WriteBufferCount((ushort)chains);
        queue.Publish();
        return Outcome.Delivered;
    }

    Outcome Fail(int chains, QueueMisuse misuse)
    {
        queue.Rewind(chains);
        queue.Fail(misuse);
        return Outcome.Dropped;
    }

    // num_buffers, the last field of the header.
    void WriteBufferCount(ushort count) => _first.TryCopyTo(memory, NetHeader.LegacySize, MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(in count)));
}
