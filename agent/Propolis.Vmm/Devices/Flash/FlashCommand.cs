namespace Propolis.Vmm.Devices.Flash;

/// <summary>Command bytes of the Intel command set (Intel 28F128J3 data sheet, table 4; JEDEC JEP137 command set 0x0001).</summary>
static class FlashCommand
{
    public const byte ProgramAlternative = 0x10;
    public const byte BlockErase = 0x20;
    public const byte Program = 0x40;
    public const byte ClearStatus = 0x50;
    public const byte Lock = 0x60;
    public const byte ReadStatus = 0x70;
    public const byte ReadIdentifier = 0x90;
    public const byte Query = 0x98;
    public const byte Confirm = 0xd0;
    public const byte BufferedProgram = 0xe8;
}
