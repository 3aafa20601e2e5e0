namespace Propolis.Vmm.Devices.Piix4Pm;

/// <summary>Bits of the power management registers (Intel 82371AB data sheet 290562, section 7.2; ACPI 6.4, section 4.8.3) and what follows from them.</summary>
public static class PmRules
{
    /// <summary>PM1 status: the timer's highest bit changed.</summary>
    public const ushort TimerStatus = 0x0001;

    /// <summary>PM1 status: the power button was pressed.</summary>
    public const ushort PowerButtonStatus = 0x0100;

    /// <summary>PM1 status: the machine woke from a sleeping state.</summary>
    public const ushort WakeStatus = 0x8000;

    /// <summary>PM1 status bits, all cleared by writing one: timer, bus master, global, power button, RTC, wake.</summary>
    public const ushort StatusBits = 0x8531;

    /// <summary>PM1 enable bits: timer, global, power button, RTC.</summary>
    public const ushort EnableBits = 0x0521;

    /// <summary>PM1 control: events raise SCI. There is no SMI here, so they always do; the bit is for the guest to read.</summary>
    public const ushort SciEnable = 0x0001;

    /// <summary>PM1 control bits that are kept: SCI_EN, BRLD_EN_BM, SLP_TYP. GBL_RLS and SLP_EN only act.</summary>
    public const ushort ControlBits = 0x1c03;

    /// <summary>PM1 control: enter the state of SLP_TYP.</summary>
    public const ushort SleepEnable = 0x2000;

    /// <summary>What a write of PM1 control with <paramref name="control"/> asks for.</summary>
    public static SleepRequest SleepOf(ushort control)
    {
        if ((control & SleepEnable) == 0) return SleepRequest.None;
        return ((control >> 10) & 7) switch
        {
            0 => SleepRequest.PowerOff,
            // S4: the guest has saved itself to its disk and expects the power to go.
            2 => SleepRequest.PowerOff,
            // S0 already; the others are not offered, so the guest wakes at once and goes on.
            _ => SleepRequest.WakeAtOnce,
        };
    }

    /// <summary>The level of SCI.</summary>
    public static bool Sci(ushort status, ushort enable) => (status & enable & EnableBits) != 0;
}
