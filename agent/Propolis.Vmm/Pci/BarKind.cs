namespace Propolis.Vmm.Pci;

/// <summary>What a base address register decodes (PCI 3.0, section 6.2.5.1).</summary>
public enum BarKind
{
    /// <summary>Not there; reads zero.</summary>
    None,

    /// <summary>Ports.</summary>
    Port,

    /// <summary>Memory below 4 GiB.</summary>
    Memory32,

    /// <summary>Memory anywhere; takes this register and the next.</summary>
    Memory64,
}
