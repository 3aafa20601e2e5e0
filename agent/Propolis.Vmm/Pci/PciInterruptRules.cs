namespace Propolis.Vmm.Pci;

/// <summary>
/// How the interrupt pins of bus 0 are wired to the four PIRQ links, as on QEMU's i440FX, which OVMF expects: the ACPI _PRT and the board's wiring both come from here.
/// Buses behind bridges have no INTx.
/// </summary>
public static class PciInterruptRules
{
    /// <summary>Links, LNKA to LNKD.</summary>
    public const int Links = 4;

    /// <summary>
    /// The pin of a function, 0 (INTA) to 3 (INTD): the interrupt-pin register holds one more. Function 0 has INTA, as PCI 3.0 section 2.2.6 asks of a
    /// device with one function.
    /// </summary>
    public static int PinOf(int function) => function % 4;

    /// <summary>
    /// The link, 0 (LNKA) to 3 (LNKD), that a pin of a device on bus 0 is wired to. INTA of device 0 is on LNKD: so every i440FX board has it, and OVMF and SeaBIOS fill
    /// the interrupt-line registers accordingly.
    /// </summary>
    public static int LinkOf(int device, int pin) => (device + pin + 3) % Links;
}
