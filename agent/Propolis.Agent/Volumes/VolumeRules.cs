using Propolis.Contracts.Agents;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;

namespace Propolis.Agent.Volumes;

/// <summary>How the disks of a spec become files of a sled.</summary>
static class VolumeRules
{
    /// <summary>Faults of the volumes of a request, one sentence each.</summary>
    public static IEnumerable<string> Faults(VmmEnsureRequest request)
    {
        foreach (var disk in request.Disks)
        {
            if (disk.SizeBytes < 0 || disk.BlockSize <= 0 || disk.SizeBytes % disk.BlockSize != 0)
                yield return $"volume {disk.Volume} has {disk.SizeBytes} bytes, which is no whole number of blocks of {disk.BlockSize} bytes";
            if (disk is { Kind: VolumeKind.Memory, SizeBytes: 0 })
                yield return $"volume {disk.Volume} is in memory and has no size";
            if (disk.Kind == VolumeKind.File && !request.Spec.Components.TryGetValue(disk.Backend, out _))
                yield return $"volume {disk.Volume} is a file, but the spec has no backend \"{disk.Backend}\"";
        }
        foreach (var (key, component) in request.Spec.Components)
        {
            if (component is FileStorageBackend file && !IsSound(file.Path))
                yield return $"backend \"{key}\" has the path \"{file.Path}\"; it must be absolute, or lead into the sled's volume folder without \"..\"";
        }
    }

    /// <summary>The spec with every file backend at its place on this sled, and a file for every volume in memory.</summary>
    /// <param name="request">What the silo asks for.</param>
    /// <param name="volumeFolder">Where relative paths lie.</param>
    /// <param name="memoryFile">Names the file in memory of a backend.</param>
    public static InstanceSpec Place(VmmEnsureRequest request, string volumeFolder, Func<SpecKey, string> memoryFile)
    {
        var components = request.Spec.Components.ToDictionary(entry => entry.Key, entry => entry.Value is FileStorageBackend file
            ? file with { Path = PathOf(file.Path, volumeFolder) }
            : entry.Value);
        foreach (var disk in request.Disks.Where(disk => disk.Kind == VolumeKind.Memory))
            components[disk.Backend] = new FileStorageBackend { Path = memoryFile(disk.Backend), Readonly = false, BlockSize = (uint)disk.BlockSize };
        return request.Spec with { Components = new SpecComponents(components) };
    }

    /// <summary>The files to make before the VM starts, when they are missing, with their sizes.</summary>
    /// <param name="request">What the silo asks for.</param>
    /// <param name="placed">The spec as <see cref="Place"/> made it.</param>
    public static IEnumerable<(string Path, long SizeBytes)> Files(VmmEnsureRequest request, InstanceSpec placed) =>
        from disk in request.Disks
        where disk is { Kind: VolumeKind.File or VolumeKind.Memory, SizeBytes: > 0 }
        let file = placed.Components.TryGetValue(disk.Backend, out var backend) ? backend as FileStorageBackend : null
        where file is not null
        select (file.Path, disk.SizeBytes);

    /// <summary>Where a path of a spec lies on this sled.</summary>
    public static string PathOf(string path, string volumeFolder) => Path.IsPathRooted(path) ? path : Path.Combine(volumeFolder, path);

    static bool IsSound(string path) => path.Length > 0 && !path.Any(char.IsControl) && (Path.IsPathRooted(path) || !path.Split('/').Contains(".."));
}
