using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Tests.Specs;

public sealed class SpecRulesTests
{
    static readonly Board Board = new() { Cpus = 1, MemoryMb = 512, Chipset = new I440Fx { EnablePcie = false } };
    static readonly FileStorageBackend File = new() { Path = "/disk", Readonly = false, BlockSize = 512 };

    static PciPath At(byte device, byte bus = 0, byte function = 0) => new() { Bus = bus, Device = device, Function = function };

    static VirtioDisk Disk(string backend, PciPath path) => new() { BackendId = backend, PciPath = path };

    static EquatableList<string> Faults(params (string Key, Component Component)[] components) => SpecRules.Faults(Spec(components));

    static InstanceSpec Spec(params (string Key, Component Component)[] components) => new()
    {
        Board = Board,
        Components = new SpecComponents(components.Select(entry => KeyValuePair.Create(new SpecKey(entry.Key), entry.Component))),
    };

    static void Faulty(string part, params (string Key, Component Component)[] components) =>
        Assert.Contains(part, Assert.Single(Faults(components)), StringComparison.Ordinal);

    [Fact]
    public void A_whole_machine_has_no_fault() => Assert.Empty(Faults(
        ("disk", Disk("file", At(4))),
        ("file", File),
        ("bridge", new PciPciBridge { DownstreamBus = 3, PciPath = At(5) }),
        ("far", Disk("far-file", At(1, bus: 3))),
        ("far-file", File),
        ("nic", new VirtioNic { BackendId = "net", InterfaceId = Guid.Empty, PciPath = At(6) }),
        ("net", new VirtioNetworkBackend { VnicName = "tap0" }),
        ("boot", new BootSettings { Order = [new BootOrderEntry { Id = "disk" }] }),
        ("com1", new SerialPort { Num = SerialPortNumber.Com1 })));

    [Fact]
    public void Two_devices_in_one_place_are_refused() =>
        Faulty("share PCI path 0.4.0", ("a", Disk("fa", At(4))), ("fa", File), ("b", Disk("fb", At(4))), ("fb", File));

    [Fact]
    public void A_place_that_no_bus_has_is_refused()
    {
        Faulty("devices are 0 to 31", ("a", Disk("fa", At(32))), ("fa", File));
        Faulty("which no bridge provides", ("a", Disk("fa", At(1, bus: 2))), ("fa", File));
    }

    [Fact]
    public void A_backend_serves_exactly_one_device()
    {
        Faulty("is used by no device", ("fa", File));
        Faulty("only one device", ("a", Disk("fa", At(4))), ("b", Disk("fa", At(5))), ("fa", File));
    }

    [Fact]
    public void A_device_names_a_backend_of_its_kind()
    {
        Faulty("not in the spec", ("a", Disk("nowhere", At(4))));
        Faulty("wrong type", ("a", Disk("net", At(4))), ("net", new VirtioNetworkBackend { VnicName = "tap0" }));
    }

    [Fact]
    public void The_boot_order_names_disks_on_the_root_bus()
    {
        Faulty("not a disk", ("boot", new BootSettings { Order = [new BootOrderEntry { Id = "gone" }] }));
        Faulty(
            "not on PCI bus 0",
            ("bridge", new PciPciBridge { DownstreamBus = 1, PciPath = At(5) }),
            ("a", Disk("fa", At(1, bus: 1))),
            ("fa", File),
            ("boot", new BootSettings { Order = [new BootOrderEntry { Id = "a" }] }));
    }

    [Fact]
    public void Some_devices_exist_once()
    {
        Faulty("only one", ("p1", new QemuPvpanic { EnableIsa = true }), ("p2", new QemuPvpanic { EnableIsa = true }));
        Faulty("only one", ("v1", new VirtioSocket { GuestCid = 3, PciPath = At(4) }), ("v2", new VirtioSocket { GuestCid = 4, PciPath = At(5) }));
        Faulty("used once", ("s1", new SerialPort { Num = SerialPortNumber.Com2 }), ("s2", new SerialPort { Num = SerialPortNumber.Com2 }));
    }

    [Fact]
    public void Falcon_devices_are_refused() => Faulty("falcon", ("npu", new SoftNpuPciPort { PciPath = At(4) }));

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var spec = Spec(("a", Disk("x", At(40))), ("f", File)) with { Board = Board with { Cpus = 0, MemoryMb = 0 } };
        Assert.Equal(5, SpecRules.Faults(spec).Count);
    }

    [Fact]
    public void Cpuid_leaves_are_unique_and_in_range()
    {
        CpuidEntry Leaf(uint leaf) => new() { Leaf = leaf, Eax = 0, Ebx = 0, Ecx = 0, Edx = 0 };
        var spec = Spec() with { Board = Board with { Cpuid = new Cpuid { Vendor = CpuidVendor.Intel, Entries = [Leaf(1), Leaf(1), Leaf(0x4000_0000)] } } };
        Assert.Equal(2, SpecRules.Faults(spec).Count);
    }
}
