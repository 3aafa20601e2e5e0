namespace Propolis.Vmm.Machine;

/// <summary>
/// What the machine tells its parts. Order: vCPUs pause before devices, devices resume before vCPUs; a reboot is pause, reset, resume.
/// The machine's driver calls these one after the other from one thread; a part implements only what it needs.
/// </summary>
public interface ILifecycle
{
    /// <summary>Called once, before the first vCPU runs: open the doors to the host (threads, sockets, disks).</summary>
    void Start() { }

    /// <summary>Stop taking work; the task ends when nothing is in flight. Guest accesses still arrive until vCPUs are paused, not after.</summary>
    Task PauseAsync() => Task.CompletedTask;

    /// <summary>Take work again, including what was asked for while paused.</summary>
    void Resume() { }

    /// <summary>Return to the state of power-on. Called while paused.</summary>
    void Reset() { }

    /// <summary>The machine is gone: let go of the host. Called once, last, while paused.</summary>
    void Halt() { }
}
