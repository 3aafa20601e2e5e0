namespace Propolis.Vmm.Machine;

/// <summary>How a driver treats its machine.</summary>
public sealed record MachineDriverOptions
{
    /// <summary>End when the guest resets, instead of starting over.</summary>
    public bool EndOnGuestReset { get; init; }

    /// <summary>How often a start under way looks whether a stop was asked for.</summary>
    public TimeSpan StopPollInterval { get; init; } = TimeSpan.FromMilliseconds(50);
}
