namespace Propolis.Vmm.Machine;

/// <summary>
/// The guest's wishes for the whole machine, as its chips hear them (reset ports, S5, triple fault, pvpanic). Called from vCPU threads: an implementation
/// only queues the event for the driver, which acts when the vCPUs have left the guest.
/// </summary>
public interface IMachineControl
{
    /// <summary>The guest wants a reset; <paramref name="source"/> names the chip or port for the log ("port 0xcf9").</summary>
    void GuestReset(string source);

    /// <summary>The guest switched itself off.</summary>
    void GuestPowerOff(string source);

    /// <summary>A vCPU cannot go on: the machine fails with this reason.</summary>
    void GuestFailed(string reason);

    /// <summary>A disk belongs to another machine by now: this one must not go on. Told by the disk, from any thread; a failure where nobody tells the two apart.</summary>
    void GuestFenced(string reason) => GuestFailed(reason);
}
