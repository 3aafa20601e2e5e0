using Propolis.Contracts.Ids;
using Propolis.Contracts.Sleds;

namespace Propolis.Silo.Instances;

/// <summary>What an instance has to do next. The shell does it and tells the outcome to <see cref="VmmRules"/>.</summary>
public abstract record InstanceStep
{
    /// <summary>Nothing for now.</summary>
    /// <param name="For">How long; until somebody calls when null.</param>
    public sealed record Wait(TimeSpan? For) : InstanceStep;

    /// <summary>A decision that needs nobody else.</summary>
    /// <param name="State">The next state.</param>
    public sealed record Decide(InstanceState State) : InstanceStep;

    /// <summary>Ask the project for room, for the first time or for another size.</summary>
    public sealed record Charge : InstanceStep;

    /// <summary>Give the project its room back.</summary>
    public sealed record Refund : InstanceStep;

    /// <summary>Choose a sled.</summary>
    /// <param name="Vmm">For which VMM.</param>
    public sealed record Place(VmmRecord Vmm) : InstanceStep;

    /// <summary>Take room on its sled.</summary>
    /// <param name="Vmm">For which VMM.</param>
    public sealed record Reserve(VmmRecord Vmm) : InstanceStep;

    /// <summary>Check its volumes out.</summary>
    /// <param name="Vmm">For which VMM.</param>
    public sealed record CheckOut(VmmRecord Vmm) : InstanceStep;

    /// <summary>Tell its agent to make it.</summary>
    /// <param name="Vmm">Which.</param>
    public sealed record Ensure(VmmRecord Vmm) : InstanceStep;

    /// <summary>Its sled is silent, and it would be given up: ask its own server first.</summary>
    /// <param name="Vmm">Which.</param>
    /// <param name="Sled">The sled.</param>
    public sealed record AskServer(VmmRecord Vmm, SledView Sled) : InstanceStep;

    /// <summary>Tell its agent to stop the guest.</summary>
    /// <param name="Vmm">Which.</param>
    public sealed record Stop(VmmRecord Vmm) : InstanceStep;

    /// <summary>Tell its agent to reset the guest.</summary>
    /// <param name="Vmm">Which.</param>
    /// <param name="Order">The operation.</param>
    public sealed record Reset(VmmRecord Vmm, PendingReboot Order) : InstanceStep;

    /// <summary>Tell its agent to end and forget it.</summary>
    /// <param name="Vmm">Which.</param>
    public sealed record Remove(VmmRecord Vmm) : InstanceStep;

    /// <summary>Give volumes and room back.</summary>
    /// <param name="Vmm">Whose.</param>
    public sealed record Release(VmmRecord Vmm) : InstanceStep;

    /// <summary>Ask the migration to end or to look again, and wait for it.</summary>
    /// <param name="Migration">Which.</param>
    /// <param name="Abort">Why it should end; null to look again.</param>
    public sealed record AskMigration(MigrationId Migration, string? Abort) : InstanceStep;
}
