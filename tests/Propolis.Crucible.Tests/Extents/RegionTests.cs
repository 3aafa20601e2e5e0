using FsCheck;
using FsCheck.Fluent;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Extents;

public sealed class RegionTests
{
    const string Root = "/region";
    static readonly RegionDefinition Definition = new(512, 10, 4, Guid.Empty, Encrypted: false);

    [Fact]
    public void Writes_over_extents_read_back_with_their_contexts() => Prop.ForAll<byte, byte>((a, b) =>
    {
        using var region = Make();
        var (start, count) = ((ulong)(a % 40), Math.Max(1UL, (ulong)(b % 40)));
        count = Math.Min(count, 40 - start);
        var data = new byte[count * 512];
        new Random(a + (256 * b)).NextBytes(data);
        for (ulong i = 0; i < count; i++)
            Assert.Null(region.WriteBlock(start + i, data[(int)(i * 512)..(int)((i + 1) * 512)]));
        var read = new byte[data.Length];
        var contexts = new byte[(int)count * ReadBlockContext.MaxLength];
        Assert.Null(region.Read(start, read, contexts, out var length));
        return read.AsSpan().SequenceEqual(data) && length == (int)count * 12;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Wrong_requests_are_refused_and_change_nothing()
    {
        using var region = Make();
        var data = Golden.Filled(512, 1);
        Assert.Equal(CrucibleErrorKind.HashMismatch, region.WriteBlock(0, data, new BlockContext(1, null))!.Kind);
        Assert.Equal(CrucibleErrorKind.OffsetInvalid, region.WriteBlock(40, data)!.Kind);
        Assert.Equal(CrucibleErrorKind.OffsetInvalid, region.CheckRange(ulong.MaxValue, 2)!.Kind);
        Assert.Equal(CrucibleErrorKind.OffsetInvalid, region.CheckRange(39, 2)!.Kind);
        Assert.Equal(CrucibleErrorKind.InvalidNumberOfBlocks, region.WriteBlock(0, new byte[1024])!.Kind);
        region.Close(1);
        Assert.Equal(CrucibleErrorKind.InvalidExtent, region.WriteBlock(15, data)!.Kind);
        Assert.Equal(CrucibleErrorKind.InvalidExtent, region.CheckRange(0, 40)!.Kind);
        Assert.Equal(ReadBlockContext.Empty, region.ReadBlock(0).Context);
    }

    [Fact]
    public void Write_unwritten_keeps_blocks_that_were_written()
    {
        using var region = Make();
        region.WriteBlock(3, Golden.Filled(512, 1));
        region.WriteBlock(3, Golden.Filled(512, 2), unwritten: true);
        region.WriteBlock(4, Golden.Filled(512, 2), unwritten: true);
        Assert.Equal(1, region.ReadBlock(3).Data[0]);
        Assert.Equal(2, region.ReadBlock(4).Data[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Blocks_written_again_and_again_read_back_and_last_when_flushed_or_closed(bool isFlushed)
    {
        var files = new CrashingFileTree();
        // More blocks than wait in memory at once.
        var definition = new RegionDefinition(4096, 1000, 1, Guid.Empty, Encrypted: false);
        Region.Create(files, Root, definition);
        using (var region = Region.Open(files, Root, readOnly: false))
        {
            for (byte round = 1; round <= 4; round++)
            {
                for (ulong block = 0; block < 1000; block++)
                    Assert.Null(region.WriteBlock(block, Golden.Filled(4096, (byte)(round + block))));
                for (ulong block = 0; block < 1000; block++)
                {
                    var (data, context, _) = region.ReadBlock(block);
                    Assert.Equal(Golden.Filled(4096, (byte)(round + block)), data);
                    Assert.Equal(BlockContext.ComputeHash(null, data), context.Hash);
                }
            }

            region.WriteBlock(7, Golden.Filled(4096, 99), unwritten: true);
            if (isFlushed)
                region.Flush(1, 1, null);
        }

        using var after = Region.Open(files, Root, readOnly: false);
        Assert.Equal(!isFlushed, after.VersionOf(0).Dirty);
        for (ulong block = 0; block < 1000; block++)
        {
            Assert.Equal(Golden.Filled(4096, (byte)(4 + block)), after.ReadBlock(block).Data);
            Assert.Null(after.CheckStored(block));
        }
    }

    [Fact]
    public void Flush_respects_the_extent_limit_and_leaves_clean_extents_alone()
    {
        using var region = Make();
        region.WriteBlock(0, Golden.Filled(512, 1));
        region.WriteBlock(25, Golden.Filled(512, 1));
        region.Flush(5, 7, limit: 1);
        Assert.Equal(new ExtentVersion(5, 7, false), region.VersionOf(0));
        Assert.Equal(default, region.VersionOf(1));
        Assert.True(region.VersionOf(2).Dirty);
        region.Flush(4, 3, null);
        Assert.Equal(new ExtentVersion(5, 7, false), region.VersionOf(0));
        Assert.Equal(new ExtentVersion(4, 3, false), region.VersionOf(2));
    }

    [Fact]
    public void A_read_only_region_refuses_writes_and_a_damaged_file_is_named()
    {
        var files = new CrashingFileTree();
        Region.Create(files, Root, Definition);
        using (var region = Region.Open(files, Root, readOnly: true))
            Assert.Equal(CrucibleErrorKind.ModifyingReadOnlyRegion, region.WriteBlock(0, new byte[512])!.Kind);
        using (var file = files.Open(Root + "/00/000/002", writable: true))
            file.SetLength(100);
        var error = Assert.Throws<RegionException>(() => Region.Open(files, Root, readOnly: true));
        Assert.Contains("000/002 has 100 bytes", error.Message);
    }

    [Theory]
    [InlineData(500u, 10u, 1u, "outside"), InlineData(65536u, 10u, 1u, "outside"), InlineData(1000u, 10u, 1u, "power of two")]
    [InlineData(512u, 0u, 1u, "at least one block"), InlineData(512u, 10u, 0u, "at least one extent"), InlineData(512u, 1048577u, 1u, "larger than")]
    public void Impossible_geometries_get_one_sentence(uint blockSize, uint extentSize, uint count, string expected)
    {
        var error = Assert.Throws<RegionException>(() =>
            Region.Create(new CrashingFileTree(), Root, new(blockSize, extentSize, count, Guid.Empty, false)));
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData(0u, "00/000/000"), InlineData(0xABCu, "00/000/ABC"), InlineData(0x1234567u, "01/234/567")]
    public void Extent_paths_are_the_originals(uint extent, string expected) =>
        Assert.Equal($"/r/{expected}", new RegionPaths("/r").Extent(extent));

    [Fact]
    public void A_second_region_in_the_same_directory_is_refused()
    {
        var files = new CrashingFileTree();
        Region.Create(files, Root, Definition);
        Assert.Contains("is there already", Assert.Throws<RegionException>(() => Region.Create(files, Root, Definition)).Message);
    }

    static Region Make()
    {
        var files = new CrashingFileTree();
        Region.Create(files, Root, Definition);
        return Region.Open(files, Root, readOnly: false);
    }
}
