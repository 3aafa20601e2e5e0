using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Propolis.Contracts.Specs;
using Propolis.Server.Rest;
using Propolis.Vmm.Block;
using Propolis.Vmm.Block.File;
using Propolis.Vmm.Block.Memory;
using Propolis.Vmm.Devices.Virtio.Net;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration;
using Propolis.Vmm.Net;
using EnginePath = Propolis.Vmm.Pci.PciPath;

namespace Propolis.Server.Machines;

/// <summary>Opens the backends of one spec and gives them to its devices. What was opened belongs to the machine that is built of it; until then, <see cref="Close"/> frees it.</summary>
sealed class DeviceOpening(MachineOrder order, ICrucibleDisks crucible, TimeProvider clock)
{
    const uint BlobBlockSize = 512;
    const int DefaultWorkers = 8;
    const int VirtioSerialLength = 20;

    readonly List<DeviceSpec> _devices = [];
    readonly ConcurrentDictionary<SpecKey, ICrucibleVolume> _volumes = [];

    /// <summary>The devices, in the order of their names.</summary>
    public IReadOnlyList<DeviceSpec> Devices => _devices;

    /// <summary>Crucible volumes by the key of their backend.</summary>
    public IReadOnlyDictionary<SpecKey, ICrucibleVolume> Volumes => _volumes;

    /// <summary>Disks by device.</summary>
    public IReadOnlyDictionary<string, IBlockBackend> Disks => _devices
        .Select(device => (device.Name, Backend: BackendOf(device)))
        .Where(disk => disk.Backend is not null)
        .ToDictionary(disk => disk.Name, disk => disk.Backend!);

    /// <summary>Opens all of them, or none.</summary>
    public void Open()
    {
        try
        {
            foreach (var (key, component) in order.Spec.Components)
            {
                if (OpenDevice(key, component) is { } device) _devices.Add(device);
            }
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Closes what no machine took over.</summary>
    public void Close()
    {
        foreach (var device in _devices) device.Close();
    }

    DeviceSpec? OpenDevice(SpecKey key, Component component) => component switch
    {
        VirtioDisk disk => new DeviceSpec.VirtioBlock(key.Value, PathOf(disk.PciPath), OpenDisk(key.Value, disk.BackendId)) { Serial = Shortened(key.Value) },
        NvmeDisk disk => new DeviceSpec.Nvme(key.Value, PathOf(disk.PciPath), OpenDisk(key.Value, disk.BackendId)) { Serial = [.. disk.SerialNumber] },
        VirtioNic nic => new DeviceSpec.VirtioNet(key.Value, PathOf(nic.PciPath), OpenInterface(nic), new VirtioNetOptions { Mac = MacOf(key, nic) }),
        PciPciBridge bridge => new DeviceSpec.Bridge(key.Value, PathOf(bridge.PciPath), bridge.DownstreamBus),
        QemuPvpanic panic => new DeviceSpec.Pvpanic(key.Value) { EnableIsa = panic.EnableIsa },
        MigrationFailureInjector failures => new DeviceSpec.MigrationFailures(key.Value, (int)Math.Min(int.MaxValue, failures.FailExports), (int)Math.Min(int.MaxValue, failures.FailImports)),
        _ => null,
    };

    // A blob is part of the guest's state and moves with it. Everything else is given up and opened again when the guest moves, or is not open at all before it has come.
    IBlockBackend OpenDisk(string device, SpecKey key)
    {
        if (order.Backends[key] is BlobStorageBackend blob) return new MemoryBackend(Contents(key, blob), BlobBlockSize, blob.Readonly);
        if (order.Arriving is not { } offer) return new DetachableBackend(device, OpenNow(key), _ => Task.FromResult(OpenNow(key)));
        var geometry = offer.Disk(device)?.Geometry ?? throw new MigrationException($"The guest has no disk '{device}'.");
        return new DetachableBackend(device, geometry, _ => Task.FromResult(OpenNow(key)));
    }

    IBlockBackend OpenNow(SpecKey key)
    {
        switch (order.Backends[key])
        {
            case FileStorageBackend file:
                return FileBackend.Open(new FileBackendOptions { Path = file.Path, BlockSize = file.BlockSize, ReadOnly = file.Readonly, Workers = (int)(file.Workers ?? DefaultWorkers), Clock = clock });
            case CrucibleStorageBackend request:
                (var backend, _volumes[key]) = crucible.Open(key, request, order.Control);
                return backend;
            default:
                throw new InvalidOperationException($"the rules let \"{key}\" be a disk's backend");
        }
    }

    TapInterface OpenInterface(VirtioNic nic) =>
        new(((VirtioNetworkBackend)order.Backends[nic.BackendId]).VnicName, Math.Min((int)order.Spec.Board.Cpus, VirtioNetOptions.MaxPairs));

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
            throw new ServerException(HttpStatusCode.BadRequest, $"The contents of backend \"{key}\" are not base 64.", wrong);
        }
    }

    static IBlockBackend? BackendOf(DeviceSpec device) => device switch
    {
        DeviceSpec.VirtioBlock disk => disk.Backend,
        DeviceSpec.Nvme disk => disk.Backend,
        _ => null,
    };

    static EnginePath PathOf(Contracts.Specs.PciPath path) => new(path.Bus, path.Device, path.Function);

    // What a guest can read of a virtio disk's serial number.
    static string Shortened(string name) => name.Length <= VirtioSerialLength ? name : name[..VirtioSerialLength];

    // Made of names that go with the guest from server to server, so that the address does, too.
    MacAddress MacOf(SpecKey key, VirtioNic nic)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"propolis-server/{order.Properties.Id}/{key}/{nic.InterfaceId}"), hash);
        return new MacAddress([0x02, 0x08, 0x20, hash[0], hash[1], hash[2]]);
    }
}
