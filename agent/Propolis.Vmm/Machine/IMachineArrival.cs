namespace Propolis.Vmm.Machine;

/// <summary>Fills a machine from elsewhere instead of letting it boot (live migration, target side). Used by <see cref="MachineBody"/>.</summary>
public interface IMachineArrival
{
    /// <summary>
    /// Fills memory and state of a paused machine, and waits until it is decided that the machine runs here. Throws when it does not come; the machine is then discarded.
    /// Cancelled when it is stopped. Disks that it has not opened are opened when it ends.
    /// </summary>
    Task ReceiveAsync(MachineBody machine, CancellationToken cancellation);

    /// <summary>Disks are open and the vCPUs run.</summary>
    void Arrived();
}
