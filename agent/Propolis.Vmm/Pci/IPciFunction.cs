namespace Propolis.Vmm.Pci;

/// <summary>A function on a PCI bus: answers configuration accesses of 1, 2 or 4 aligned bytes. Called from vCPU threads.</summary>
public interface IPciFunction
{
    /// <summary>Gives the function its place; called once by the bus, before the machine starts.</summary>
    void Connect(PciSlot slot);

    /// <summary>Fills <paramref name="data"/> from configuration space; <paramref name="offset"/> is below 256.</summary>
    void ReadConfig(int offset, Span<byte> data);

    /// <summary>Writes configuration space; read-only bits stay.</summary>
    void WriteConfig(int offset, ReadOnlySpan<byte> data);
}
