using Propolis.Standalone.Config;

namespace Propolis.Standalone.Tests.Config;

/// <summary>[block_dev.NAME], all types but crucible.</summary>
public sealed class BlockDeviceConfigTests
{
    [Fact]
    public void A_file_needs_only_its_path()
    {
        var disk = Configs.BlockDevice<FileDiskConfig>("[block_dev.a]\ntype = 'file'\npath = 'a.img'");
        Assert.Equal(("a", "a.img", 8), (disk.Name, disk.Path.Text, disk.Workers));
        Assert.Equal(("[block_dev.a] path", 8), (disk.Path.Key, disk.Path.Position.Line));
        Assert.Equal((null, false, false), (disk.BlockSize, disk.ReadOnly, disk.SkipFlush));
        Assert.Equal(6, disk.Position.Line);
    }

    [Fact]
    public void A_file_has_every_common_key_and_workers()
    {
        var disk = Configs.BlockDevice<FileDiskConfig>(
            "[block_dev.a]\ntype = 'file'\npath = '/a.img'\nworkers = 32\nblock_size = 4096\nread_only = true\nskip_flush = true");
        Assert.Equal((32, 4096u, true, true), (disk.Workers, disk.BlockSize, disk.ReadOnly, disk.SkipFlush));
    }

    [Fact]
    public void Memory_has_a_size()
    {
        var disk = Configs.BlockDevice<MemoryDiskConfig>("[block_dev.a]\ntype = 'mem-async'\nsize = 0x10000\nworkers = 2\nblock_size = 4096");
        Assert.Equal((65536ul, 2, 4096u), (disk.Size, disk.Workers, disk.BlockSize));
    }

    [Fact]
    public void Crucible_memory_has_a_size()
    {
        var disk = Configs.BlockDevice<CrucibleMemoryDiskConfig>("[block_dev.a]\ntype = 'crucible-mem'\nsize = 1024\nread_only = true");
        Assert.Equal((1024ul, true), (disk.Size, disk.ReadOnly));
    }

    [Fact]
    public void A_cloudinit_disk_is_read_only_and_has_small_blocks()
    {
        foreach (var more in new[] { "", "read_only = true\nblock_size = 512\nskip_flush = false" })
        {
            var disk = Configs.BlockDevice<CloudInitDiskConfig>($"[cloudinit]\n[block_dev.a]\ntype = 'cloudinit'\n{more}");
            Assert.Equal((512u, true, false), (disk.BlockSize, disk.ReadOnly, disk.SkipFlush));
        }
    }

    [Theory]
    [InlineData("", "6:12: [block_dev.a] needs the key type.")]
    [InlineData("type = 1", "7:8: [block_dev.a] type must be a string, not an integer.")]
    [InlineData("type = 'fille'", "7:8: [block_dev.a] type fille is unknown; perhaps file is meant.")]
    [InlineData("type = 'zvol'", "7:8: [block_dev.a] type zvol is unknown; known are file, mem-async, crucible, crucible-mem, cloudinit.")]
    [InlineData("type = 'file'", "6:12: [block_dev.a] needs the key path.")]
    [InlineData("type = 'file'\npath = 1", "8:8: [block_dev.a] path must be a string, not an integer.")]
    [InlineData("type = 'file'\npath = 'x'\nreadonly = true", "9:1: [block_dev.a] has no key readonly; perhaps read_only is meant.")]
    [InlineData("type = 'file'\npath = 'x'\nsize = 1",
        "9:1: [block_dev.a] has no key size; known are type, block_size, read_only, skip_flush, path, workers.")]
    [InlineData("type = 'file'\npath = 'x'\nworkers = 0", "9:11: [block_dev.a] workers must be 1 to 32, not 0.")]
    [InlineData("type = 'file'\npath = 'x'\nworkers = 33", "9:11: [block_dev.a] workers must be 1 to 32, not 33.")]
    [InlineData("type = 'file'\npath = 'x'\nworkers = 1.0", "9:11: [block_dev.a] workers must be an integer, not a float.")]
    [InlineData("type = 'file'\npath = 'x'\nblock_size = 511", "9:14: [block_dev.a] block_size must be 512 to 65536, not 511.")]
    [InlineData("type = 'file'\npath = 'x'\nblock_size = 131072", "9:14: [block_dev.a] block_size must be 512 to 65536, not 131072.")]
    [InlineData("type = 'file'\npath = 'x'\nblock_size = 1000", "9:14: [block_dev.a] block_size must be a power of two, not 1000.")]
    [InlineData("type = 'file'\npath = 'x'\nblock_size = '4k'", "9:14: [block_dev.a] block_size must be an integer, not a string.")]
    [InlineData("type = 'file'\npath = 'x'\nread_only = 'yes'", "9:13: [block_dev.a] read_only must be a boolean, not a string.")]
    [InlineData("type = 'file'\npath = 'x'\nskip_flush = 1", "9:14: [block_dev.a] skip_flush must be a boolean, not an integer.")]
    [InlineData("type = 'mem-async'", "6:12: [block_dev.a] needs the key size.")]
    [InlineData("type = 'mem-async'\nsize = 0", "8:8: [block_dev.a] size must be 1 to 9223372036854775807, not 0.")]
    [InlineData("type = 'mem-async'\nsize = '1G'", "8:8: [block_dev.a] size must be an integer, not a string.")]
    [InlineData("type = 'mem-async'\nsize = 513", "8:8: [block_dev.a] size must be a multiple of the block size 512, not 513 bytes.")]
    [InlineData("type = 'mem-async'\nsize = 512\nblock_size = 4096",
        "8:8: [block_dev.a] size must be a multiple of the block size 4096, not 512 bytes.")]
    [InlineData("type = 'mem-async'\nsize = 512\nworkers = 99", "9:11: [block_dev.a] workers must be 1 to 32, not 99.")]
    [InlineData("type = 'mem-async'\npath = 'x'",
        "8:1: [block_dev.a] has no key path; known are type, block_size, read_only, skip_flush, size, workers.")]
    [InlineData("type = 'crucible-mem'", "6:12: [block_dev.a] needs the key size.")]
    [InlineData("type = 'crucible-mem'\nsize = 100", "8:8: [block_dev.a] size must be a multiple of the block size 512, not 100 bytes.")]
    [InlineData("type = 'crucible-mem'\nsize = 512\nworkers = 1",
        "9:1: [block_dev.a] has no key workers; known are type, block_size, read_only, skip_flush, size.")]
    [InlineData("type = 'cloudinit'", "7:8: [block_dev.a] type cloudinit needs the table [cloudinit], which is missing.")]
    [InlineData("type = 'cloudinit'\nread_only = false\n[cloudinit]",
        "8:13: [block_dev.a] read_only cannot be false: a cloudinit disk is read-only.")]
    [InlineData("type = 'cloudinit'\nblock_size = 4096\n[cloudinit]",
        "8:14: [block_dev.a] block_size cannot be 4096: a cloudinit disk has blocks of 512 bytes.")]
    [InlineData("type = 'cloudinit'\npath = 'x'\n[cloudinit]",
        "8:1: [block_dev.a] has no key path; known are type, block_size, read_only, skip_flush.")]
    public void A_wrong_block_device_is_refused(string keys, string sentence) => Configs.MoreRefused("[block_dev.a]\n" + keys, sentence);
}
