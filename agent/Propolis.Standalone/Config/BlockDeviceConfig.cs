using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>[block_dev.NAME]: where the bytes of a disk are. There is one subclass for each type.</summary>
abstract record BlockDeviceConfig
{
    /// <summary>The name by which a device refers to it.</summary>
    public required string Name { get; init; }

    /// <summary>Where its table stands, for messages.</summary>
    public required TomlPosition Position { get; init; }

    /// <summary>Bytes a block as the guest sees it: a power of two, 512 to 65536; the backend's own choice when null.</summary>
    public uint? BlockSize { get; init; }

    /// <summary>The guest cannot write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Flushes of the guest are answered without doing them: faster, and a crash of the host may lose data.</summary>
    public bool SkipFlush { get; init; }
}
