using Propolis.Vmm.Block.Memory;

namespace Propolis.Vmm.Block.CloudInit;

/// <summary>A read-only disk with cloud-init's files, in memory. The same files give the same bytes on every host.</summary>
public static class CloudInitDisk
{
    /// <summary>What the volume is called: NoCloud looks for this name.</summary>
    public const string Label = "cidata";

    /// <summary>Makes the disk. Throws <see cref="BlockBackendException"/> when the files are too large.</summary>
    public static MemoryBackend Open(CloudInitFiles files) => new(Build(files), FatVolume.SectorSize, readOnly: true);

    /// <summary>The disk's bytes.</summary>
    public static byte[] Build(CloudInitFiles files)
    {
        var list = new List<FatFile> { new("user-data", "USER-D~1", files.UserData), new("meta-data", "META-D~1", files.MetaData) };
        if (files.NetworkConfig is { } network) list.Add(new FatFile("network-config", "NETWOR~1", network));
        return FatVolume.Build(Label, list);
    }
}
