using System.Net;
using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>Reads what only block devices of type crucible have.</summary>
static class CrucibleReader
{
    const int TargetCount = 3;
    const int KeyBytes = 32;
    const double MaxFlushSeconds = 86400;

    /// <summary>The keys of this type beside those of every block device.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "blocks_per_extent", "extent_count", "targets", "generation", "upstairs_id", "lossy", "flush_timeout", "encryption_key",
        "cert_pem", "key_pem", "root_cert_pem", "control_addr", "sync",
    ];

    /// <summary>Reads the table of one device.</summary>
    public static CrucibleDiskConfig Read(string name, TableReader table, uint blockSize)
    {
        var disk = new CrucibleDiskConfig
        {
            Name = name,
            Position = table.Position,
            BlockSize = blockSize,
            BlocksPerExtent = (ulong)table.Integer("blocks_per_extent", 1, long.MaxValue),
            ExtentCount = (uint)table.Integer("extent_count", 1, uint.MaxValue),
            Targets = ReadTargets(table),
            Generation = (ulong?)table.OptionalInteger("generation", 1, long.MaxValue),
            UpstairsId = ReadUpstairsId(table),
            Lossy = table.OptionalFlag("lossy") ?? false,
            Sync = table.OptionalFlag("sync") ?? false,
            FlushTimeout = table.OptionalPositive("flush_timeout", MaxFlushSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            EncryptionKey = ReadEncryptionKey(table),
            Tls = ReadTls(table),
            ControlAddress = table.OptionalText("control_addr") is { } text ? ReadAddress(table, "control_addr", text) : null,
        };
        return (UInt128)blockSize * disk.BlocksPerExtent * disk.ExtentCount <= long.MaxValue
            ? disk
            : throw table.Fail("blocks_per_extent", "makes a volume of more than 2^63 bytes with this block_size and extent_count");
    }

    static IPEndPoint[] ReadTargets(TableReader table)
    {
        var items = table.Array("targets");
        var targets = items.Select(item => ReadAddress(table, "targets", table.ItemText(item, $"{table.Label} targets"))).ToArray();
        return targets.Distinct().Count() == TargetCount && targets.Length == TargetCount
            ? targets
            : throw table.Fail("targets", $"must be the addresses of {TargetCount} different downstairs");
    }

    static IPEndPoint ReadAddress(TableReader table, string key, string text) =>
        SocketAddress.TryParse(text, out var address)
            ? address
            : throw table.Fail(key, $"cannot be {TomlKeySyntax.Show(text)}; {SocketAddress.Advice}");

    static Guid? ReadUpstairsId(TableReader table)
    {
        if (table.OptionalText("upstairs_id") is not { } text)
            return null;
        return Guid.TryParse(text, out var id) ? id : throw table.Fail("upstairs_id", $"cannot be {TomlKeySyntax.Show(text)}; it must be a UUID");
    }

    /// <summary>The message does not repeat the text: it is a secret, or nearly one.</summary>
    static ReadOnlyMemory<byte>? ReadEncryptionKey(TableReader table)
    {
        if (table.OptionalText("encryption_key") is not { } text)
            return null;
        var key = new byte[KeyBytes + 1];
        return Convert.TryFromBase64String(text, key, out var length) && length == KeyBytes
            ? key.AsMemory(0, KeyBytes)
            : throw table.Fail("encryption_key", $"must be {KeyBytes} bytes in base64");
    }

    static CrucibleTlsConfig? ReadTls(TableReader table)
    {
        string[] keys = ["cert_pem", "key_pem", "root_cert_pem"];
        var paths = keys.Select(table.OptionalPath).ToArray();
        return paths switch
        {
            [null, null, null] => null,
            [{ } certificate, { } key, { } root] => new CrucibleTlsConfig(certificate, key, root),
            _ => throw table.Fail(keys.First(key => table.Find(key) is not null), "needs cert_pem, key_pem and root_cert_pem, all three of them"),
        };
    }
}
