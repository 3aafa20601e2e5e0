namespace Propolis.Vmm.Hypervisor;

/// <summary>Why a vCPU left the guest.</summary>
public enum VmExitKind
{
    /// <summary>Nothing to do: a kick, a signal. Run again after looking at one's own flags.</summary>
    Interrupted,

    /// <summary>IN: fill <see cref="VmExit.Data"/>, element by element.</summary>
    PortRead,

    /// <summary>OUT: <see cref="VmExit.Data"/> holds the elements.</summary>
    PortWrite,

    /// <summary>A load from an address without memory: fill <see cref="VmExit.Data"/>.</summary>
    MemoryRead,

    /// <summary>A store to an address without memory (or to ROM).</summary>
    MemoryWrite,

    /// <summary>RDMSR of a register the kernel does not know; <see cref="VmExit.Address"/> is its index, 8 bytes of data.</summary>
    MsrRead,

    /// <summary>WRMSR of a register the kernel does not know.</summary>
    MsrWrite,

    /// <summary>A triple fault: the machine resets.</summary>
    TripleFault,

    /// <summary>The guest asked the hypervisor itself for a reset or power-off.</summary>
    Suspended,

    /// <summary>The kernel cannot go on with this vCPU (instruction emulation, entry failure): the VM fails, <see cref="VmExit.Address"/> holds the code.</summary>
    Failed,
}
