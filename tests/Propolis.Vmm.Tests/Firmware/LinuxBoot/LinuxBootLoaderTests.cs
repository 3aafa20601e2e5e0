using System.Buffers.Binary;
using System.Text;
using Propolis.Vmm.Firmware;
using Propolis.Vmm.Firmware.Acpi;
using Propolis.Vmm.Firmware.LinuxBoot;
using Propolis.Vmm.Firmware.Smbios;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.State;
using Propolis.Vmm.Tests.Memory;

namespace Propolis.Vmm.Tests.Firmware.LinuxBoot;

public sealed class LinuxBootLoaderTests : IDisposable
{
    const ulong MiB = 1 << 20;

    static readonly MemoryLayout Layout = MemoryLayout.For(32 * MiB);

    readonly TestMemory _memory = new(32 * MiB);
    readonly EntryRecorder _processor = new();

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void Boot_parameters_lead_the_kernel_to_everything()
    {
        Loader(initrd: [1, 2, 3], commandLine: "console=ttyS0").Load();

        var page = _memory.Bytes(_processor.Entry.Rsi, 4096);
        Assert.Equal("HdrS", Encoding.ASCII.GetString(page, 0x202, 4));
        Assert.Equal(0xff, page[0x210]);
        var initrd = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(0x218));
        Assert.Equal([1, 2, 3], _memory.Bytes(initrd, BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(0x21c))));
        Assert.Equal("console=ttyS0\0", Encoding.ASCII.GetString(_memory.Bytes(BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(0x228)), 14)));
        Assert.Equal("RSD PTR ", Encoding.ASCII.GetString(_memory.Bytes(BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(0x70)), 8)));
        Assert.Equal(4, page[0x1e8]);
        Assert.Equal(E820Map.Encode(E820Map.ForKernel(Layout, false)), page[0x2d0..(0x2d0 + 4 * 20)]);
    }

    [Fact]
    public void Processor_enters_the_payload_with_flat_segments_and_identity_pages()
    {
        var kernel = TestKernel.Make();
        Loader(kernel).Load();

        var entry = _processor.Entry;
        Assert.Equal(16 * MiB + 0x200, entry.Rip);
        Assert.Equal(kernel[0x600..0x700], _memory.Bytes(entry.Rip, 0x100));
        Assert.Equal((ushort)31, entry.GdtLimit);
        Assert.Equal(0x00af_9b00_0000_ffffUL, BinaryPrimitives.ReadUInt64LittleEndian(_memory.Bytes(entry.GdtAddress + 0x10, 8)));
        Assert.Equal(0x00cf_9300_0000_ffffUL, BinaryPrimitives.ReadUInt64LittleEndian(_memory.Bytes(entry.GdtAddress + 0x18, 8)));
        Assert.All(new ulong[] { 0, 0x9123, 16 * MiB + 0x200, 0x7fff_f000, 0xffff_ffff }, address => Assert.Equal(address, Translate(entry.Cr3, address)));
    }

    [Fact]
    public void Tables_are_found_by_searching_too()
    {
        Loader().Load();

        Assert.Equal("RSD PTR ", Encoding.ASCII.GetString(_memory.Bytes(0xe_0000, 8)));
        var anchor = _memory.Bytes(0xf_0000, 0x1f);
        Assert.Equal("_SM_", Encoding.ASCII.GetString(anchor, 0, 4));
        Assert.Equal(0, _memory.Bytes(BinaryPrimitives.ReadUInt32LittleEndian(anchor.AsSpan(0x18)), 1)[0]);
    }

    [Fact]
    public void Loading_again_repairs_what_a_guest_left()
    {
        var loader = Loader(initrd: new byte[5000]);
        loader.Load();
        var before = _memory.Bytes(0, (int)(32 * MiB));
        foreach (var address in new ulong[] { 0x8000, 0x9000, 0xa000, 0x1_0000, 0xe_0000, 0xf_0000, 16 * MiB, loader.Plan.Initrd.Start }) _memory.Write(address, new byte[16]);

        loader.Load();

        Assert.True(before.AsSpan().SequenceEqual(_memory.Bytes(0, (int)(32 * MiB))));
    }

    [Fact]
    public void What_is_no_kernel_is_refused() =>
        Assert.Equal(
            "The kernel is not a Linux kernel (bzImage): the setup header's signature is missing.",
            Assert.Throws<FirmwareException>(() => Loader("MZ"u8.ToArray())).Message);

    LinuxBootLoader Loader(byte[]? kernel = null, byte[]? initrd = null, string commandLine = "") => new(
        new LinuxBootSettings
        {
            Kernel = kernel ?? TestKernel.Make(),
            Initrd = initrd ?? [],
            CommandLine = commandLine,
            Memory = Layout,
            Acpi = new AcpiTables(new AcpiSettings { Memory = Layout, VcpuCount = 1 }),
            Smbios = new SmbiosTables(new SmbiosSettings { Memory = Layout, VcpuCount = 1, Uuid = Guid.Empty }),
        },
        _memory.Guest,
        _processor);

    /// <summary>Walks the page tables as a processor does.</summary>
    ulong Translate(ulong table, ulong address)
    {
        for (var shift = 39; ; shift -= 9)
        {
            var entry = BinaryPrimitives.ReadUInt64LittleEndian(_memory.Bytes(table + (address >> shift & 511) * 8, 8));
            Assert.True((entry & 3) == 3, $"0x{address:x} is not mapped writable at level {shift}.");
            var mask = (1UL << shift) - 1;
            if (shift == 12 || (entry & 0x80) != 0) return (entry & 0xf_ffff_ffff_f000 & ~mask) | (address & mask);
            table = entry & 0xf_ffff_ffff_f000;
        }
    }

    /// <summary>Takes the entry; nothing else of a processor is asked for.</summary>
    sealed class EntryRecorder : IVcpu
    {
        public LongModeEntry Entry { get; private set; }

        public int Id => 0;

        public void SetLongModeEntry(LongModeEntry entry) => Entry = entry;

        public VmExit Run() => throw new NotSupportedException();

        public void Kick() => throw new NotSupportedException();

        public void ClearKick() => throw new NotSupportedException();

        public bool Quiesce() => throw new NotSupportedException();

        public string DescribeFailure() => throw new NotSupportedException();

        public void InjectNmi() => throw new NotSupportedException();

        public void Export(StateWriter writer) => throw new NotSupportedException();

        public void Import(StateReader reader) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
