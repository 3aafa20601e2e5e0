namespace Propolis.Vmm.Devices.Nvme;

/// <summary>What a register write asks of the controller, beside its new value.</summary>
enum RegisterEffect
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Enable, reset or shut down: work for the I/O thread.</summary>
    Service,

    /// <summary>The interrupt mask changed: the pin's level may.</summary>
    InterruptMask,
}
