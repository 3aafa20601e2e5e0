using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>[dev.NAME]: a device of the machine. There is one subclass for each driver.</summary>
abstract record DeviceConfig
{
    /// <summary>The device's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where its table stands, for messages.</summary>
    public required TomlPosition Position { get; init; }
}
