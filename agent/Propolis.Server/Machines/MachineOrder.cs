using Propolis.Contracts.Server;
using Propolis.Contracts.Specs;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Migration;

namespace Propolis.Server.Machines;

/// <summary>A machine that is to be built.</summary>
sealed record MachineOrder
{
    /// <summary>Whose machine it is.</summary>
    public required InstanceProperties Properties { get; init; }

    /// <summary>What it is made of; keeps <see cref="SpecRules"/>.</summary>
    public required InstanceSpec Spec { get; init; }

    /// <summary>What is behind its devices, each time they are opened.</summary>
    public required BackendDirectory Backends { get; init; }

    /// <summary>Where the guest's wishes go.</summary>
    public required IMachineControl Control { get; init; }

    /// <summary>The guest that will come from another server: no disk is opened before it is decided that it stays. Null for one that boots.</summary>
    public MigrationOffer? Arriving { get; init; }
}
