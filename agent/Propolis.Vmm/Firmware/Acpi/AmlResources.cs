using System.Buffers.Binary;

namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>Encodes resource descriptors (ACPI 6.4, section 6.4), the contents of _CRS and _PRS.</summary>
public static class AmlResources
{
    const byte MinFixed = 4;
    const byte MaxFixed = 8;

    /// <summary>A buffer with the given descriptors and the end tag.</summary>
    public static byte[] Template(params byte[][] descriptors) => Aml.Buffer([.. descriptors.SelectMany(d => d), 0x79, 0]);

    /// <summary>Ports at a fixed place that a device answers to.</summary>
    public static byte[] Ports(ushort first, byte length) => [0x47, 1, .. Words(first, first), 1, length];

    /// <summary>An ISA interrupt: edge, active high, not shared.</summary>
    public static byte[] Irq(int irq) => [0x22, .. Words((ushort)(1 << irq))];

    /// <summary>Level-triggered, active-high, shared interrupts of the IO APIC that the device consumes; with several it is a choice.</summary>
    public static byte[] LevelInterrupts(params uint[] interrupts) =>
        [0x89, .. Words((ushort)(2 + 4 * interrupts.Length)), 0x09, (byte)interrupts.Length, .. interrupts.SelectMany(BitConverter.GetBytes)];

    /// <summary>Memory below 4 GiB at a fixed place.</summary>
    public static byte[] Memory32(uint address, uint length) => [0x86, .. Words(9), 1, .. Dwords(address, length)];

    /// <summary>Bus numbers that a bridge passes on.</summary>
    public static byte[] BusNumbers(ushort first, ushort last) =>
        [0x88, .. Words(13), 2, MinFixed | MaxFixed, 0, .. Words(0, first, last, 0, (ushort)(last - first + 1))];

    /// <summary>Ports that a bridge passes on.</summary>
    public static byte[] PortWindow(ushort first, ushort last) =>
        [0x88, .. Words(13), 1, MinFixed | MaxFixed, 3, .. Words(0, first, last, 0, (ushort)(last - first + 1))];

    /// <summary>Memory below 4 GiB that a bridge passes on, uncached and writable.</summary>
    public static byte[] MemoryWindow32(uint first, uint last) =>
        [0x87, .. Words(23), 0, MinFixed | MaxFixed, 1, .. Dwords(0, first, last, 0, last - first + 1)];

    /// <summary>Memory that a bridge passes on, uncached and writable.</summary>
    public static byte[] MemoryWindow64(ulong first, ulong last) =>
        [0x8a, .. Words(43), 0, MinFixed | MaxFixed, 1, .. Qwords(0, first, last, 0, last - first + 1)];

    static byte[] Words(params ushort[] values) => Encode(values, 2, (bytes, value) => BinaryPrimitives.WriteUInt16LittleEndian(bytes, value));

    static byte[] Dwords(params uint[] values) => Encode(values, 4, (bytes, value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes, value));

    static byte[] Qwords(params ulong[] values) => Encode(values, 8, (bytes, value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes, value));

    static byte[] Encode<T>(T[] values, int size, Action<Span<byte>, T> write)
    {
        var bytes = new byte[values.Length * size];
        for (var i = 0; i < values.Length; i++) write(bytes.AsSpan(i * size), values[i]);
        return bytes;
    }
}
