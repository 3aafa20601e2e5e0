using System.Buffers.Binary;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Devices.Virtio.Queue;

namespace Propolis.Vmm.Devices.Virtio.Transport;

/// <summary>
/// The legacy register layout in ports (VIRTIO 1.2, 4.1.4.10): a common header of 0x14 bytes, two vectors behind it while MSI-X is on, then the
/// device's configuration.
/// </summary>
/// <param name="control">What the registers act on. Every access holds its gate.</param>
/// <param name="device">Whose configuration follows the header.</param>
/// <param name="host">The function around it.</param>
sealed class LegacyRegisters(VirtioControl control, VirtioDevice device, VirtioPciFunction host) : IBusDevice
{
    /// <summary>Ports of the BAR.</summary>
    public const int Length = 0x200;

    /// <summary>Where a driver rings.</summary>
    public const int QueueNotify = 0x10;

    const int DeviceFeatures = 0x00;
    const int DriverFeatures = 0x04;
    const int QueueAddress = 0x08;
    const int QueueSize = 0x0c;
    const int QueueSelect = 0x0e;
    const int Status = 0x12;
    const int IsrStatus = 0x13;
    const int ConfigMsixVector = 0x14;
    const int QueueMsixVector = 0x16;
    const int HeaderLength = 0x14;
    const int HeaderLengthWithMsix = 0x18;

    int Header => host.UsesMsix ? HeaderLengthWithMsix : HeaderLength;

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        var header = Header;
        var first = (int)offset;
        if (first >= header)
        {
            device.ReadConfiguration(first - header, data);
            return;
        }
        Span<byte> image = stackalloc byte[HeaderLengthWithMsix];
        lock (control.Gate) Fill(image);
        // Reading the ISR takes it away, so it is only touched by a read that covers it.
        if (first <= IsrStatus && first + data.Length > IsrStatus) image[IsrStatus] = host.TakeIsr();
        for (var i = 0; i < data.Length; i++) data[i] = first + i < header ? image[first + i] : (byte)0;
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        var header = Header;
        var first = (int)offset;
        if (first >= header)
        {
            device.WriteConfiguration(first - header, data);
            return;
        }
        switch (data.Length)
        {
            case 1 when first == Status: WriteStatus(data[0]); break;
            case 2: Write16(first, BinaryPrimitives.ReadUInt16LittleEndian(data)); break;
            case 4: Write32(first, BinaryPrimitives.ReadUInt32LittleEndian(data)); break;
        }
    }

    void Fill(Span<byte> image)
    {
        image.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(image[DeviceFeatures..], control.LegacyOffer);
        BinaryPrimitives.WriteUInt32LittleEndian(image[DriverFeatures..], (uint)control.Features);
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueSelect..], control.QueueSelect);
        image[Status] = (byte)control.LegacyStatus;
        BinaryPrimitives.WriteUInt16LittleEndian(image[ConfigMsixVector..], control.ConfigurationVector);
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueMsixVector..], control.SelectedQueue?.Vector ?? VirtQueue.NoVector);
        if (control.SelectedQueue is not { } queue) return;
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueSize..], queue.MaxSize);
        BinaryPrimitives.WriteUInt32LittleEndian(image[QueueAddress..], (uint)(queue.Areas.Descriptors >> VirtQueueRules.LegacyPageShift));
    }

    void WriteStatus(byte value)
    {
        bool servesAll;
        lock (control.Gate) servesAll = control.WriteStatus((DeviceStatus)value, isLegacy: true);
        if (value == 0) host.TakeIsr();
        for (var i = 0; servesAll && i < device.Queues.Length; i++) host.Kick(i);
    }

    void Write16(int offset, ushort value)
    {
        if (offset == QueueNotify)
        {
            host.Kick(value);
            return;
        }
        lock (control.Gate)
        {
            if (offset == QueueSelect) control.QueueSelect = value;
            else if (offset == ConfigMsixVector) control.SetConfigurationVector(value);
            else if (offset == QueueMsixVector && control.SelectedQueue is { } queue) queue.Vector = control.CheckVector(value);
        }
    }

    void Write32(int offset, uint value)
    {
        lock (control.Gate)
        {
            if (offset == DriverFeatures) control.ChooseLegacyFeatures(value);
            if (offset != QueueAddress || control.SelectedQueue is not { } queue) return;
            var vector = queue.Vector;
            // The vector survives: legacy drivers set it before or after the address.
            queue.ResetRing();
            queue.Vector = vector;
            if (value == 0) return;
            queue.SetAreas(VirtQueueRules.LegacyAreas(value, queue.Size));
            control.EnableQueue(isLegacy: true);
        }
    }
}
