namespace Propolis.Vmm.Firmware.Acpi;

/// <summary>Where the power management function (PIIX4, 0.1.3) answers: what the FADT says about it.</summary>
static class PowerPorts
{
    public const ushort PmBase = 0xb000;
    public const ushort Pm1Event = PmBase;
    public const ushort Pm1Control = PmBase + 4;
    public const ushort Timer = PmBase + 8;
    public const ushort GeneralPurpose = PmBase + 0xc;
    public const ushort SmiCommand = 0xb2;
    public const byte AcpiEnable = 0xf1;
    public const byte AcpiDisable = 0xf0;
    public const ushort SciInterrupt = 9;
}
