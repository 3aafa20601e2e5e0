namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>What a network card has done since the machine started. Read at any moment, by anyone.</summary>
public sealed class NetCounters
{
    long _packetsReceived, _bytesReceived, _receiveDrops, _packetsSent, _bytesSent, _sendDrops;

    /// <summary>Frames to the guest.</summary>
    public long PacketsReceived => Volatile.Read(ref _packetsReceived);

    /// <summary>Bytes of frames to the guest, without virtio headers.</summary>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>Frames to the guest that it could not take: larger than its buffers, or work left undone that it does not know.</summary>
    public long ReceiveDrops => Volatile.Read(ref _receiveDrops);

    /// <summary>Frames from the guest.</summary>
    public long PacketsSent => Volatile.Read(ref _packetsSent);

    /// <summary>Bytes of frames from the guest, without virtio headers.</summary>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    /// <summary>Frames from the guest that made no sense, or that the host refused.</summary>
    public long SendDrops => Volatile.Read(ref _sendDrops);

    internal void Received(int bytes)
    {
        Interlocked.Increment(ref _packetsReceived);
        Interlocked.Add(ref _bytesReceived, bytes);
    }

    internal void ReceiveDropped() => Interlocked.Increment(ref _receiveDrops);

    internal void Sent(int bytes)
    {
        Interlocked.Increment(ref _packetsSent);
        Interlocked.Add(ref _bytesSent, bytes);
    }

    internal void SendDropped() => Interlocked.Increment(ref _sendDrops);
}
