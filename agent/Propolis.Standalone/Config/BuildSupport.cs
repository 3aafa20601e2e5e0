using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>
/// The one place that knows which parts of a correct configuration this build, or its hypervisor, cannot run yet.
/// </summary>
static class BuildSupport
{
    /// <summary>Throws a <see cref="ConfigException"/> for the first part that cannot be run.</summary>
    /// <param name="config">A configuration that is correct.</param>
    /// <param name="onBhyve">The machine will run on bhyve, which has a memory reservoir; otherwise on KVM.</param>
    public static void Check(MachineConfig config, bool onBhyve)
    {
        if (config.Main.ReservoirAskedAt is { } position && !onBhyve)
            throw new ConfigException(config.FileName, position,
                "[main] use_reservoir needs the memory reservoir of bhyve, and this host has KVM; remove it");
        foreach (var device in config.Devices.OfType<VsockConfig>())
            throw NotBuilt(config, device.Position, TomlKeySyntax.Show("dev", device.Name), "driver pci-virtio-socket");
    }

    static ConfigException NotBuilt(MachineConfig config, TomlPosition position, string table, string what) =>
        new(config.FileName, position, $"[{table}] {what} is not in this build yet");
}
