namespace Propolis.Vmm.Devices.Uart;

/// <summary>Where a PC has its serial ports.</summary>
/// <param name="Port">First of eight ports.</param>
/// <param name="Interrupt">The interrupt, shared by COM1 and COM3, and by COM2 and COM4.</param>
public readonly record struct SerialPortAddress(ushort Port, int Interrupt)
{
    /// <summary>0x3F8, interrupt 4.</summary>
    public static readonly SerialPortAddress Com1 = new(0x3f8, 4);

    /// <summary>0x2F8, interrupt 3.</summary>
    public static readonly SerialPortAddress Com2 = new(0x2f8, 3);

    /// <summary>0x3E8, interrupt 4.</summary>
    public static readonly SerialPortAddress Com3 = new(0x3e8, 4);

    /// <summary>0x2E8, interrupt 3.</summary>
    public static readonly SerialPortAddress Com4 = new(0x2e8, 3);

    /// <summary>COM1 to COM4 in order.</summary>
    public static IReadOnlyList<SerialPortAddress> All { get; } = [Com1, Com2, Com3, Com4];
}
