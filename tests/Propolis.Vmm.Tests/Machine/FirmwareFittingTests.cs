using System.Buffers.Binary;
using System.Text;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Devices.FwCfg;
using Propolis.Vmm.Devices.Ramfb;
using Propolis.Vmm.Hypervisor.Kvm;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Pci;

namespace Propolis.Vmm.Tests.Machine;

public sealed class FirmwareFittingTests : IDisposable
{
    static readonly byte[] Rom = new byte[0x1000];

    readonly string _folder = Directory.CreateTempSubdirectory("fitting-").FullName;
    readonly KvmHypervisor _hypervisor = new();

    public FirmwareFittingTests() => Assert.SkipUnless(_hypervisor.Probe().IsUsable, _hypervisor.Probe().Reason);

    string Variables => Path.Combine(_folder, "vars.fd");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(4097)]
    [InlineData((16 << 20) + 4096)]
    public void Rom_of_a_wrong_size_is_refused(int length) =>
        Refused(new BootSpec.Rom(new byte[length], null), $"The boot ROM has {length} bytes; it needs whole pages of 4096 bytes and at most 16 MiB.");

    [Fact]
    public void Kernel_that_is_none_is_refused() =>
        Refused(new BootSpec.Linux(new byte[5000], default, ""), "The kernel is not a Linux kernel (bzImage): the setup header's signature is missing.");

    [Fact]
    public void Variables_without_a_template_are_refused_and_not_made()
    {
        Refused(new BootSpec.Rom(Rom, Variables), $"The variable store {Variables} does not exist; copy the firmware's OVMF_VARS.fd there.");

        Assert.False(File.Exists(Variables));
    }

    [Fact]
    public void File_that_is_no_variable_store_is_refused_and_let_go()
    {
        File.WriteAllBytes(Variables, new byte[0x1000]);

        Refused(new BootSpec.Rom(Rom, Variables), $"The variable store {Variables} is no UEFI variable store; a copy of OVMF_VARS.fd is needed.");

        File.OpenHandle(Variables, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    [Fact]
    public async Task Variables_lie_below_the_code_and_the_end_of_the_code_below_1_MiB()
    {
        var image = new byte[1 << 20];
        Store(0x2_0000).CopyTo(image, 0);
        image[^1] = 0x77;
        var body = Build(new BootSpec.Rom(image, Variables));

        body.Hardware.Boot.Load();

        var memory = body.Hardware.Vm.Memory;
        Assert.True(memory.TryRead(0xfff0_0028, out uint signature));
        Assert.True(memory.TryRead(0xf_ffff, out byte last));
        Assert.Equal((0x4856465fu, 0x77), (signature, last));
        Assert.Equal(0x2_0000, new FileInfo(Variables).Length);
        body.Hardware.Vm.PauseTime();
        Assert.Contains(body.Export(), p => p.Kind == "cfi-flash");
        await body.HaltAsync();
    }

    [Fact]
    public async Task Firmware_reads_the_machine_through_fw_cfg()
    {
        var body = Build(
            new BootSpec.Rom(Rom, null),
            s => s with { VcpuCount = 2, HasFramebuffer = true, Devices = [Disk("a", new PciPath(0, 5, 0)), Disk("b", new PciPath(0, 6, 0))], BootOrder = ["b", "a"] });
        var ports = body.Hardware.Ports;

        Assert.Equal([2, 0], Read(ports, FwCfgKey.CpuCount, 2));
        var files = Files(ports);
        Assert.Equal(
            ["bootorder", "etc/acpi/rsdp", "etc/acpi/tables", "etc/e820", "etc/ramfb", "etc/smbios/smbios-anchor", "etc/smbios/smbios-tables", "etc/table-loader"],
            files.Select(f => f.Name));
        Assert.Equal("/pci@i0cf8/scsi@6/disk@0,0\n/pci@i0cf8/scsi@5/disk@0,0\nHALT\0", Encoding.ASCII.GetString(Content(ports, files, "bootorder")));
        Assert.Contains(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).ToString(), Encoding.ASCII.GetString(Content(ports, files, "etc/smbios/smbios-tables")));
        Assert.Equal(RamfbMode.Size, Content(ports, files, RamfbDevice.FileName).Length);
        await body.HaltAsync();
    }

    [Fact]
    public void Device_behind_a_bridge_cannot_be_in_the_boot_order() =>
        Refused(
            new BootSpec.Rom(Rom, null),
            "'a' is in the boot order, but firmware boots only from PCI bus 0 and it is at 1.3.0.",
            s => s with { Devices = [new DeviceSpec.Bridge("bridge", new PciPath(0, 4, 0), 1), Disk("a", new PciPath(1, 3, 0))], BootOrder = ["a"] });

    void Refused(BootSpec boot, string sentence, Func<MachineSpec, MachineSpec>? change = null) =>
        Assert.Equal(sentence, Assert.Throws<MachineException>(() => Build(boot, change)).Message);

    MachineBody Build(BootSpec boot, Func<MachineSpec, MachineSpec>? change = null)
    {
        var spec = new MachineSpec { Name = "fitting", Id = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), VcpuCount = 1, MemoryBytes = 16 << 20, Boot = boot };
        return MachineBuilder.Build(change is null ? spec : change(spec), new MachineHost { Hypervisor = _hypervisor, Control = new MachineInputQueue() });
    }

    static DeviceSpec.VirtioBlock Disk(string name, PciPath path) => new(name, path, new MemoryBackend(new byte[4096]));

    static byte[] Store(int length)
    {
        var store = new byte[length];
        new Guid("fff12b8d-7696-4c8b-a985-2747075b4f50").TryWriteBytes(store.AsSpan(16));
        BinaryPrimitives.WriteInt32LittleEndian(store.AsSpan(32), length);
        "_FVH"u8.CopyTo(store.AsSpan(40));
        return store;
    }

    static List<(string Name, ushort Key, int Length)> Files(AddressBus ports)
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(Read(ports, FwCfgKey.FileDirectory, 4));
        return [.. Read(ports, FwCfgKey.FileDirectory, 4 + 64 * count)[4..].Chunk(64).Select(e => (
            Encoding.ASCII.GetString(e, 8, 56).TrimEnd('\0'), BinaryPrimitives.ReadUInt16BigEndian(e.AsSpan(4)), BinaryPrimitives.ReadInt32BigEndian(e)))];
    }

    static byte[] Content(AddressBus ports, List<(string Name, ushort Key, int Length)> files, string name)
    {
        var file = files.Single(f => f.Name == name);
        return Read(ports, file.Key, file.Length);
    }

    static byte[] Read(AddressBus ports, ushort key, int length)
    {
        ports.Write(0x510, BitConverter.GetBytes(key));
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) ports.Read(0x511, bytes.AsSpan(i, 1));
        return bytes;
    }
}
