using Propolis.Cli.Cluster.Files;
using Propolis.Contracts.Specs;

namespace Propolis.Cli.Cluster;

/// <summary><c>--disk VOLUME[:ro]</c>: a volume as a virtio disk in the next free slot.</summary>
static class DiskOptions
{
    const string ReadOnlyMark = ":ro";
    const byte FirstSlot = 0x10;
    const byte LastSlot = 0x1f;

    /// <summary>Reads one; <paramref name="number"/> counts them.</summary>
    public static VolumeDisk Read(string text, int number)
    {
        var isReadOnly = text.EndsWith(ReadOnlyMark, StringComparison.Ordinal);
        var volume = isReadOnly ? text[..^ReadOnlyMark.Length] : text;
        return volume.Length > 0 ? new($"disk{number}-backend", isReadOnly, volume, null) : throw CliException.Wrong($"--disk is '{text}'; it must be a volume, or VOLUME{ReadOnlyMark}.");
    }

    /// <summary>A spec with a device for each.</summary>
    public static InstanceSpec Add(InstanceSpec spec, IReadOnlyList<VolumeDisk> disks)
    {
        var components = spec.Components.ToDictionary();
        foreach (var disk in disks)
        {
            var device = disk.Backend.Value[..disk.Backend.Value.LastIndexOf('-')];
            if (!components.TryAdd(device, new VirtioDisk { BackendId = disk.Backend, PciPath = FreeSlot(components) }))
                throw CliException.Wrong($"--disk needs the name {device}, which the file uses for something else.");
        }
        return spec with { Components = new(components) };
    }

    static PciPath FreeSlot(Dictionary<SpecKey, Component> components)
    {
        for (var slot = FirstSlot; slot <= LastSlot; slot++)
        {
            var path = new PciPath { Bus = 0, Device = slot, Function = 0 };
            if (!components.Values.Any(component => SpecRules.PathOf(component) == path)) return path;
        }
        throw CliException.Wrong("There are more disks than slots.");
    }
}
