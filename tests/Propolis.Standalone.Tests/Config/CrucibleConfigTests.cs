using System.Net;
using Propolis.Standalone.Config;

namespace Propolis.Standalone.Tests.Config;

/// <summary>[block_dev.NAME] of type crucible.</summary>
public sealed class CrucibleConfigTests
{
    static readonly string[] Required =
    [
        "block_size = 512", "blocks_per_extent = 262144", "extent_count = 32",
        "targets = ['127.0.0.1:3810', '[::1]:3820', '127.0.0.1:3830']",
    ];

    /// <summary>A device with all required keys, which stand on lines 8 to 11; what is added starts on line 12.</summary>
    static string Device(string more, string without = "-") =>
        "[block_dev.c]\ntype = 'crucible'\n"
        + string.Concat(Required.Select(line => line.StartsWith(without + " ", StringComparison.Ordinal) ? "\n" : line + "\n")) + more;

    static CrucibleDiskConfig Read(string more) => Configs.BlockDevice<CrucibleDiskConfig>(Device(more));

    [Fact]
    public void The_required_keys_are_enough()
    {
        var disk = Read("");
        Assert.Equal((512u, 262144ul, 32u, null), (disk.BlockSize, disk.BlocksPerExtent, disk.ExtentCount, disk.Generation));
        Assert.Equal([IPEndPoint.Parse("127.0.0.1:3810"), IPEndPoint.Parse("[::1]:3820"), IPEndPoint.Parse("127.0.0.1:3830")], disk.Targets);
        Assert.Equal((null, false, null, null), (disk.UpstairsId, disk.Lossy, disk.FlushTimeout, disk.EncryptionKey));
        Assert.Equal((null, null, false, false, false), (disk.Tls, disk.ControlAddress, disk.ReadOnly, disk.SkipFlush, disk.Sync));
    }

    [Fact]
    public void Every_optional_key_is_read()
    {
        var key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        var disk = Read($"""
            generation = 7
            sync = true
            upstairs_id = "e4396bd0-ede1-48d7-ac14-3d2094dfba5b"
            lossy = true
            flush_timeout = 0.5
            encryption_key = "{key}"
            cert_pem = "cert.pem"
            key_pem = "key.pem"
            root_cert_pem = "root.pem"
            control_addr = "127.0.0.1:7777"
            read_only = true
            skip_flush = true
            """);
        Assert.Equal(Guid.Parse("e4396bd0-ede1-48d7-ac14-3d2094dfba5b"), disk.UpstairsId);
        Assert.Equal((7ul, true), (disk.Generation, disk.Sync));
        Assert.Equal((true, TimeSpan.FromMilliseconds(500)), (disk.Lossy, disk.FlushTimeout));
        Assert.Equal(31, disk.EncryptionKey!.Value.Span[31]);
        Assert.Equal(("cert.pem", "key.pem", "root.pem"), (disk.Tls!.Certificate.Text, disk.Tls.Key.Text, disk.Tls.RootCertificate.Text));
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:7777"), disk.ControlAddress);
        Assert.Equal((true, true), (disk.ReadOnly, disk.SkipFlush));
        Assert.DoesNotContain(key, disk.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_flush_timeout_may_be_whole_seconds() => Assert.Equal(TimeSpan.FromSeconds(5), Read("flush_timeout = 5").FlushTimeout);

    [Theory]
    [InlineData("block_size")]
    [InlineData("blocks_per_extent")]
    [InlineData("extent_count")]
    [InlineData("targets")]
    public void A_required_key_is_asked_for(string key) =>
        Configs.MoreRefused(Device("", without: key), $"6:12: [block_dev.c] needs the key {key}.");

    const string ThreeTargets = "12:11: [block_dev.c] targets must be the addresses of 3 different downstairs.";
    const string NoAddress = "; it must be an address with a port, as 127.0.0.1:3810 or [::1]:3810.";

    [Theory]
    [InlineData("[]", ThreeTargets)]
    [InlineData("['127.0.0.1:1', '127.0.0.1:2']", ThreeTargets)]
    [InlineData("['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:2']", ThreeTargets)]
    [InlineData("['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3', '127.0.0.1:4']", ThreeTargets)]
    [InlineData("'127.0.0.1:1'", "12:11: [block_dev.c] targets must be an array, not a string.")]
    [InlineData("[1, 2, 3]", "12:12: [block_dev.c] targets must be a string, not an integer.")]
    [InlineData("['127.0.0.1', '', '']", "12:11: [block_dev.c] targets cannot be \"127.0.0.1\"" + NoAddress)]
    [InlineData("['127.0.0.1:0', '', '']", "12:11: [block_dev.c] targets cannot be \"127.0.0.1:0\"" + NoAddress)]
    [InlineData("['127.0.0.1:65536', '', '']", "12:11: [block_dev.c] targets cannot be \"127.0.0.1:65536\"" + NoAddress)]
    [InlineData("['localhost:1', '', '']", "12:11: [block_dev.c] targets cannot be \"localhost:1\"" + NoAddress)]
    [InlineData("['1:3810', '', '']", "12:11: [block_dev.c] targets cannot be \"1:3810\"" + NoAddress)]
    [InlineData("['::1', '', '']", "12:11: [block_dev.c] targets cannot be \"::1\"" + NoAddress)]
    [InlineData("['[::1]', '', '']", "12:11: [block_dev.c] targets cannot be \"[::1]\"" + NoAddress)]
    public void Wrong_targets_are_refused(string targets, string sentence) =>
        Configs.MoreRefused(Device("targets = " + targets, without: "targets"), sentence);

    [Theory]
    [InlineData("generation = 0", "12:14: [block_dev.c] generation must be 1 to 9223372036854775807, not 0.")]
    [InlineData("generation = '1'", "12:14: [block_dev.c] generation must be an integer, not a string.")]
    [InlineData("sync = 1", "12:8: [block_dev.c] sync must be a boolean, not an integer.")]
    [InlineData("upstairs_id = 'x'", "12:15: [block_dev.c] upstairs_id cannot be x; it must be a UUID.")]
    [InlineData("upstairs_id = 1", "12:15: [block_dev.c] upstairs_id must be a string, not an integer.")]
    [InlineData("lossy = 'no'", "12:9: [block_dev.c] lossy must be a boolean, not a string.")]
    [InlineData("flush_timeout = 0", "12:17: [block_dev.c] flush_timeout must be more than 0 and at most 86400.")]
    [InlineData("flush_timeout = -1.5", "12:17: [block_dev.c] flush_timeout must be more than 0 and at most 86400.")]
    [InlineData("flush_timeout = inf", "12:17: [block_dev.c] flush_timeout must be more than 0 and at most 86400.")]
    [InlineData("flush_timeout = nan", "12:17: [block_dev.c] flush_timeout must be more than 0 and at most 86400.")]
    [InlineData("flush_timeout = '5'", "12:17: [block_dev.c] flush_timeout must be a number, not a string.")]
    [InlineData("encryption_key = 'c2VjcmV0'", "12:18: [block_dev.c] encryption_key must be 32 bytes in base64.")]
    [InlineData("encryption_key = '%'", "12:18: [block_dev.c] encryption_key must be 32 bytes in base64.")]
    [InlineData("encryption_key = 1", "12:18: [block_dev.c] encryption_key must be a string, not an integer.")]
    [InlineData("cert_pem = 'c'", "12:12: [block_dev.c] cert_pem needs cert_pem, key_pem and root_cert_pem, all three of them.")]
    [InlineData("key_pem = 'k'\nroot_cert_pem = 'r'", "12:11: [block_dev.c] key_pem needs cert_pem, key_pem and root_cert_pem, all three of them.")]
    [InlineData("root_cert_pem = 1", "12:17: [block_dev.c] root_cert_pem must be a string, not an integer.")]
    [InlineData("control_addr = 'x'", "12:16: [block_dev.c] control_addr cannot be x" + NoAddress)]
    [InlineData("control_addr = 1", "12:16: [block_dev.c] control_addr must be a string, not an integer.")]
    [InlineData("genration = 1", "12:1: [block_dev.c] has no key genration; perhaps generation is meant.")]
    [InlineData("workers = 1", "12:1: [block_dev.c] has no key workers; known are type, block_size, read_only, skip_flush, blocks_per_extent, "
        + "extent_count, targets, generation, upstairs_id, lossy, flush_timeout, encryption_key, cert_pem, key_pem, root_cert_pem, control_addr, sync.")]
    public void A_wrong_value_is_refused(string more, string sentence) => Configs.MoreRefused(Device(more), sentence);

    [Theory]
    [InlineData("extent_count", "0", "12:16: [block_dev.c] extent_count must be 1 to 4294967295, not 0.")]
    [InlineData("extent_count", "4294967296", "12:16: [block_dev.c] extent_count must be 1 to 4294967295, not 4294967296.")]
    [InlineData("blocks_per_extent", "0", "12:21: [block_dev.c] blocks_per_extent must be 1 to 9223372036854775807, not 0.")]
    [InlineData("blocks_per_extent", "9223372036854775807",
        "12:21: [block_dev.c] blocks_per_extent makes a volume of more than 2^63 bytes with this block_size and extent_count.")]
    [InlineData("block_size", "1000", "12:14: [block_dev.c] block_size must be a power of two, not 1000.")]
    public void The_required_numbers_have_bounds(string key, string value, string sentence) =>
        Configs.MoreRefused(Device($"{key} = {value}", without: key), sentence);
}
