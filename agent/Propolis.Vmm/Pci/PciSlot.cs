using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Pci;

/// <summary>What a bus gives to a function: its address, the spaces its BARs live in, and its ways to interrupt.</summary>
public sealed record PciSlot
{
    /// <summary>Where the function sits.</summary>
    public required PciPath Path { get; init; }

    /// <summary>The port space.</summary>
    public required AddressBus Ports { get; init; }

    /// <summary>The memory-mapped space.</summary>
    public required AddressBus MemoryMapped { get; init; }

    /// <summary>Guest memory, for bus mastering.</summary>
    public required GuestMemory Memory { get; init; }

    /// <summary>Where message-signalled interrupts go.</summary>
    public required IMsiTarget Msi { get; init; }

    /// <summary>The INTx wire, null on buses without one; with it <see cref="IntxPin"/> is 1 (INTA) to 4.</summary>
    public IInterruptLine? Intx { get; init; }

    /// <summary>Value of the interrupt-pin register, 0 without INTx.</summary>
    public byte IntxPin { get; init; }

    /// <summary>Binds a doorbell in the kernel, as <see cref="IVirtualMachine.TryBindDoorbell"/>; null where none can be had.</summary>
    public DoorbellBinder? BindDoorbell { get; init; }
}
