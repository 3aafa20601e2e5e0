namespace Propolis.Vmm.Devices.Flash;

/// <summary>Bits of the status register (Intel 28F128J3 data sheet, table 9).</summary>
[Flags]
public enum FlashStatus : byte
{
    /// <summary>Cleared. A real chip would show <see cref="Ready"/>; OVMF recognizes the emulated one by this zero after "clear status", as QEMU has it.</summary>
    None = 0,

    /// <summary>Programming failed.</summary>
    ProgramError = 0x10,

    /// <summary>Erasing failed. With <see cref="ProgramError"/>: the commands came in a wrong order.</summary>
    EraseError = 0x20,

    /// <summary>No operation is under way.</summary>
    Ready = 0x80,
}
