namespace Propolis.Vmm.Devices.Piix3;

/// <summary>The PIRQRC registers (Intel 82371FB/82371SB data sheet 290550, section 2.2.4): bit 7 switches a link off, bits 0 to 3 name its interrupt.</summary>
public static class PirqRules
{
    /// <summary>Links.</summary>
    public const int Links = 4;

    /// <summary>Interrupts that a register could name.</summary>
    public const int Interrupts = 16;

    /// <summary>A register's value at power-on: off.</summary>
    public const byte Off = 0x80;

    /// <summary>Bits that a guest may write.</summary>
    public const byte Writable = 0x8f;

    // 3 to 7, 9 to 12, 14, 15: the others belong to the timer, the keyboard, the cascade, the clock and the coprocessor.
    const int Legal = 0b1101_1110_1111_1000;

    /// <summary>The interrupt that a register routes to; null when it is off or names one that is not legal.</summary>
    public static int? RouteOf(byte register)
    {
        var interrupt = register & 0x0f;
        return (register & Off) == 0 && (Legal >> interrupt & 1) != 0 ? interrupt : null;
    }
}
