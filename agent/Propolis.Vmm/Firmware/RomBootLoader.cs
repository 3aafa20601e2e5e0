using Propolis.Vmm.Machine;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Firmware;

/// <summary>
/// Puts the end of a boot ROM where a PC also shows it, below 1 MiB: a BIOS jumps there with its first instruction. It is RAM here, so a BIOS that opens its
/// shadow RAM (PAM registers) finds it open; every reset restores it. UEFI firmware does not look.
/// </summary>
sealed class RomBootLoader(ReadOnlyMemory<byte> image, GuestMemory memory) : IBootLoader
{
    public void Load()
    {
        var length = Math.Min(image.Length, (int)MemoryLayout.BiosArea.Length);
        if (!memory.TryWrite(MemoryLayout.BiosArea.End - (ulong)length, image.Span[^length..]))
            throw new InvalidOperationException("The BIOS area is not RAM.");
    }
}
