using System.Text;
using Propolis.Standalone.Config;
using Propolis.Vmm.Block;
using Propolis.Vmm.Block.CloudInit;
using Propolis.Vmm.Block.File;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Nvme;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Net;

namespace Propolis.Standalone.Running;

/// <summary>Turns a checked configuration into what the engine builds: reads firmware and kernels, opens disks and network interfaces. What it opened is closed again when one fails.</summary>
static class MachineSpecFactory
{
    /// <summary>Creates the spec. Throws <see cref="BlockBackendException"/>, <see cref="NetBackendException"/> or <see cref="IOException"/>.</summary>
    public static MachineSpec Create(MachineConfig config, CrucibleDisks crucible)
    {
        var main = config.Main;
        return new MachineSpec
        {
            Name = main.Name,
            Id = GuestIdentity.Of(main.Name),
            VcpuCount = main.Cpus,
            MemoryBytes = main.MemoryMiB << 20,
            Boot = ReadBoot(main.Boot),
            EnableEcam = config.EnablePcie,
            Cpuid = main.CpuidProfile?.Entries,
            FirmwareVersion = main.BootromVersion,
            BootOrder = [.. (main.BootOrder ?? []).Select(disk => disk.Name)],
            Devices = OpenDevices(config, crucible),
        };
    }

    static BootSpec ReadBoot(BootSource boot) => boot switch
    {
        BootSource.Firmware firmware => BootFiles.ReadRom(firmware.Bootrom.FullPath, firmware.UefiVars?.FullPath),
        BootSource.Kernel kernel => BootFiles.ReadLinux(kernel.Image.FullPath, kernel.Initrd?.FullPath, kernel.CommandLine),
        _ => throw new ArgumentOutOfRangeException(nameof(boot), boot, "an unknown boot source"),
    };

    static List<DeviceSpec> OpenDevices(MachineConfig config, CrucibleDisks crucible)
    {
        var devices = new List<DeviceSpec>();
        try
        {
            foreach (var (bridge, index) in config.Bridges.Select((bridge, index) => (bridge, index)))
                devices.Add(new DeviceSpec.Bridge($"pci-bridge-{index}", bridge.PciPath, bridge.DownstreamBus));
            foreach (var device in config.Devices) devices.Add(OpenDevice(device, config, crucible));
            return devices;
        }
        catch
        {
            foreach (var device in devices) device.Close();
            throw;
        }
    }

    static DeviceSpec OpenDevice(DeviceConfig device, MachineConfig config, CrucibleDisks crucible) => device switch
    {
        VirtioBlockConfig disk => new DeviceSpec.VirtioBlock(disk.Name, disk.PciPath, OpenDisk(disk.BlockDevice, config, crucible)) { Queues = disk.Queues, Serial = disk.BlockDevice.Name },
        NvmeConfig disk => new DeviceSpec.Nvme(disk.Name, disk.PciPath, OpenDisk(disk.BlockDevice, config, crucible)) { Serial = NvmeOptions.SerialFrom(disk.BlockDevice.Name), Queues = disk.Queues },
        VionaConfig nic => new DeviceSpec.VirtioNet(nic.Name, nic.PciPath, new TapInterface(nic.Vnic, Math.Min((int)config.Main.Cpus, VirtioNetOptions.MaxPairs)), NicOptions(nic, config.Main.Name)),
        PvpanicConfig panic => new DeviceSpec.Pvpanic(panic.Name) { EnableIsa = panic.EnableIsa },
        _ => throw new ArgumentOutOfRangeException(nameof(device), device, "a device that this build does not have"),
    };

    static IBlockBackend OpenDisk(BlockDeviceConfig disk, MachineConfig config, CrucibleDisks crucible) => disk switch
    {
        FileDiskConfig file => FileBackend.Open(new FileBackendOptions
        {
            Path = file.Path.FullPath,
            BlockSize = file.BlockSize ?? 512,
            ReadOnly = file.ReadOnly,
            SkipFlush = file.SkipFlush,
            Workers = file.Workers,
        }),
        CloudInitDiskConfig => CloudInitDisk.Open(ReadCloudInit(config.CloudInit!)),
        CrucibleDiskConfig volume => crucible.Open(volume),
        CrucibleMemoryDiskConfig memory => new MemoryBackend(memory.Size, memory.BlockSize ?? 512, memory.ReadOnly),
        MemoryDiskConfig memory => new MemoryBackend(memory.Size, memory.BlockSize ?? 512, memory.ReadOnly),
        _ => throw new ArgumentOutOfRangeException(nameof(disk), disk, "a disk that this build does not have"),
    };

    static VirtioNetOptions NicOptions(VionaConfig nic, string machine)
    {
        var options = new VirtioNetOptions { Mac = GuestIdentity.MacOf(machine, nic.Name) };
        return options with
        {
            ReceiveQueueSize = nic.RxQueueSize ?? options.ReceiveQueueSize,
            TransmitQueueSize = nic.TxQueueSize ?? options.TransmitQueueSize,
        };
    }

    static CloudInitFiles ReadCloudInit(CloudInitConfig cloudInit) => new()
    {
        UserData = Contents(cloudInit.UserData) ?? default(ReadOnlyMemory<byte>),
        MetaData = Contents(cloudInit.MetaData) ?? default(ReadOnlyMemory<byte>),
        NetworkConfig = Contents(cloudInit.NetworkConfig),
    };

    static ReadOnlyMemory<byte>? Contents(CloudInitPart? part) => part switch
    {
        null => null,
        { Contents: { } contents } => contents,
        { Path: { } path } => (ReadOnlyMemory<byte>)File.ReadAllBytes(path.FullPath),
        _ => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(part.Text ?? ""),
    };
}
