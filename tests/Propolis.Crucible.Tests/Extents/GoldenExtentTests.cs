using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Extents;

/// <summary>Our extents are the original's, byte for byte, after the same steps.</summary>
public sealed class GoldenExtentTests
{
    const string Root = "/region";
    static readonly RegionDefinition Definition = new(512, 8, 1, Guid.Empty, Encrypted: false);

    [Fact]
    public void Steps_of_the_original_leave_the_same_files()
    {
        var files = new CrashingFileTree();
        Region.Create(files, Root, Definition);
        using var region = Region.Open(files, Root, readOnly: false, heldBytes: 0);
        AssertImage(files, "0_created");
        region.WriteBlock(0, Golden.Counting(512));
        region.WriteBlock(1, Golden.Filled(512, 0x5a));
        AssertImage(files, "1_blocks_0_1_written_unflushed");
        region.Flush(5, 3, null);
        AssertImage(files, "2_flushed_f3_g5");
        region.WriteBlock(1, Golden.Filled(512, 0x66));
        AssertImage(files, "3_block_1_rewritten_unflushed");
        region.WriteBlock(1, Golden.Filled(512, 0x77));
        AssertImage(files, "4_block_1_rewritten_again_unflushed");
        region.Flush(5, 4, null);
        AssertImage(files, "5_flushed_f4_g5");
    }

    [Fact]
    public void An_encrypted_block_leaves_the_same_file()
    {
        var files = new CrashingFileTree();
        Region.Create(files, Root, Definition with { Encrypted = true });
        using var region = Region.Open(files, Root, readOnly: false);
        var context = EncryptionContext.From(Convert.FromHexString("101112131415161718191a1ba0a1a2a3a4a5a6a7a8a9aaabacadaeaf"));
        Assert.Null(region.WriteBlock(2, Golden.Counting(512), context));
        region.Flush(9, 1, null);
        AssertImage(files, "6_encrypted_block_2_flushed_f1_g9");
    }

    [Theory]
    [InlineData("2_flushed_f3_g5", 0x5a, false)]
    [InlineData("3_block_1_rewritten_unflushed", 0x66, true)]
    [InlineData("4_block_1_rewritten_again_unflushed", 0x77, true)]
    [InlineData("5_flushed_f4_g5", 0x77, false)]
    public void Files_of_the_original_open_with_the_right_block(string image, int expected, bool dirty)
    {
        var files = new CrashingFileTree();
        Region.Create(files, Root, Definition);
        using (var file = files.Open(Root + "/00/000/000", writable: true))
            file.Write(0, Image(image));
        using var region = Region.Open(files, Root, readOnly: false);
        var (data, context, error) = region.ReadBlock(1);
        Assert.Null(error);
        Assert.Equal(Golden.Filled(512, (byte)expected), data);
        Assert.Equal(ReadBlockKind.Unencrypted, context.Kind);
        Assert.Equal(dirty, region.VersionOf(0).Dirty);
        Assert.Equal(ReadBlockContext.Empty, region.ReadBlock(3).Context);
    }

    [Fact]
    public void Slots_and_metadata_equal_the_recorded_ones()
    {
        var raw = Golden.Frames.GetProperty("raw_extent");
        var slot = new byte[ContextSlot.Size];
        foreach (var name in new[] { "slot_plain", "slot_encrypted" })
        {
            var recorded = raw.GetProperty(name).Hex("hex");
            Assert.True(ContextSlot.TryDecode(recorded, out var decoded));
            Assert.Equal(raw.GetProperty(name).Number("hash"), decoded!.Value.Context.Hash);
            Assert.Equal(raw.GetProperty(name).Number("on_disk_hash"), decoded.Value.StoredHash);
            Assert.Equal(raw.GetProperty(name).Number("flush_id"), decoded.Value.FlushId);
            decoded.Value.Encode(slot);
            Assert.Equal(recorded, slot);
        }

        var meta = raw.GetProperty("meta");
        Assert.True(ExtentMetadata.TryDecode(meta.Hex("hex"), out var metadata));
        Assert.Equal(new ExtentVersion(meta.Number("gen_number"), meta.Number("flush_number"), true), metadata.Version);
        var encoded = new byte[ExtentMetadata.Size];
        metadata.Encode(encoded);
        Assert.Equal(meta.Hex("hex"), encoded);
    }

    [Fact]
    public void Region_json_is_the_original_text()
    {
        var golden = Golden.Frames.GetProperty("messages").EnumerateArray().Single(m => m.GetProperty("message").GetString() == "(region.json)");
        var definition = new RegionDefinition(4096, 16384, 320, Guid.Parse("deadbeef-0102-4304-8506-0708090a0b0c"), true);
        Assert.Equal(golden.GetProperty("text").GetString(), RegionFile.Format(definition));
        Assert.Equal(definition, RegionFile.Parse(golden.GetProperty("text").GetString()!));
    }

    static byte[] Image(string name) =>
        Golden.Frames.GetProperty("raw_extent_files").GetProperty("images").GetProperty(name).Hex("file_hex");

    static void AssertImage(CrashingFileTree files, string name) =>
        Assert.Equal(Convert.ToHexString(Image(name)), Convert.ToHexString(files.Content(Root + "/00/000/000")));
}
