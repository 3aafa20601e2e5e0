namespace Propolis.Vmm.Machine;

/// <summary>
/// Which requests a machine takes, as a pure function of its phase and of what it has already promised (the disposition table of facts: propolis.md section 4, with
/// graceful stop and snapshot added).
/// </summary>
public static class MachineRequestRules
{
    /// <summary>Decides on one request.</summary>
    public static RequestDecision Decide(RequestQueueState state, MachineRequestKind request) => request switch
    {
        MachineRequestKind.Run => DecideRun(state),
        MachineRequestKind.Reboot => DecideReboot(state),
        MachineRequestKind.MigrateAsSource => DecideMigration(state),
        MachineRequestKind.Stop => DecideStop(state),
        MachineRequestKind.GracefulStop => DecideGracefulStop(state),
        MachineRequestKind.ReplaceVolume => TerminalDenial(state.Phase) is { } ended ? RequestDecision.Deny(ended) : RequestDecision.Enqueue,
        _ => DecideSnapshot(state),
    };

    /// <summary>The state after a request was queued.</summary>
    public static RequestQueueState Queued(RequestQueueState state, MachineRequestKind request) => request switch
    {
        MachineRequestKind.Run => state with { Phase = RequestQueuePhase.StartPending },
        MachineRequestKind.Reboot => state with { AwaitingReboot = true },
        MachineRequestKind.MigrateAsSource => state with { AwaitingMigrationOut = true },
        MachineRequestKind.Stop => state with { AwaitingStop = true },
        MachineRequestKind.GracefulStop => state with { AwaitingGracefulStop = true },
        _ => state,
    };

    /// <summary>The state after the driver finished something: the machine entered <paramref name="phase"/>, and what that fulfils is no longer awaited.</summary>
    public static RequestQueueState Entered(RequestQueueState state, RequestQueuePhase phase) => phase switch
    {
        // A migration ends by itself (MachineInputQueue.DepartureEnded): a guest that reboots during one does not end it.
        RequestQueuePhase.Running => state with { Phase = phase, AwaitingReboot = false },
        _ => new RequestQueueState { Phase = phase },
    };

    static RequestDecision DecideRun(RequestQueueState state)
    {
        if (TerminalDenial(state.Phase) is { } ended) return RequestDecision.Deny(ended);
        if (state.AwaitingStop) return RequestDecision.Deny(MachineDenial.HaltPending);
        return state.Phase == RequestQueuePhase.NotStarted ? RequestDecision.Enqueue : RequestDecision.Ignore;
    }

    static RequestDecision DecideReboot(RequestQueueState state)
    {
        if (NotRunningDenial(state) is { } denial) return RequestDecision.Deny(denial);
        if (state.AwaitingMigrationOut) return RequestDecision.Deny(MachineDenial.InvalidForMigrationSource);
        return state.AwaitingReboot ? RequestDecision.Ignore : RequestDecision.Enqueue;
    }

    static RequestDecision DecideMigration(RequestQueueState state)
    {
        if (TerminalDenial(state.Phase) is { } ended) return RequestDecision.Deny(ended);
        if (state.Phase == RequestQueuePhase.NotStarted) return RequestDecision.Deny(MachineDenial.InstanceNotActive);
        if (state.AwaitingMigrationOut) return RequestDecision.Deny(MachineDenial.AlreadyMigrationSource);
        return state.AwaitingStop ? RequestDecision.Deny(MachineDenial.HaltPending) : RequestDecision.Enqueue;
    }

    static RequestDecision DecideStop(RequestQueueState state) =>
        state.AwaitingStop || TerminalDenial(state.Phase) is not null ? RequestDecision.Ignore : RequestDecision.Enqueue;

    static RequestDecision DecideGracefulStop(RequestQueueState state)
    {
        if (state.AwaitingStop || state.AwaitingGracefulStop || TerminalDenial(state.Phase) is not null) return RequestDecision.Ignore;
        return NotRunningDenial(state) is { } denial ? RequestDecision.Deny(denial) : RequestDecision.Enqueue;
    }

    static RequestDecision DecideSnapshot(RequestQueueState state)
    {
        if (NotRunningDenial(state) is { } denial) return RequestDecision.Deny(denial);
        return state.AwaitingMigrationOut ? RequestDecision.Deny(MachineDenial.InvalidForMigrationSource) : RequestDecision.Enqueue;
    }

    static MachineDenial? NotRunningDenial(RequestQueueState state) => TerminalDenial(state.Phase) ?? state switch
    {
        { AwaitingStop: true } => MachineDenial.HaltPending,
        { Phase: RequestQueuePhase.NotStarted } => MachineDenial.InstanceNotActive,
        { Phase: RequestQueuePhase.StartPending } => MachineDenial.StartInProgress,
        _ => null,
    };

    static MachineDenial? TerminalDenial(RequestQueuePhase phase) => phase switch
    {
        RequestQueuePhase.MigratedOut => MachineDenial.MigratedOut,
        RequestQueuePhase.Stopped => MachineDenial.Halted,
        RequestQueuePhase.Failed => MachineDenial.InstanceFailed,
        _ => null,
    };
}
