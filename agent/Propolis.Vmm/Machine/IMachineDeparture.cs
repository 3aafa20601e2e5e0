namespace Propolis.Vmm.Machine;

/// <summary>
/// Takes a machine away while it runs (live migration, source side). Runs beside the machine's driver, which goes on with events and requests, until it hands the machine
/// over.
/// </summary>
public interface IMachineDeparture
{
    /// <summary>
    /// Does all of it. Never throws; how it ended is the implementation's to tell. Cancelled when the machine ends by itself or is stopped: it then ends soon, except while the
    /// hand-over runs, which nothing interrupts.
    /// </summary>
    /// <param name="handOver">
    /// Pauses the machine, runs the function, and does with the machine what that says; when it throws, the machine fails, because nobody knows where the guest is.
    /// Throws <see cref="MachineException"/> when the guest ended meanwhile; the function is not run then.
    /// </param>
    /// <param name="cancellation">The machine ends.</param>
    Task RunAsync(Func<Func<Task<HandOverEnd>>, Task> handOver, CancellationToken cancellation);
}
