using Propolis.Contracts.Specs;
using Propolis.Vmm.Block;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Serial;

namespace Propolis.Server.Machines;

/// <summary>A machine that was built and has not started, with what the REST interface reaches of it.</summary>
sealed record BuiltMachine
{
    /// <summary>What the driver drives.</summary>
    public required IMachineBody Body { get; init; }

    /// <summary>The first serial port; null when the spec has none.</summary>
    public SerialConsole? Serial { get; init; }

    /// <summary>Sends a non-maskable interrupt to every vCPU.</summary>
    public required Action InjectNmi { get; init; }

    /// <summary>The engine's machine, for metrics and migration; null for a machine of tests.</summary>
    public MachineBody? Engine { get; init; }

    /// <summary>Disks by device.</summary>
    public IReadOnlyDictionary<string, IBlockBackend> Disks { get; init; } = new Dictionary<string, IBlockBackend>();

    /// <summary>Crucible volumes by the key of their backend.</summary>
    public IReadOnlyDictionary<SpecKey, ICrucibleVolume> Volumes { get; init; } = new Dictionary<SpecKey, ICrucibleVolume>();
}
