using System.Runtime.InteropServices;
using Propolis.Vmm.Devices.Virtio.Queue;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Net;

namespace Propolis.Vmm.Devices.Virtio.Net;

/// <summary>
/// Takes frames out of a transmit queue and gives them to the backend. Each is copied once before it is judged, so that the guest cannot change a frame after the check. On the
/// queue's I/O thread, under the queue's gate, as <see cref="NetReceiveQueue"/>.
/// </summary>
sealed class NetTransmitQueue(VirtioNet device, VirtQueue queue, int pair, INetBackend backend, GuestMemory memory)
{
    readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(NetHeader.Size + NetFrames.MaxLength, pinned: true);
    readonly DescriptorChain _chain = new();

    /// <summary>Sends what is available until the queue is empty or the backend busy. False when others have waited long enough and more is there.</summary>
    public bool Process()
    {
        var budget = queue.Size;
        queue.SuppressDoorbells();
        do
        {
            while (TrySendOne(out var isBusy))
            {
                if (isBusy) return true;
                if (--budget == 0) return false;
            }
        }
        while (queue.RearmDoorbells());
        return true;
    }

    bool TrySendOne(out bool isBusy)
    {
        isBusy = false;
        lock (queue.Gate)
        {
            if (queue.TryPop(_chain) != PopResult.Popped) return false;
            var length = Gather();
            if (length != 0 && device.Control.IsLinkUp)
            {
                var result = backend.Send(pair, _buffer.AsSpan(0, length));
                isBusy = result == NetSendResult.Busy;
                if (result == NetSendResult.Sent) device.Counters.Sent(length - NetHeader.Size);
                else if (result == NetSendResult.Dropped) device.Counters.SendDropped();
            }
            else
            {
                device.Counters.SendDropped();
            }
            if (!isBusy)
            {
                queue.AddUsed(_chain.Head, _chain.Generation, 0);
                queue.Publish();
                return true;
            }
            // The frame stays in the ring, where a pause or a snapshot finds it.
            queue.Rewind(1);
        }
        backend.WantSend(pair);
        return true;
    }

    /// <summary>Copies the frame with a full header to the buffer's start; 0 when it is none or asks for what was not agreed.</summary>
    int Gather()
    {
        var header = VirtioNetRules.HeaderLength(device.Features);
        var length = _chain.ReadableLength;
        if (length < header + NetFrames.EthernetHeader || length > header + NetFrames.MaxLength) return 0;
        var front = NetHeader.Size - header;
        if (!_chain.TryCopyFrom(memory, 0, _buffer.AsSpan(front, (int)length))) return 0;
        // The short header lacks the last field, which a sender never fills: move it to the start.
        if (front != 0) _buffer.AsSpan(front, header).CopyTo(_buffer);
        if (NetHeaderRules.FromGuest(MemoryMarshal.Read<NetHeader>(_buffer), device.Features) is not { } checkedHeader) return 0;
        MemoryMarshal.Write(_buffer, checkedHeader);
        return front + (int)length;
    }
}
