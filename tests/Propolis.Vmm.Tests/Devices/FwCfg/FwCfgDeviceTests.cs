using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Propolis.Vmm.Devices.FwCfg;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Devices.FwCfg;

public sealed class FwCfgDeviceTests : IDisposable
{
    const ulong Descriptor = 0x1000;
    const ulong Buffer = 0x2000;

    readonly TestMemory _memory = new(1 << 20);
    readonly RecordingSink _sink = new();
    readonly FwCfgDevice _device;

    public FwCfgDeviceTests() => _device = Create();

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void Ports_give_signature_and_features()
    {
        Assert.Equal("QEMU", Encoding.ASCII.GetString(ReadPort(FwCfgKey.Signature, 4)));
        Assert.Equal([3, 0, 0, 0], ReadPort(FwCfgKey.Features, 4));
        Span<byte> data = stackalloc byte[4];
        _device.Read(4, data);
        Assert.Equal("QEMU", Encoding.ASCII.GetString(data));
        _device.Read(8, data);
        Assert.Equal(" CFG", Encoding.ASCII.GetString(data));
    }

    [Fact]
    public void Numbers_are_little_endian()
    {
        Assert.Equal([4, 0], ReadPort(FwCfgKey.CpuCount, 2));
        Assert.Equal([0, 0, 0, 0x80, 0, 0, 0, 0], ReadPort(FwCfgKey.RamSize, 8));
    }

    [Fact]
    public void Directory_is_sorted_and_numbered_from_0x20()
    {
        var directory = ReadPort(FwCfgKey.FileDirectory, 4 + 3 * 64);

        Assert.Equal(3, BinaryPrimitives.ReadInt32BigEndian(directory));
        Assert.Equal(["10 0020 bootorder", "5000 0021 etc/big", "28 0022 etc/ramfb"], Enumerable.Range(0, 3).Select(i => Entry(directory.AsSpan(4 + i * 64, 64))));
    }

    [Fact]
    public void Port_reads_behind_the_end_and_of_nothing_give_zero()
    {
        Assert.Equal([4, 0, 0, 0], ReadPort(FwCfgKey.CpuCount, 4));
        Assert.Equal([0, 0], ReadPort(0x3fff, 2));
    }

    [Fact]
    public void Write_bit_of_the_selector_is_ignored() => Assert.Equal((byte)'Q', ReadPort(0x4000, 1)[0]);

    [Fact]
    public void Dma_selects_skips_and_reads()
    {
        Dma(0x21u << 16 | 8 | 4, 16, 0);
        Assert.Equal(0u, Dma(2, 32, Buffer));

        Assert.Equal(Enumerable.Range(16, 32).Select(i => (byte)i), _memory.Bytes(Buffer, 32));
    }

    [Fact]
    public void Dma_read_behind_the_end_gives_zeroes()
    {
        _memory.Write(Buffer, Enumerable.Repeat((byte)0xaa, 16).ToArray());

        Assert.Equal(0u, Dma(0x20u << 16 | 8 | 2, 14, Buffer));

        Assert.Equal("/pci@i0cf\0\0\0\0\0\u00aa\u00aa", Encoding.Latin1.GetString(_memory.Bytes(Buffer, 16)));
    }

    [Fact]
    public void Dma_write_reaches_the_sink()
    {
        var content = Enumerable.Range(1, 28).Select(i => (byte)i).ToArray();
        _memory.Write(Buffer, content);

        Assert.Equal(0u, Dma(0x22u << 16 | 8 | 16, 28, Buffer));

        Assert.Equal(content, _sink.Last);
        Assert.Equal(content, ReadPort(0x22, 28));
    }

    [Theory]
    [InlineData(0x20u << 16 | 8 | 16, 4u, Buffer)] // read-only file
    [InlineData(0x22u << 16 | 8 | 16, 29u, Buffer)] // longer than the file
    [InlineData(0x3fffu << 16 | 8 | 16, 1u, Buffer)] // no such item
    [InlineData(0x20u << 16 | 8 | 2, 16u, 0xfffffUL)] // crosses the end of RAM
    [InlineData(0x20u << 16 | 8 | 2, 0xffff_ffffu, Buffer)]
    [InlineData(0x22u << 16 | 8 | 16, 28u, 0xffff_ffff_ffff_fff8UL)]
    public void Dma_nonsense_sets_the_error_bit(uint control, uint length, ulong address)
    {
        Assert.Equal(1u, Dma(control, length, address));

        Assert.Null(_sink.Last);
        Assert.Equal(1, _device.RejectedCommands);
    }

    [Fact]
    public void Descriptor_outside_of_memory_is_counted_only()
    {
        _device.Write(4, [0, 0, 0x12, 0x34]);
        _device.Write(8, [0, 0, 0, 0]);

        Assert.Equal(1, _device.RejectedCommands);
    }

    [Fact]
    public void Any_dma_command_ends_with_zero_or_error_and_leaves_the_rest_of_memory_alone() =>
        Prop.ForAll(DmaCommands().ToArbitrary(), command =>
        {
            var before = _memory.Bytes(0, 1 << 20);
            var answer = Dma(command.Control, command.Length, command.Address);
            var after = _memory.Bytes(0, 1 << 20);
            var changed = Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).Select(i => (ulong)i);
            return answer <= 1 && changed.All(a => (a >= Descriptor && a < Descriptor + 16) || (a >= command.Address && a - command.Address < command.Length));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Snapshot_carries_content_and_position()
    {
        _memory.Write(Buffer, Enumerable.Repeat((byte)7, 28).ToArray());
        Dma(0x22u << 16 | 8 | 16, 28, Buffer);
        ReadPort(0x21, 3);
        var writer = new StateWriter();
        _device.Export(writer);
        var other = Create(bootOrder: "another");

        other.Import(new StateReader(writer.Written.ToArray(), "fwcfg"));

        Span<byte> next = stackalloc byte[1];
        other.Read(1, next);
        Assert.Equal(3, next[0]);
        Assert.Equal("/pci@i0cf\0", Encoding.ASCII.GetString(other.ReadFile("bootorder")!));
        Assert.Equal(Enumerable.Repeat((byte)7, 28), other.ReadFile("etc/ramfb")!);
        Assert.Equal(0u, Dma(other, 0x22u << 16 | 8 | 16, 4, Buffer));
    }

    [Fact]
    public void Snapshot_with_a_selector_twice_is_refused()
    {
        var writer = new StateWriter();
        writer.Write((ushort)0);
        writer.Write(0u);
        writer.Write(0u);
        writer.Write(2);
        for (var i = 0; i < 2; i++)
        {
            writer.Write((ushort)5);
            writer.Write("");
            writer.Write([1]);
        }

        Assert.Throws<StateFormatException>(() => _device.Import(new StateReader(writer.Written.ToArray(), "fwcfg")));
    }

    [Fact]
    public void Reset_restores_what_the_guest_wrote_over()
    {
        _memory.Write(Buffer, [1, 2, 3]);
        Dma(0x22u << 16 | 8 | 16, 3, Buffer);

        _device.Reset();

        Assert.Equal(new byte[28], _device.ReadFile("etc/ramfb"));
        Span<byte> next = stackalloc byte[1];
        _device.Read(1, next);
        Assert.Equal((byte)'Q', next[0]);
    }

    FwCfgDevice Create(string bootOrder = "/pci@i0cf\0")
    {
        var catalog = new FwCfgCatalog();
        catalog.Add(FwCfgKey.CpuCount, (ushort)4);
        catalog.Add(FwCfgKey.RamSize, 0x8000_0000UL);
        catalog.AddFile("etc/ramfb", new byte[28], _sink);
        catalog.AddFile("bootorder", Encoding.ASCII.GetBytes(bootOrder));
        catalog.AddFile("etc/big", Enumerable.Range(0, 5000).Select(i => (byte)i).ToArray());
        return new FwCfgDevice(catalog.Build(), _memory.Guest);
    }

    static Gen<(uint Control, uint Length, ulong Address)> DmaCommands() =>
        from key in Gen.Elements<uint>(0, 5, 0x19, 0x20, 0x21, 0x22, 0x23, 0xffff)
        from control in Gen.Choose(0, 31)
        from length in Gen.OneOf(Gen.Choose(0, 6000), Gen.Elements(-1, int.MinValue, 1 << 20))
        from address in Gen.OneOf(Gen.Choose(0x2000, 0x100010).Select(a => (ulong)a), Gen.Elements(ulong.MaxValue, 1UL << 32, ulong.MaxValue - 100))
        select (key << 16 | (uint)control, (uint)length, address);

    byte[] ReadPort(ushort key, int count)
    {
        _device.Write(0, BitConverter.GetBytes(key));
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) _device.Read(1, bytes.AsSpan(i, 1));
        return bytes;
    }

    uint Dma(uint control, uint length, ulong address) => Dma(_device, control, length, address);

    uint Dma(FwCfgDevice device, uint control, uint length, ulong address)
    {
        var descriptor = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(descriptor, control);
        BinaryPrimitives.WriteUInt32BigEndian(descriptor.AsSpan(4), length);
        BinaryPrimitives.WriteUInt64BigEndian(descriptor.AsSpan(8), address);
        _memory.Write(Descriptor, descriptor);
        device.Write(4, new byte[4]);
        device.Write(8, [0, 0, 0x10, 0]);
        return BinaryPrimitives.ReadUInt32BigEndian(_memory.Bytes(Descriptor, 4));
    }

    static string Entry(ReadOnlySpan<byte> entry) =>
        $"{BinaryPrimitives.ReadInt32BigEndian(entry)} {BinaryPrimitives.ReadUInt16BigEndian(entry[4..]):x4} {Encoding.ASCII.GetString(entry[8..]).TrimEnd('\0')}";

    sealed class RecordingSink : IFwCfgSink
    {
        public byte[]? Last { get; private set; }

        public void Written(ReadOnlySpan<byte> content) => Last = content.ToArray();
    }
}
