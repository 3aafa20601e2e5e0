using System.Buffers.Binary;
using Propolis.Vmm.Devices.Virtio.Queue;

namespace Propolis.Vmm.Devices.Virtio.Transport;

/// <summary>struct virtio_pci_common_cfg: the modern register layout (VIRTIO 1.2, 4.1.4.3). Fields are written with their own width; reads take any.</summary>
/// <param name="control">What the registers act on. Every access holds its gate.</param>
/// <param name="device">Whose queues they are.</param>
/// <param name="kick">Has a queue served.</param>
sealed class CommonRegisters(VirtioControl control, VirtioDevice device, Action<int> kick)
{
    /// <summary>Bytes of the structure, up to queue_reset.</summary>
    public const int Length = 0x3c;

    const int DeviceFeatureSelect = 0x00;
    const int DeviceFeature = 0x04;
    const int DriverFeatureSelect = 0x08;
    const int DriverFeature = 0x0c;
    const int ConfigMsixVector = 0x10;
    const int NumQueues = 0x12;
    /// <summary>device_status.</summary>
    public const int Status = 0x14;

    const int ConfigGeneration = 0x15;
    const int QueueSelect = 0x16;
    const int QueueSize = 0x18;
    const int QueueMsixVector = 0x1a;
    const int QueueEnable = 0x1c;
    const int QueueNotifyOff = 0x1e;
    const int QueueDesc = 0x20;
    const int QueueDriver = 0x28;
    const int QueueDevice = 0x30;
    const int QueueNotifyData = 0x38;
    const int QueueReset = 0x3a;

    /// <summary>Reads registers; bytes behind the structure are zero.</summary>
    public void Read(int offset, Span<byte> data)
    {
        Span<byte> image = stackalloc byte[Length];
        lock (control.Gate) Fill(image);
        for (var i = 0; i < data.Length; i++) data[i] = offset + i < Length ? image[offset + i] : (byte)0;
    }

    /// <summary>Writes a register; anything but a whole field is ignored.</summary>
    public void Write(int offset, ReadOnlySpan<byte> data)
    {
        var servesAll = false;
        var served = -1;
        lock (control.Gate)
        {
            switch (data.Length)
            {
                case 1 when offset == Status: servesAll = control.WriteStatus((DeviceStatus)data[0], isLegacy: false); break;
                case 2: served = Write16(offset, BinaryPrimitives.ReadUInt16LittleEndian(data)); break;
                case 4: Write32(offset, BinaryPrimitives.ReadUInt32LittleEndian(data)); break;
                case 8 when offset is QueueDesc or QueueDriver or QueueDevice:
                    WriteArea(offset, BinaryPrimitives.ReadUInt32LittleEndian(data));
                    WriteArea(offset + 4, BinaryPrimitives.ReadUInt32LittleEndian(data[4..]));
                    break;
            }
        }
        // A driver may have rung while nobody listened: look once.
        for (var i = 0; servesAll && i < device.Queues.Length; i++) kick(i);
        if (served >= 0) kick(served);
    }

    void Fill(Span<byte> image)
    {
        image.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(image[DeviceFeatureSelect..], control.DeviceFeatureSelect);
        BinaryPrimitives.WriteUInt32LittleEndian(image[DeviceFeature..], control.OfferedFeatures);
        BinaryPrimitives.WriteUInt32LittleEndian(image[DriverFeatureSelect..], control.DriverFeatureSelect);
        BinaryPrimitives.WriteUInt32LittleEndian(image[DriverFeature..], control.ChosenFeatures);
        BinaryPrimitives.WriteUInt16LittleEndian(image[ConfigMsixVector..], control.ConfigurationVector);
        BinaryPrimitives.WriteUInt16LittleEndian(image[NumQueues..], (ushort)device.Queues.Length);
        image[Status] = (byte)control.Status;
        image[ConfigGeneration] = control.Generation;
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueSelect..], control.QueueSelect);
        if (control.SelectedQueue is not { } queue)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(image[QueueMsixVector..], VirtQueue.NoVector);
            return;
        }
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueSize..], queue.Size);
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueMsixVector..], queue.Vector);
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueEnable..], (ushort)(queue.IsEnabled ? 1 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueNotifyOff..], (ushort)queue.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(image[QueueDesc..], queue.Areas.Descriptors);
        BinaryPrimitives.WriteUInt64LittleEndian(image[QueueDriver..], queue.Areas.Driver);
        BinaryPrimitives.WriteUInt64LittleEndian(image[QueueDevice..], queue.Areas.Device);
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueNotifyData..], (ushort)queue.Index);
        BinaryPrimitives.WriteUInt16LittleEndian(image[QueueReset..], (ushort)(queue.HasStale ? 1 : 0));
    }

    int Write16(int offset, ushort value)
    {
        if (offset == ConfigMsixVector) control.SetConfigurationVector(value);
        else if (offset == QueueSelect) control.QueueSelect = value;
        else if (control.SelectedQueue is { } queue) return WriteQueue16(queue, offset, value);
        return -1;
    }

    int WriteQueue16(VirtQueue queue, int offset, ushort value)
    {
        switch (offset)
        {
            case QueueSize: queue.TrySetSize(value); break;
            case QueueMsixVector: queue.Vector = control.CheckVector(value); break;
            case QueueEnable when value == 1 && control.EnableQueue(isLegacy: false): return queue.Index;
            case QueueReset when value == 1: control.ResetQueue(); break;
        }
        return -1;
    }

    void Write32(int offset, uint value)
    {
        switch (offset)
        {
            case DeviceFeatureSelect: control.DeviceFeatureSelect = value; break;
            case DriverFeatureSelect: control.DriverFeatureSelect = value; break;
            case DriverFeature: control.ChooseFeatures(value); break;
            case >= QueueDesc and < QueueNotifyData: WriteArea(offset, value); break;
        }
    }

    void WriteArea(int offset, uint half)
    {
        if (control.SelectedQueue is not { } queue || (offset & 3) != 0) return;
        var areas = queue.Areas;
        var isHigh = (offset & 4) != 0;
        queue.SetAreas((offset & ~7) switch
        {
            QueueDesc => areas with { Descriptors = Replace(areas.Descriptors, half, isHigh) },
            QueueDriver => areas with { Driver = Replace(areas.Driver, half, isHigh) },
            _ => areas with { Device = Replace(areas.Device, half, isHigh) },
        });
    }

    static ulong Replace(ulong value, uint half, bool isHigh) =>
        isHigh ? (value & 0xffff_ffff) | ((ulong)half << 32) : (value & ~0xffff_ffffUL) | half;
}
