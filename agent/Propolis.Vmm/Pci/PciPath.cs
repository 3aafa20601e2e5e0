using System.Globalization;

namespace Propolis.Vmm.Pci;

/// <summary>Where a PCI function sits: bus 0 to 255, device 0 to 31, function 0 to 7; written "bus.device.function".</summary>
public readonly record struct PciPath(byte Bus, byte Device, byte Function) : IComparable<PciPath>
{
    /// <summary>Reads "0.4.0". False when a part is missing, not a decimal number or out of range.</summary>
    public static bool TryParse(string? text, out PciPath path)
    {
        path = default;
        var parts = (text ?? "").Split('.');
        if (parts.Length != 3 || !TryPart(parts[0], 255, out var bus) || !TryPart(parts[1], 31, out var device) || !TryPart(parts[2], 7, out var function))
            return false;
        path = new PciPath(bus, device, function);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(PciPath other) => (Bus, Device, Function).CompareTo((other.Bus, other.Device, other.Function));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bus}.{Device}.{Function}");

    static bool TryPart(string text, byte limit, out byte value) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= limit;
}
