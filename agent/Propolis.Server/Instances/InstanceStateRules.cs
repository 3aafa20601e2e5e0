using System.Net;
using Propolis.Contracts.Server;
using Propolis.Server.Rest;
using Propolis.Vmm.Machine;

namespace Propolis.Server.Instances;

/// <summary>Translates between the engine's words and those of the REST interface.</summary>
static class InstanceStateRules
{
    /// <summary>The published name of a state.</summary>
    public static InstanceState Of(MachineState state) => state switch
    {
        MachineState.Creating => InstanceState.Creating,
        MachineState.Starting => InstanceState.Starting,
        MachineState.Running => InstanceState.Running,
        MachineState.Stopping => InstanceState.Stopping,
        MachineState.Stopped => InstanceState.Stopped,
        MachineState.Rebooting => InstanceState.Rebooting,
        MachineState.Migrating => InstanceState.Migrating,
        MachineState.Failed => InstanceState.Failed,
        _ => InstanceState.Destroyed,
    };

    /// <summary>How a life ended, as published.</summary>
    public static InstanceOutcome Of(MachineOutcome outcome) => new()
    {
        Kind = outcome.Kind switch
        {
            MachineOutcomeKind.GuestPowerOff => InstanceOutcomeKind.GuestPowerOff,
            MachineOutcomeKind.Failed => InstanceOutcomeKind.Failed,
            MachineOutcomeKind.Fenced => InstanceOutcomeKind.Fenced,
            MachineOutcomeKind.MigratedOut => InstanceOutcomeKind.MigratedOut,
            _ => InstanceOutcomeKind.Stopped,
        },
        Detail = outcome.Detail,
    };

    /// <summary>What a wanted state asks of the engine.</summary>
    public static MachineRequestKind RequestOf(InstanceStateRequested requested) => requested switch
    {
        InstanceStateRequested.Run => MachineRequestKind.Run,
        InstanceStateRequested.Stop => MachineRequestKind.Stop,
        _ => MachineRequestKind.Reboot,
    };

    /// <summary>The refusal (403) of a denied request.</summary>
    public static ServerException Denied(MachineRequestKind request, MachineDenial denial) =>
        new(HttpStatusCode.Forbidden, $"{request} is denied ({denial}): {Why(denial)}.");

    static string Why(MachineDenial denial) => denial switch
    {
        MachineDenial.InstanceNotActive => "the VM was never started",
        MachineDenial.StartInProgress => "the VM is just starting",
        MachineDenial.AlreadyMigrationSource => "the VM is already on its way to another server",
        MachineDenial.InvalidForMigrationSource => "the VM is on its way to another server",
        MachineDenial.HaltPending => "the VM has been asked to stop",
        MachineDenial.MigratedOut => "the VM has left for another server",
        MachineDenial.Halted => "the VM has stopped",
        _ => "the VM has failed",
    };
}
