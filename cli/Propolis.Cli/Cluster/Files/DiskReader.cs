using System.Numerics;
using Propolis.Contracts.Specs;
using Propolis.Contracts.Volumes;
using Propolis.Toml;

namespace Propolis.Cli.Cluster.Files;

/// <summary>
/// Reads <c>[block_dev.NAME]</c>. <c>volume</c>: a volume of the cluster, by its name, or with a size a new one on Crucible, made with the instance. <c>mem-async</c>: a memory volume, made with the instance. <c>file</c>: a file of the sled by its absolute
/// path, which ties the instance to sleds that have it.
/// </summary>
static class DiskReader
{
    const int UsualBlockSize = 512;
    const int MaxBlockSize = 65536;
    const int CrucibleBlockSize = 4096;
    const int MaxCrucibleBlockSize = 32768;
    const int CrucibleUnit = 1 << 20;

    static readonly string[] Types = ["volume", "file", "mem-async"];

    /// <summary>All disks by the name of their table.</summary>
    public static Dictionary<string, DiskSource> Read(TableReader root, string instance, string project) =>
        root.NamedSections("block_dev").ToDictionary(section => section.Name, section => ReadOne(section.Name, section.Table, instance, project));

    static DiskSource ReadOne(string name, TableReader table, string instance, string project)
    {
        var type = table.Text("type");
        var backend = new SpecKey($"{name}-backend");
        var readOnly = table.OptionalFlag("read_only") ?? false;
        switch (type)
        {
            case "volume":
                table.AllowOnly("type", "read_only", "volume", "size", "block_size", "encrypted");
                return new(backend, null, ReadVolume(table, backend, readOnly, $"{instance}-{name}", project));
            case "mem-async":
                table.AllowOnly("type", "read_only", "size", "block_size", "workers", "skip_flush");
                return new(backend, null, new(backend, readOnly, null, ReadMemory(table, $"{instance}-{name}", project)));
            case "file":
                table.AllowOnly("type", "read_only", "path", "block_size", "workers", "skip_flush");
                return new(backend, ReadFile(table, readOnly), null);
            case "crucible" or "crucible-mem" or "cloudinit":
                throw table.Fail("type", $"{type} is for a machine without a cluster; make a volume (propolis-cli volume create) and write type = \"volume\"");
            default:
                throw table.Fail("type", $"{TomlKeySyntax.Show(type)} is unknown; {NearestName.Advice(type, Types)}");
        }
    }

    static VolumeDisk ReadVolume(TableReader table, SpecKey backend, bool readOnly, string name, string project)
    {
        if (table.Find("size") is null)
        {
            if (table.Find("block_size") is not null)
                throw table.Fail("block_size", "is for a volume that is made with the instance; it needs size, too");
            if (table.Find("encrypted") is not null)
                throw table.Fail("encrypted", "is for a volume that is made with the instance; it needs size, too");
            return new(backend, readOnly, table.Name("volume"), null);
        }
        if (table.Find("volume") is not null)
            throw table.Fail("volume", "names a volume that is there, and size asks for a new one; remove one of the two");
        var blockSize = ReadBlockSize(table, CrucibleBlockSize, MaxCrucibleBlockSize);
        var size = table.Integer("size", 1, long.MaxValue);
        return size % CrucibleUnit == 0
            ? new(backend, readOnly, null, new VolumeTemplate { Project = project, Name = name, Kind = VolumeKind.Crucible, SizeBytes = size, BlockSize = blockSize, Encrypted = table.OptionalFlag("encrypted") ?? false })
            : throw table.Fail("size", $"must be a multiple of {CrucibleUnit} (1 MiB) for a volume on Crucible, not {size} bytes");
    }

    static VolumeTemplate ReadMemory(TableReader table, string name, string project)
    {
        var blockSize = ReadBlockSize(table);
        var size = table.Integer("size", 1, long.MaxValue);
        return size % blockSize == 0
            ? new() { Project = project, Name = name, Kind = VolumeKind.Memory, SizeBytes = size, BlockSize = blockSize }
            : throw table.Fail("size", $"must be a multiple of the block size {blockSize}, not {size} bytes");
    }

    static FileStorageBackend ReadFile(TableReader table, bool readOnly)
    {
        var path = table.Name("path");
        return Path.IsPathRooted(path)
            ? new() { Path = path, Readonly = readOnly, BlockSize = (uint)ReadBlockSize(table), Workers = (uint?)table.OptionalInteger("workers", 1, 32) }
            : throw table.Fail("path", $"{TomlKeySyntax.Write(path)} is relative; in a cluster it must be the absolute path of a file on the sled, or better a volume");
    }

    static int ReadBlockSize(TableReader table, int usual = UsualBlockSize, int largest = MaxBlockSize)
    {
        var size = table.OptionalInteger("block_size", UsualBlockSize, largest) ?? usual;
        return BitOperations.IsPow2(size) ? (int)size : throw table.Fail("block_size", $"must be a power of two, not {size}");
    }
}
