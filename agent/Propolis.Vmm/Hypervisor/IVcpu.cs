using Propolis.Vmm.State;

namespace Propolis.Vmm.Hypervisor;

/// <summary>One virtual processor. All members but <see cref="Kick"/> and <see cref="InjectNmi"/> belong to the thread that runs it, or to the driver while that thread is parked.</summary>
public interface IVcpu : IDisposable
{
    /// <summary>0 for the boot processor.</summary>
    int Id { get; }

    /// <summary>Enters the guest until the next exit. Never throws for what a guest does; allocates nothing.</summary>
    VmExit Run();

    /// <summary>Makes a present or future <see cref="Run"/> return soon, from any thread; sticky until <see cref="ClearKick"/>.</summary>
    void Kick();

    /// <summary>Forgets a kick; called by the running thread when it has looked at its flags.</summary>
    void ClearKick();

    /// <summary>
    /// Completes an outstanding port or memory access, whose answer must be in place, without running the guest any further. True when the
    /// registers are now consistent and state can be exported; false when the instruction wants another access: the next <see cref="Run"/>
    /// returns it at once, then call again.
    /// </summary>
    bool Quiesce();

    /// <summary>Sends a non-maskable interrupt.</summary>
    void InjectNmi();

    /// <summary>
    /// Sets registers for a 64-bit entry without firmware: long mode on with the given page tables, flat segments, interrupts off, RSI as given
    /// (Linux boot protocol, "64-bit boot protocol").
    /// </summary>
    void SetLongModeEntry(LongModeEntry entry);

    /// <summary>One sentence for the operator about the last exit of kind <see cref="VmExitKind.Failed"/>.</summary>
    string DescribeFailure();

    /// <summary>Writes the architectural state: registers, segments, FPU, MSRs, local APIC, pending events, TSC. Called while time is paused.</summary>
    void Export(StateWriter writer);

    /// <summary>
    /// Replaces the architectural state, after the platform's. Throws <see cref="StateFormatException"/> for a payload that is wrong, or that needs
    /// processor features which this host lacks.
    /// </summary>
    void Import(StateReader reader);
}
