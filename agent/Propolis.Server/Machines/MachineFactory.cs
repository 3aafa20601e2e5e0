using System.Security.Cryptography;
using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Server.Rest;
using Propolis.Vmm.Block;
using Propolis.Vmm.Block.File;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Net;
using Propolis.Vmm.Serial;
using EngineCpuidEntry = Propolis.Vmm.Hypervisor.CpuidEntry;
using EnginePath = Propolis.Vmm.Pci.PciPath;

namespace Propolis.Server.Machines;

/// <summary>Builds machines on a hypervisor: opens the backends of a spec, puts its devices in place, and joins its first serial port to a history. What it opened is closed again when it fails.</summary>
sealed class MachineFactory(ServerBoot boot, string? firmwareVersion, IHypervisor hypervisor, ICrucibleDisks crucible, TimeProvider clock) : IMachineFactory
{
    /// <summary>Bytes of serial output that are kept: so many from the start on, and so many of the newest.</summary>
    public const int SerialHistoryBytes = 1 << 20;

    const uint BlobBlockSize = 512;

    /// <inheritdoc/>
    public BuiltMachine Build(InstanceProperties properties, InstanceSpec spec, IMachineControl control)
    {
        if (SpecSupport.Missing(spec) is { } missing) throw ServerException.NotBuilt(missing);
        var volumes = new Dictionary<SpecKey, ICrucibleVolume>();
        var devices = OpenDevices(spec, volumes, control);
        var body = MachineBuilder.Build(Describe(properties, spec, devices), new MachineHost { Hypervisor = hypervisor, Control = control, Clock = clock });
        var hasSerial = spec.Components.Values.Any(component => component is SerialPort { Num: SerialPortNumber.Com1 });
        return new BuiltMachine
        {
            Body = body,
            Serial = hasSerial ? new SerialConsole(body.Hardware.SerialPorts[0], SerialHistoryBytes, SerialHistoryBytes) : null,
            InjectNmi = () => body.Hardware.Processors.ForEach(vcpu => vcpu.InjectNmi()),
            Volumes = volumes,
        };
    }

    MachineSpec Describe(InstanceProperties properties, InstanceSpec spec, IReadOnlyList<DeviceSpec> devices)
    {
        try
        {
            return new MachineSpec
            {
                Name = properties.Id.ToString(),
                Id = properties.Id,
                VcpuCount = spec.Board.Cpus,
                MemoryBytes = spec.Board.MemoryMb << 20,
                Boot = boot.Read(),
                EnableEcam = spec.Board.Chipset is I440Fx { EnablePcie: true },
                Cpuid = spec.Board.Cpuid is { } cpuid ? [.. cpuid.Entries.Select(e => new EngineCpuidEntry(e.Leaf, e.Subleaf, e.Eax, e.Ebx, e.Ecx, e.Edx))] : null,
                FirmwareVersion = firmwareVersion,
                Identity = spec.Smbios is { } smbios ? new SystemIdentity { Manufacturer = smbios.Manufacturer, Product = smbios.ProductName, Serial = smbios.SerialNumber, Version = $"{smbios.Version}" } : null,
                BootOrder = [.. spec.Components.Values.OfType<BootSettings>().SelectMany(settings => settings.Order).Select(entry => entry.Id.Value)],
                Devices = devices,
            };
        }
        catch
        {
            Close(devices);
            throw;
        }
    }

    List<DeviceSpec> OpenDevices(InstanceSpec spec, Dictionary<SpecKey, ICrucibleVolume> volumes, IMachineControl control)
    {
        var devices = new List<DeviceSpec>();
        try
        {
            foreach (var (key, component) in spec.Components)
            {
                if (OpenDevice(key, component, spec, volumes, control) is { } device) devices.Add(device);
            }
            return devices;
        }
        catch
        {
            Close(devices);
            throw;
        }
    }

    DeviceSpec? OpenDevice(SpecKey key, Component component, InstanceSpec spec, Dictionary<SpecKey, ICrucibleVolume> volumes, IMachineControl control) => component switch
    {
        VirtioDisk disk => new DeviceSpec.VirtioBlock(key.Value, PathOf(disk.PciPath), OpenDisk(disk.BackendId, spec, volumes, control)) { Serial = Shortened(key.Value) },
        NvmeDisk disk => new DeviceSpec.Nvme(key.Value, PathOf(disk.PciPath), OpenDisk(disk.BackendId, spec, volumes, control)) { Serial = [.. disk.SerialNumber] },
        VirtioNic nic => new DeviceSpec.VirtioNet(key.Value, PathOf(nic.PciPath), OpenInterface(nic, spec), new VirtioNetOptions { Mac = MacOf(nic.InterfaceId) }),
        PciPciBridge bridge => new DeviceSpec.Bridge(key.Value, PathOf(bridge.PciPath), bridge.DownstreamBus),
        QemuPvpanic panic => new DeviceSpec.Pvpanic(key.Value) { EnableIsa = panic.EnableIsa },
        _ => null,
    };

    IBlockBackend OpenDisk(SpecKey key, InstanceSpec spec, Dictionary<SpecKey, ICrucibleVolume> volumes, IMachineControl control)
    {
        switch (spec.Components[key])
        {
            case FileStorageBackend file:
                return FileBackend.Open(new FileBackendOptions { Path = file.Path, BlockSize = file.BlockSize, ReadOnly = file.Readonly, Workers = (int)(file.Workers ?? 8), Clock = clock });
            case BlobStorageBackend blob:
                return new MemoryBackend(Contents(key, blob), BlobBlockSize, blob.Readonly);
            case CrucibleStorageBackend request:
                (var backend, volumes[key]) = crucible.Open(key, request, control);
                return backend;
            default:
                throw new InvalidOperationException($"the rules let \"{key}\" be a disk's backend");
        }
    }

    static TapInterface OpenInterface(VirtioNic nic, InstanceSpec spec) =>
        new(((VirtioNetworkBackend)spec.Components[nic.BackendId]).VnicName, Math.Min((int)spec.Board.Cpus, VirtioNetOptions.MaxPairs));

    // Whole blocks: the rest of the last one is zero.
    static byte[] Contents(SpecKey key, BlobStorageBackend blob)
    {
        try
        {
            var bytes = Convert.FromBase64String(blob.Base64);
            Array.Resize(ref bytes, (int)(Math.Max(1, (bytes.Length + BlobBlockSize - 1) / BlobBlockSize) * BlobBlockSize));
            return bytes;
        }
        catch (FormatException wrong)
        {
            throw new ServerException(System.Net.HttpStatusCode.BadRequest, $"The contents of backend \"{key}\" are not base 64.", wrong);
        }
    }

    static EnginePath PathOf(Contracts.Specs.PciPath path) => new(path.Bus, path.Device, path.Function);

    // What a guest can read of a virtio disk's serial number.
    static string Shortened(string name) => name.Length <= 20 ? name : name[..20];

    // The interface's id names it for life, so the address goes with the guest from server to server.
    static MacAddress MacOf(Guid interfaceId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(interfaceId.ToByteArray(bigEndian: true), hash);
        return new MacAddress([0x02, 0x08, 0x20, hash[0], hash[1], hash[2]]);
    }

    static void Close(IEnumerable<DeviceSpec> devices)
    {
        foreach (var device in devices) device.Close();
    }
}
