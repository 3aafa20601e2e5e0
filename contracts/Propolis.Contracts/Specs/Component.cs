using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Specs;

/// <summary>A device or a backend. In JSON <c>{"type": NAME, "component": {...}}</c>.</summary>
[GenerateSerializer, Immutable, Alias("propolis.specs.Component")]
[TaggedUnion("type", "component")]
[UnionCase("virtio_disk", typeof(VirtioDisk))]
[UnionCase("nvme_disk", typeof(NvmeDisk))]
[UnionCase("virtio_nic", typeof(VirtioNic))]
[UnionCase("serial_port", typeof(SerialPort))]
[UnionCase("pci_pci_bridge", typeof(PciPciBridge))]
[UnionCase("qemu_pvpanic", typeof(QemuPvpanic))]
[UnionCase("boot_settings", typeof(BootSettings))]
[UnionCase("virtio_socket", typeof(VirtioSocket))]
[UnionCase("soft_npu_pci_port", typeof(SoftNpuPciPort))]
[UnionCase("soft_npu_port", typeof(SoftNpuPort))]
[UnionCase("soft_npu_p9", typeof(SoftNpuP9))]
[UnionCase("p9fs", typeof(P9fs))]
[UnionCase("migration_failure_injector", typeof(MigrationFailureInjector))]
[UnionCase("crucible_storage_backend", typeof(CrucibleStorageBackend))]
[UnionCase("file_storage_backend", typeof(FileStorageBackend))]
[UnionCase("blob_storage_backend", typeof(BlobStorageBackend))]
[UnionCase("virtio_network_backend", typeof(VirtioNetworkBackend))]
[UnionCase("dlpi_network_backend", typeof(DlpiNetworkBackend))]
[JsonConverter(typeof(TaggedUnionConverter))]
public abstract record Component;
