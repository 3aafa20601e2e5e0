namespace Propolis.Vmm.Machine;

/// <summary>What the driver drives: vCPUs, devices and disks as one. Called from the driver only, one call at a time.</summary>
public interface IMachineBody
{
    /// <summary>The start waits for a guest from elsewhere instead of booting one.</summary>
    bool IsArriving => false;

    /// <summary>Opens disks, starts devices and lets the vCPUs run. Cancelled when a stop comes first; it then leaves everything paused.</summary>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Stops the vCPUs, then the devices, until nothing is in flight; guest time stands still. Nothing to do when already paused or never started.</summary>
    Task PauseAsync();

    /// <summary>Lets devices, then vCPUs, go on.</summary>
    void Resume();

    /// <summary>Returns everything to power-on; called while paused.</summary>
    void Reset();

    /// <summary>Lets go of the host; last; works after a start that failed half-way, too.</summary>
    Task HaltAsync();

    /// <summary>Presses the ACPI power button.</summary>
    void PressPowerButton();
}
