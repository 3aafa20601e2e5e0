namespace Propolis.Contracts.Specs;

/// <summary>
/// What a spec must keep beyond its types: the checks of the original's server, all of them, so that a wrong spec is told once and whole.
/// </summary>
public static class SpecRules
{
    const int RootBus = 0;

    /// <summary>Every fault of a spec, one sentence each; none when it can be used.</summary>
    /// <param name="spec">The spec.</param>
    public static EquatableList<string> Faults(InstanceSpec spec) =>
    [
        .. BoardFaults(spec.Board),
        .. PathFaults(spec),
        .. BackendFaults(spec),
        .. BootFaults(spec),
        .. SingleFaults(spec),
        .. SerialFaults(spec),
        .. UnsupportedFaults(spec),
    ];

    /// <summary>Where a component sits on the PCI buses, if it does.</summary>
    /// <param name="component">The component.</param>
    public static PciPath? PathOf(Component component) => component switch
    {
        VirtioDisk disk => disk.PciPath,
        NvmeDisk disk => disk.PciPath,
        VirtioNic nic => nic.PciPath,
        PciPciBridge bridge => bridge.PciPath,
        VirtioSocket socket => socket.PciPath,
        SoftNpuPciPort port => port.PciPath,
        SoftNpuP9 port => port.PciPath,
        P9fs files => files.PciPath,
        _ => null,
    };

    /// <summary>The backend a device names, if it does.</summary>
    /// <param name="component">The component.</param>
    public static SpecKey? BackendOf(Component component) => component switch
    {
        VirtioDisk disk => disk.BackendId,
        NvmeDisk disk => disk.BackendId,
        VirtioNic nic => nic.BackendId,
        SoftNpuPort port => port.BackendId,
        _ => default(SpecKey?),
    };

    /// <summary>Whether a component holds a disk's contents.</summary>
    /// <param name="component">The component.</param>
    public static bool IsStorage(Component component) => component is CrucibleStorageBackend or FileStorageBackend or BlobStorageBackend;

    static bool IsBackend(Component component) => IsStorage(component) || component is VirtioNetworkBackend or DlpiNetworkBackend;

    static bool Fits(Component device, Component backend) => device switch
    {
        VirtioDisk or NvmeDisk => IsStorage(backend),
        VirtioNic => backend is VirtioNetworkBackend,
        SoftNpuPort => backend is DlpiNetworkBackend,
        _ => false,
    };

    static IEnumerable<string> BoardFaults(Board board)
    {
        if (board.Cpus == 0)
            yield return "board.cpus is 0; a VM needs at least one processor";
        if (board.MemoryMb == 0)
            yield return "board.memory_mb is 0; a VM needs memory";
        if (board.GuestHvInterface is HyperVInterface hyperV && hyperV.Features.Distinct().Count() != hyperV.Features.Count)
            yield return "board.guest_hv_interface names a feature twice";
        foreach (var twice in board.Cpuid?.Entries.GroupBy(entry => (entry.Leaf, entry.Subleaf)).Where(group => group.Count() > 1) ?? [])
            yield return $"board.cpuid has leaf 0x{twice.Key.Leaf:x} twice; each leaf and subleaf can be given once";
        foreach (var entry in board.Cpuid?.Entries.Where(entry => (entry.Leaf & 0x7fff_0000) != 0) ?? [])
            yield return $"board.cpuid has leaf 0x{entry.Leaf:x}; leaves are 0 to 0xffff or 0x80000000 to 0x8000ffff";
    }

    static IEnumerable<string> PathFaults(InstanceSpec spec)
    {
        var placed = spec.Components.Select(entry => (entry.Key, Path: PathOf(entry.Value))).Where(entry => entry.Path is not null).ToArray();
        foreach (var (key, path) in placed.Where(entry => entry.Path!.Device > 31 || entry.Path.Function > 7))
            yield return $"component \"{key}\" has PCI path {Show(path!)}; devices are 0 to 31 and functions 0 to 7";
        foreach (var group in placed.GroupBy(entry => entry.Path!).Where(group => group.Count() > 1))
            yield return $"components {Names(group.Select(entry => entry.Key))} share PCI path {Show(group.Key)}; each device needs its own";
        var buses = spec.Components.Values.OfType<PciPciBridge>().Select(bridge => (int)bridge.DownstreamBus).Append(RootBus).ToHashSet();
        foreach (var (key, path) in placed.Where(entry => !buses.Contains(entry.Path!.Bus)))
            yield return $"component \"{key}\" is on PCI bus {path!.Bus}, which no bridge provides";
        foreach (var group in spec.Components.Values.OfType<PciPciBridge>().GroupBy(bridge => bridge.DownstreamBus).Where(group => group.Count() > 1 || group.Key == RootBus))
            yield return $"PCI bus {group.Key} is provided more than once";
    }

    static IEnumerable<string> BackendFaults(InstanceSpec spec)
    {
        var uses = spec.Components
            .Select(entry => (Device: entry.Key, entry.Value, Backend: BackendOf(entry.Value)))
            .Where(entry => entry.Backend is not null)
            .ToLookup(entry => entry.Backend!.Value);
        foreach (var use in uses.SelectMany(group => group))
        {
            if (!spec.Components.TryGetValue(use.Backend!.Value, out var backend))
                yield return $"component \"{use.Device}\" names backend \"{use.Backend}\", which is not in the spec";
            else if (!Fits(use.Value, backend))
                yield return $"component \"{use.Device}\" names backend \"{use.Backend}\", which is of the wrong type ({backend.GetType().Name})";
        }
        foreach (var (key, _) in spec.Components.Where(entry => IsBackend(entry.Value)))
        {
            var devices = uses[key].Select(use => use.Device).ToArray();
            if (devices.Length == 0)
                yield return $"backend \"{key}\" is used by no device";
            if (devices.Length > 1)
                yield return $"backend \"{key}\" is used by {Names(devices)}; only one device can use it";
        }
    }

    static IEnumerable<string> BootFaults(InstanceSpec spec)
    {
        foreach (var entry in spec.Components.Values.OfType<BootSettings>().SelectMany(settings => settings.Order))
        {
            if (!spec.Components.TryGetValue(entry.Id, out var device) || device is not (VirtioDisk or NvmeDisk))
                yield return $"the boot order names \"{entry.Id}\", which is not a disk of this spec";
            else if (PathOf(device)!.Bus != RootBus)
                yield return $"the boot order names \"{entry.Id}\", which is not on PCI bus 0";
        }
    }

    static IEnumerable<string> SingleFaults(InstanceSpec spec)
    {
        foreach (var (type, name) in new[] { (typeof(QemuPvpanic), "pvpanic device"), (typeof(VirtioSocket), "virtio socket"), (typeof(BootSettings), "boot order") })
        {
            var keys = spec.Components.Where(entry => entry.Value.GetType() == type).Select(entry => entry.Key).ToArray();
            if (keys.Length > 1)
                yield return $"{Names(keys)} are each a {name}; a VM can have only one";
        }
    }

    static IEnumerable<string> SerialFaults(InstanceSpec spec)
    {
        foreach (var group in spec.Components.Where(entry => entry.Value is SerialPort).GroupBy(entry => ((SerialPort)entry.Value).Num).Where(group => group.Count() > 1))
            yield return $"{Names(group.Select(entry => entry.Key))} are all serial port {group.Key}; each port can be used once";
        foreach (var (key, _) in spec.Components.Where(entry => entry.Value is NvmeDisk { SerialNumber.Count: not 20 }))
            yield return $"component \"{key}\" has a serial_number that is not 20 bytes long";
    }

    static IEnumerable<string> UnsupportedFaults(InstanceSpec spec) =>
        from entry in spec.Components
        where entry.Value is SoftNpuPciPort or SoftNpuPort or SoftNpuP9 or P9fs or DlpiNetworkBackend
        select $"component \"{entry.Key}\" is a {entry.Value.GetType().Name}, which only the original's falcon builds have";

    static string Show(PciPath path) => $"{path.Bus}.{path.Device}.{path.Function}";

    static string Names(IEnumerable<SpecKey> keys) => string.Join(" and ", keys.Select(key => $"\"{key}\""));
}
