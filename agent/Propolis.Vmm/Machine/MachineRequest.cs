namespace Propolis.Vmm.Machine;

/// <summary>A request with what it needs.</summary>
/// <param name="Kind">What is asked.</param>
public sealed record MachineRequest(MachineRequestKind Kind)
{
    /// <summary>For <see cref="MachineRequestKind.GracefulStop"/>: how long the guest may take before it is switched off hard.</summary>
    public TimeSpan Limit { get; init; }

    /// <summary>For <see cref="MachineRequestKind.Snapshot"/> and <see cref="MachineRequestKind.ReplaceVolume"/>: what to do while the machine is paused.</summary>
    public Func<Task>? WhilePaused { get; init; }

    /// <summary>Told how <see cref="WhilePaused"/> ended: null, or what it threw. The machine has not resumed yet.</summary>
    public Action<Exception?>? Completed { get; init; }

    /// <summary>For <see cref="MachineRequestKind.MigrateAsSource"/>: what takes the machine away.</summary>
    public IMachineDeparture? Departure { get; init; }

    /// <summary>For <see cref="MachineRequestKind.Snapshot"/>: switch off afterwards instead of resuming.</summary>
    public bool StopAfterwards { get; init; }
}
