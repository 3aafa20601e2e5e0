namespace Propolis.Standalone.Config;

/// <summary>driver = "qemu-pvpanic": lets the guest say that it crashed. There is at most one.</summary>
sealed record PvpanicConfig : DeviceConfig
{
    /// <summary>It is on the ISA bus at port 0x505; otherwise the guest sees nothing.</summary>
    public required bool EnableIsa { get; init; }
}
