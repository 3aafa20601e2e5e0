using Propolis.Vmm.Bus;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Pci;

/// <summary>What all PCI functions of a machine share: the spaces their BARs live in, guest memory, and the way of their messages.</summary>
public sealed record PciSpaces
{
    /// <summary>The port space.</summary>
    public required AddressBus Ports { get; init; }

    /// <summary>The memory-mapped space.</summary>
    public required AddressBus MemoryMapped { get; init; }

    /// <summary>Guest memory, for bus mastering.</summary>
    public required GuestMemory Memory { get; init; }

    /// <summary>Where message-signalled interrupts go.</summary>
    public required IMsiTarget Msi { get; init; }

    /// <summary>Binds doorbells in the kernel; null where none can be had.</summary>
    public DoorbellBinder? BindDoorbell { get; init; }
}
