using Propolis.Contracts.Specs;

namespace Propolis.Contracts.Tests.Specs;

public sealed class SpecJsonTests
{
    public const string Board = """{"cpus":4,"memory_mb":8192,"chipset":{"type":"i440_fx","value":{"enable_pcie":false}}}""";

    const string EveryComponent = """
        {
          "board": {
            "cpus": 4, "memory_mb": 8192,
            "chipset": {"type": "i440_fx", "value": {"enable_pcie": true}},
            "guest_hv_interface": {"type": "hyper_v", "value": {"features": ["reference_tsc"]}},
            "cpuid": {"vendor": "amd", "entries": [{"leaf": 0, "eax": 16, "ebx": 4294967295, "ecx": 1, "edx": 2}, {"leaf": 7, "subleaf": 1, "eax": 0, "ebx": 0, "ecx": 0, "edx": 0}]}
          },
          "components": {
            "1f0a5a43-0b2f-4b0c-9a51-1bd7a4a1f0aa": {"type": "nvme_disk", "component": {"backend_id": "root-backend", "pci_path": {"bus": 0, "device": 16, "function": 0}, "serial_number": [114,111,111,116,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,255]}},
            "blob": {"type": "blob_storage_backend", "component": {"base64": "AAEC", "readonly": true}},
            "boot": {"type": "boot_settings", "component": {"order": [{"id": "1f0a5a43-0b2f-4b0c-9a51-1bd7a4a1f0aa"}]}},
            "bridge": {"type": "pci_pci_bridge", "component": {"downstream_bus": 1, "pci_path": {"bus": 0, "device": 4, "function": 0}}},
            "cidata": {"type": "virtio_disk", "component": {"backend_id": "blob", "pci_path": {"bus": 0, "device": 24, "function": 0}}},
            "com1": {"type": "serial_port", "component": {"num": "com1"}},
            "dlpi": {"type": "dlpi_network_backend", "component": {"vnic_name": "net1"}},
            "failure": {"type": "migration_failure_injector", "component": {"fail_exports": 1, "fail_imports": 2}},
            "nic": {"type": "virtio_nic", "component": {"backend_id": "vnic", "interface_id": "00000000-0000-0000-0000-00000000000a", "pci_path": {"bus": 0, "device": 8, "function": 0}}},
            "npu": {"type": "soft_npu_pci_port", "component": {"pci_path": {"bus": 0, "device": 9, "function": 0}}},
            "npu-p9": {"type": "soft_npu_p9", "component": {"pci_path": {"bus": 0, "device": 10, "function": 0}}},
            "npu-port": {"type": "soft_npu_port", "component": {"link_name": "sc0", "backend_id": "dlpi"}},
            "p9fs": {"type": "p9fs", "component": {"source": "/src", "target": "host", "chunk_size": 8192, "pci_path": {"bus": 0, "device": 11, "function": 0}}},
            "pvpanic": {"type": "qemu_pvpanic", "component": {"enable_isa": true}},
            "root-backend": {"type": "crucible_storage_backend", "component": {"request_json": "{\"type\":\"volume\"}", "readonly": false}},
            "second": {"type": "virtio_disk", "component": {"backend_id": "second-backend", "pci_path": {"bus": 1, "device": 1, "function": 0}}},
            "second-backend": {"type": "file_storage_backend", "component": {"path": "/disks/a.raw", "readonly": false, "block_size": 512, "workers": 8}},
            "vnic": {"type": "virtio_network_backend", "component": {"vnic_name": "vnic0"}},
            "vsock": {"type": "virtio_socket", "component": {"guest_cid": 18446744073709551615, "pci_path": {"bus": 0, "device": 26, "function": 0}}}
          },
          "smbios": {"manufacturer": "Oxide", "product_name": "OxVM", "serial_number": "1f0a", "version": 9007199254740993}
        }
        """;

    [Fact]
    public void Every_component_round_trips()
    {
        var spec = Json.RoundTrips<InstanceSpec>(EveryComponent);

        Assert.Equal(19, spec.Components.Count);
        Assert.Equal(255, Assert.IsType<NvmeDisk>(spec.Components["1F0A5A43-0B2F-4B0C-9A51-1BD7A4A1F0AA"]).SerialNumber[19]);
        Assert.Equal(9007199254740993UL, spec.Smbios!.Version);
    }

    [Fact]
    public void The_default_hypervisor_interface_may_be_absent_null_or_named()
    {
        var named = Json.RoundTrips<InstanceSpec>("""{"board":{"cpus":1,"memory_mb":1,"chipset":{"type":"i440_fx","value":{"enable_pcie":false}},"guest_hv_interface":{"type":"bhyve"}},"components":{}}""");
        Assert.IsType<BhyveInterface>(named.Board.GuestHvInterface);

        var absent = Json.Read<InstanceSpec>($$$$$$"""{"board":{{{{{{Board}}}}}},"components":{},"smbios":null}""");
        Assert.Null(absent.Board.GuestHvInterface);
        Assert.DoesNotContain("null", Json.Write(absent), StringComparison.Ordinal);
    }

    [Fact]
    public void Members_of_a_component_come_in_any_order()
    {
        var component = Json.Read<Component>("""{"component":{"num":"com3"},"type":"serial_port"}""");
        Assert.Equal(new SerialPort { Num = SerialPortNumber.Com3 }, component);
    }

    [Theory]
    [InlineData("""{"type":"warp_drive","component":{}}""", "warp_drive")]
    [InlineData("""{"component":{}}""", "\"type\" is missing")]
    [InlineData("""{"type":"serial_port"}""", "\"component\" is missing")]
    [InlineData("""{"type":"serial_port","component":{"num":"com1"},"extra":1}""", "\"extra\" is not known")]
    [InlineData("""{"type":"serial_port","component":{"num":"com1","speed":9600}}""", "speed")]
    [InlineData("""{"type":"serial_port","component":{"num":0}}""", "SerialPortNumber")]
    [InlineData("""{"type":"serial_port","component":{}}""", "num")]
    [InlineData("""{"type":"serial_port","component":null}""", "must not be null")]
    [InlineData("""[1]""", "an object")]
    [InlineData("""{"type":"nvme_disk","component":{"backend_id":"b","pci_path":{"bus":0,"device":1,"function":0},"serial_number":[256]}}""", "0 to 255")]
    [InlineData("""{"type":"nvme_disk","component":{"backend_id":"b","pci_path":{"bus":256,"device":1,"function":0},"serial_number":[1]}}""", "bus")]
    [InlineData("""{"type":"nvme_disk","component":{"backend_id":null,"pci_path":{"bus":0,"device":1,"function":0},"serial_number":[1]}}""", "key must be a string")]
    public void A_wrong_component_is_refused_by_name(string text, string part) =>
        Assert.Contains(part, Json.Refuses<Component>(text), StringComparison.Ordinal);

    [Fact]
    public void A_key_that_comes_twice_is_refused_however_it_is_written()
    {
        const string Port = """{"type":"serial_port","component":{"num":"com1"}}""";
        var text = $$$$$$"""{"board":{{{{{{Board}}}}}},"components":{"AAAAAAAA-0000-0000-0000-000000000000":{{{{{{Port}}}}}},"aaaaaaaa-0000-0000-0000-000000000000":{{{{{{Port}}}}}}}}""";
        Assert.Contains("is there twice", Json.Refuses<InstanceSpec>(text), StringComparison.Ordinal);
    }

    [Fact]
    public void Specs_compare_by_value()
    {
        Assert.Equal(Json.Read<InstanceSpec>(EveryComponent), Json.Read<InstanceSpec>(EveryComponent));
        Assert.Equal(Json.Read<InstanceSpec>(EveryComponent).GetHashCode(), Json.Read<InstanceSpec>(EveryComponent).GetHashCode());
        Assert.NotEqual(Json.Read<InstanceSpec>(EveryComponent), Json.Read<InstanceSpec>(EveryComponent.Replace("\"com1\"}", "\"com2\"}", StringComparison.Ordinal)));
    }
}
