using System.Numerics;
using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>Reads [block_dev.NAME].</summary>
static class BlockDeviceReader
{
    const uint MinBlockSize = 512;
    const uint MaxBlockSize = 65536;
    const int MaxWorkers = 32;
    const string BlockSizeKey = "block_size";
    const string ReadOnlyKey = "read_only";

    static readonly string[] CommonKeys = ["type", BlockSizeKey, ReadOnlyKey, "skip_flush"];
    static readonly string[] Types = ["file", "mem-async", "crucible", "crucible-mem", "cloudinit"];

    /// <summary>Reads all block devices.</summary>
    /// <param name="root">The whole file.</param>
    /// <param name="hasCloudInit">There is a [cloudinit] table, which a disk of that type needs.</param>
    public static IReadOnlyList<BlockDeviceConfig> Read(TableReader root, bool hasCloudInit) =>
        [.. root.NamedSections("block_dev").Select(section => ReadOne(section.Name, section.Table, hasCloudInit))];

    static BlockDeviceConfig ReadOne(string name, TableReader table, bool hasCloudInit)
    {
        var type = table.Text("type");
        BlockDeviceConfig device = type switch
        {
            "file" => ReadFile(name, table),
            "mem-async" => ReadMemory(name, table),
            "crucible" => ReadCrucible(name, table),
            "crucible-mem" => ReadCrucibleMemory(name, table),
            "cloudinit" => ReadCloudInit(name, table, hasCloudInit),
            _ => throw table.Fail("type", $"{TomlKeySyntax.Show(type)} is unknown; {NearestName.Advice(type, Types)}"),
        };
        return device with
        {
            BlockSize = ReadBlockSize(table) ?? device.BlockSize,
            ReadOnly = table.OptionalFlag(ReadOnlyKey) ?? device.ReadOnly,
            SkipFlush = table.OptionalFlag("skip_flush") ?? false,
        };
    }

    static FileDiskConfig ReadFile(string name, TableReader table)
    {
        table.AllowOnly([.. CommonKeys, "path", "workers"]);
        return new FileDiskConfig { Name = name, Position = table.Position, Path = table.PathOf("path"), Workers = ReadWorkers(table) };
    }

    static MemoryDiskConfig ReadMemory(string name, TableReader table)
    {
        table.AllowOnly([.. CommonKeys, "size", "workers"]);
        return new MemoryDiskConfig { Name = name, Position = table.Position, Size = ReadSize(table), Workers = ReadWorkers(table) };
    }

    static CrucibleMemoryDiskConfig ReadCrucibleMemory(string name, TableReader table)
    {
        table.AllowOnly([.. CommonKeys, "size"]);
        return new CrucibleMemoryDiskConfig { Name = name, Position = table.Position, Size = ReadSize(table) };
    }

    static CrucibleDiskConfig ReadCrucible(string name, TableReader table)
    {
        table.AllowOnly([.. CommonKeys, .. CrucibleReader.Keys]);
        var blockSize = ReadBlockSize(table) ?? throw table.Fail($"needs the key {BlockSizeKey}");
        return CrucibleReader.Read(name, table, blockSize);
    }

    static CloudInitDiskConfig ReadCloudInit(string name, TableReader table, bool hasCloudInit)
    {
        table.AllowOnly(CommonKeys);
        if (!hasCloudInit)
            throw table.Fail("type", "cloudinit needs the table [cloudinit], which is missing");
        if (table.OptionalFlag(ReadOnlyKey) == false)
            throw table.Fail(ReadOnlyKey, "cannot be false: a cloudinit disk is read-only");
        if (ReadBlockSize(table) is { } blockSize and not MinBlockSize)
            throw table.Fail(BlockSizeKey, $"cannot be {blockSize}: a cloudinit disk has blocks of {MinBlockSize} bytes");
        return new CloudInitDiskConfig { Name = name, Position = table.Position, BlockSize = MinBlockSize, ReadOnly = true };
    }

    static uint? ReadBlockSize(TableReader table)
    {
        if (table.OptionalInteger(BlockSizeKey, MinBlockSize, MaxBlockSize) is not { } size)
            return null;
        return BitOperations.IsPow2(size) ? (uint)size : throw table.Fail(BlockSizeKey, $"must be a power of two, not {size}");
    }

    static int ReadWorkers(TableReader table) => (int)(table.OptionalInteger("workers", 1, MaxWorkers) ?? FileDiskConfig.DefaultWorkers);

    static ulong ReadSize(TableReader table)
    {
        var size = table.Integer("size", 1, long.MaxValue);
        var blockSize = ReadBlockSize(table) ?? MinBlockSize;
        return size % blockSize == 0 ? (ulong)size : throw table.Fail("size", $"must be a multiple of the block size {blockSize}, not {size} bytes");
    }
}
