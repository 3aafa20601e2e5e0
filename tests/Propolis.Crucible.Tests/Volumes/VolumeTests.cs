using Propolis.Crucible.Volumes;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Volumes;

public sealed class VolumeTests
{
    [Fact]
    public async Task Sub_volumes_lie_one_behind_the_other()
    {
        var (a, b) = (new MemoryVolume(3), new MemoryVolume(5));
        await using var volume = new Volume(Guid.Empty, 512, [a, b], null, TimeProvider.System);
        Assert.Equal(8UL, volume.BlockCount);
        var data = Golden.Counting(4 * 512);
        await volume.WriteAsync(1, data);
        var read = new byte[data.Length];
        await volume.ReadAsync(1, read);
        Assert.Equal(data, read);
        var second = new byte[512];
        await b.ReadAsync(0, second);
        Assert.Equal(data[1024..1536], second);
        await volume.FlushAsync();
        Assert.Equal((1, 1), (a.Flushes, b.Flushes));
    }

    [Fact]
    public async Task A_parent_shows_through_until_it_is_scrubbed_in()
    {
        var (top, parent) = (new MemoryVolume(600), new MemoryVolume(520));
        await parent.WriteAsync(0, Golden.Counting(520 * 512));
        await using var volume = new Volume(Guid.Empty, 512, [top], parent, TimeProvider.System);
        await volume.WriteAsync(10, Golden.Filled(512, 0xEE));
        var expected = Golden.Counting(520 * 512).Concat(new byte[80 * 512]).ToArray();
        Golden.Filled(512, 0xEE).CopyTo(expected, 10 * 512);
        Assert.Equal(expected, await ReadAll(volume));
        await volume.ScrubAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.False(volume.HasParent);
        Assert.True(parent.Disposed);
        Assert.Equal(1, top.Flushes);
        var reads = parent.Reads;
        Assert.Equal(expected, await ReadAll(volume));
        Assert.Equal(reads, parent.Reads);
    }

    [Fact]
    public async Task A_volume_of_a_parent_alone_reads_and_refuses_writes()
    {
        var parent = new MemoryVolume(4);
        await using var volume = new Volume(Guid.Empty, 512, [], parent, TimeProvider.System);
        await volume.ReadAsync(0, new byte[512]);
        var error = await Assert.ThrowsAsync<CrucibleException>(() => volume.WriteAsync(0, new byte[512]));
        Assert.Equal(CrucibleErrorKind.CannotReceiveBlocks, error.Error.Kind);
    }

    [Theory]
    [InlineData(0, 100, CrucibleErrorKind.DataLenUnaligned), InlineData(8, 512, CrucibleErrorKind.OffsetInvalid), InlineData(7, 1024, CrucibleErrorKind.OffsetInvalid)]
    public async Task Requests_out_of_bounds_are_refused(ulong start, int length, CrucibleErrorKind kind)
    {
        await using var volume = new Volume(Guid.Empty, 512, [new MemoryVolume(8)], null, TimeProvider.System);
        Assert.Equal(kind, (await Assert.ThrowsAsync<CrucibleException>(() => volume.ReadAsync(start, new byte[length]))).Error.Kind);
        Assert.Equal(kind, (await Assert.ThrowsAsync<CrucibleException>(() => volume.WriteAsync(start, new byte[length]))).Error.Kind);
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        Assert.Equal(CrucibleErrorKind.BlockSizeMismatch, Refusal([new MemoryVolume(4, 4096)], null));
        Assert.Equal(CrucibleErrorKind.SubvolumeSizeMismatch, Refusal([new MemoryVolume(4)], new MemoryVolume(5)));
        Assert.Equal(CrucibleErrorKind.SubvolumeSizeMismatch, Refusal([], null));
    }

    [Fact]
    public async Task A_file_is_a_volume()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Golden.Counting(4096));
            await using (var volume = new VolumeBuilder().Build(VolumeConstructionRequest.Parse(
                $$"""{"type":"volume","id":"00112233-4455-6677-8899-aabbccddeeff","block_size":512,"sub_volumes":[{"type":"file","id":"00112233-4455-6677-8899-aabbccddeeff","block_size":512,"path":"{{path}}"}],"read_only_parent":null}""")))
            {
                await volume.ActivateAsync(CancellationToken.None);
                await volume.WriteAsync(2, Golden.Filled(512, 7));
                await volume.DeactivateAsync(CancellationToken.None);
            }

            Assert.Equal(Golden.Filled(512, 7), File.ReadAllBytes(path)[1024..1536]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Requests_of_the_original_parse_and_format()
    {
        const string json = """
            {"type":"volume","id":"00112233-4455-6677-8899-aabbccddeeff","block_size":512,"sub_volumes":[{"type":"region","block_size":512,
            "blocks_per_extent":100,"extent_count":15,"opts":{"id":"00112233-4455-6677-8899-aabbccddeeff","target":["127.0.0.1:8810","127.0.0.1:8820","127.0.0.1:8830"],
            "lossy":false,"flush_timeout":null,"key":null,"cert_pem":null,"key_pem":null,"root_cert_pem":null,"control":null,"read_only":false},"gen":7}],"read_only_parent":null}
            """;
        var request = Assert.IsType<VolumeRequest>(VolumeConstructionRequest.Parse(json));
        var region = Assert.IsType<RegionRequest>(Assert.Single(request.SubVolumes));
        Assert.Equal((100UL, 15u, 7UL, 3), (region.BlocksPerExtent, region.ExtentCount, region.Gen, region.Opts.Target.Count));
        Assert.Equal(request.Format(), VolumeConstructionRequest.Parse(request.Format()).Format());
    }

    [Theory]
    [InlineData("", "not a volume construction request")]
    [InlineData("""{"type":"tape","block_size":512}""", "not a volume construction request")]
    [InlineData("""{"type":"file","block_size":512,"path":"/x"}""", "'id'")]
    public void Wrong_json_gets_a_sentence(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<CrucibleException>(() => VolumeConstructionRequest.Parse(json)).Message);

    [Theory]
    [InlineData("127.0.0.1", null, "is not ADDRESS:PORT"), InlineData("127.0.0.1:1", "AAAA", "must be base64 of 32 bytes")]
    public void Wrong_options_get_a_sentence(string target, string? key, string expected)
    {
        var request = new RegionRequest
        {
            BlockSize = 512,
            BlocksPerExtent = 8,
            ExtentCount = 1,
            Gen = 1,
            Opts = new CrucibleOpts { Id = Guid.Empty, Target = [target, "127.0.0.1:2", "127.0.0.1:3"], Key = key },
        };
        Assert.Contains(expected, Assert.Throws<CrucibleException>(() => new VolumeBuilder().Build(request)).Message);
    }

    [Fact]
    public void A_file_that_is_not_whole_blocks_is_refused()
    {
        var files = new Extents.CrashingFileTree();
        using (var file = files.Create("/f"))
            file.SetLength(700);
        Assert.Contains("700 bytes", Assert.Throws<CrucibleException>(() => new FileVolume(files.Open("/f", writable: true), 512)).Message);
    }

    static CrucibleErrorKind Refusal(IReadOnlyList<IVolume> parts, IVolume? parent) =>
        Assert.Throws<CrucibleException>(() => new Volume(Guid.Empty, 512, parts, parent, TimeProvider.System)).Error.Kind;

    static async Task<byte[]> ReadAll(IVolume volume)
    {
        var data = new byte[(int)volume.BlockCount * volume.BlockSize];
        await volume.ReadAsync(0, data);
        return data;
    }
}
