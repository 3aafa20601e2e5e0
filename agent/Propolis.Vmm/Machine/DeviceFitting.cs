using Propolis.Vmm.Block;
using Propolis.Vmm.Devices.Failures;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Pvpanic;
using Propolis.Vmm.Devices.Virtio;
using Propolis.Vmm.Devices.Virtio.Block;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Devices.Virtio.Transport;
using Propolis.Vmm.Io;
using Propolis.Vmm.Pci;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Machine;

/// <summary>Puts configured devices into a machine that is being built. Each disk and network interface gets an I/O thread of its own.</summary>
static class DeviceFitting
{
    const int MaxDefaultQueues = 8;

    /// <summary>Takes over what the device brings along, so that it is freed whatever happens next.</summary>
    public static void Own(DeviceSpec device, MachineHardware hardware)
    {
        switch (device)
        {
            case DeviceSpec.VirtioBlock disk: OwnDisk(disk.Name, disk.Backend, hardware); break;
            case DeviceSpec.Nvme disk: OwnDisk(disk.Name, disk.Backend, hardware); break;
            case DeviceSpec.VirtioNet nic: hardware.Interfaces.Add(nic.Backend); break;
        }
    }

    /// <summary>Creates the device and connects it. Bridges are there already.</summary>
    public static void Add(DeviceSpec device, MachineSpec spec, MachineHost host, MachineHardware hardware, PciTopology topology)
    {
        switch (device)
        {
            case DeviceSpec.VirtioBlock disk:
                var options = new VirtioBlockOptions { Serial = disk.Serial, Queues = disk.Queues ?? Math.Min(spec.VcpuCount, MaxDefaultQueues) };
                AddVirtio(disk.Name, disk.Path, new VirtioBlock(options, disk.Backend, host.Clock), hardware, topology);
                AddDiskState(disk.Name, disk.Backend, hardware);
                break;
            case DeviceSpec.Nvme disk:
                var nvme = new NvmeOptions { Serial = disk.Serial };
                if (disk.Queues is { } queues) nvme = nvme with { Queues = queues };
                var controller = new NvmeController(nvme, disk.Backend, AddThread(disk.Name, hardware), host.Clock);
                AddFunction(disk.Name, disk.Path, controller, hardware, topology);
                AddDiskState(disk.Name, disk.Backend, hardware);
                break;
            case DeviceSpec.VirtioNet nic:
                var card = new VirtioNet(nic.Options, nic.Backend);
                AddVirtio(nic.Name, nic.Path, card, hardware, topology);
                hardware.Cards.Add(card);
                break;
            case DeviceSpec.MigrationFailures failures:
                hardware.Parts.Add(failures.Name, new FailureInjector(failures));
                break;
            case DeviceSpec.Pvpanic { EnableIsa: true }:
                new PvpanicPort(events => host.Panicked?.Invoke(events.ToString())).Attach(hardware.Ports);
                break;
        }
    }

    static void OwnDisk(string name, IBlockBackend backend, MachineHardware hardware)
    {
        hardware.Disks.Add(backend);
        hardware.DiskNames.Add(name);
    }

    static void AddVirtio(string name, PciPath path, VirtioDevice device, MachineHardware hardware, PciTopology topology) =>
        AddFunction(name, path, new VirtioPciFunction(device, [AddThread(name, hardware)]), hardware, topology);

    static void AddFunction<T>(string name, PciPath path, T function, MachineHardware hardware, PciTopology topology) where T : PciEndpoint =>
        topology.Add(path, hardware.Parts.Add(name, function));

    static void AddDiskState(string name, IBlockBackend backend, MachineHardware hardware)
    {
        if (backend is ISnapshot) hardware.Parts.Add($"{name}-contents", backend);
    }

    static IoThread AddThread(string name, MachineHardware hardware)
    {
        var thread = new IoThread($"io-{name}");
        hardware.IoThreads.Add(thread);
        return thread;
    }
}
