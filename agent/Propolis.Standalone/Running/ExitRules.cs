using Propolis.Vmm.Machine;

namespace Propolis.Standalone.Running;

/// <summary>What the process returns and says for the way a machine ended.</summary>
static class ExitRules
{
    /// <summary>Exit code of a failure.</summary>
    public const int Failure = 1;

    /// <summary>
    /// A guest that switched itself off gives <paramref name="onHalt"/>, one that reset itself <paramref name="onReboot"/> where the configuration says so; a stop from outside
    /// gives 0, a failure 1.
    /// </summary>
    public static int ExitCode(MachineOutcome outcome, byte onHalt, byte? onReboot) => outcome.Kind switch
    {
        MachineOutcomeKind.GuestPowerOff => onHalt,
        MachineOutcomeKind.GuestReset => onReboot ?? 0,
        MachineOutcomeKind.Stopped or MachineOutcomeKind.MigratedOut => 0,
        _ => Failure,
    };

    /// <summary>The outcome in words.</summary>
    public static string Describe(MachineOutcome outcome) => outcome.Kind switch
    {
        MachineOutcomeKind.GuestPowerOff => $"the guest switched itself off ({outcome.Detail})",
        MachineOutcomeKind.GuestReset => $"the guest reset itself ({outcome.Detail})",
        MachineOutcomeKind.Stopped => $"stopped {outcome.Detail}",
        MachineOutcomeKind.MigratedOut => $"the guest moved away ({outcome.Detail})",
        _ => $"failed: {outcome.Detail}",
    };
}
