using System.Text;

namespace Propolis.Vmm.Firmware.LinuxBoot;

/// <summary>Where everything goes in a boot without firmware. Made by <see cref="Make"/>, a pure function.</summary>
/// <param name="KernelAddress">Load address of the protected-mode code.</param>
/// <param name="Initrd">The initrd; empty without one.</param>
/// <param name="CommandLine">The command line with its closing zero.</param>
public sealed record LinuxBootPlan(ulong KernelAddress, AddressRange Initrd, byte[] CommandLine)
{
    /// <summary>The GDT.</summary>
    public const ulong GdtAddress = 0x8000;

    /// <summary>boot_params, one page.</summary>
    public const ulong BootParamsAddress = 0x9000;

    /// <summary>Page tables: PML4, PDPT, four page directories.</summary>
    public const ulong PageTablesAddress = 0xa000;

    /// <summary>The command line, up to 64 KiB.</summary>
    public const ulong CommandLineAddress = 0x1_0000;

    /// <summary>Top of the stack: the page below the GDT.</summary>
    public const ulong StackAddress = GdtAddress;

    /// <summary>The entry of a 64-bit boot, behind the load address.</summary>
    public const ulong EntryOffset = 0x200;

    const int CommandLineRoom = 0x1_0000;
    const ulong PageSize = 4096;
    const ulong LowestKernelAddress = 0x10_0000;

    /// <summary>First address of the entry code.</summary>
    public ulong EntryAddress => KernelAddress + EntryOffset;

    /// <summary>The plan, or a sentence that says what does not fit.</summary>
    public static (LinuxBootPlan? Plan, string? Complaint) Make(BzImageHeader header, ulong initrdLength, string commandLine, MemoryLayout layout)
    {
        if (commandLine.Contains('\0')) return (null, "The kernel command line contains a zero character.");
        var line = Encoding.UTF8.GetBytes(commandLine + '\0');
        var room = Math.Min(header.CommandLineMax, CommandLineRoom - 1);
        if (line.Length - 1 > room) return (null, $"The kernel command line has {line.Length - 1} bytes; this kernel takes {room}.");

        var kernel = header.PreferredAddress;
        if (kernel < LowestKernelAddress || kernel > layout.Low.End || header.InitLength > layout.Low.End - kernel)
            return (null, $"The kernel needs memory up to {Mebibytes(kernel, header.InitLength)} MiB; the machine has {layout.Low.Length >> 20} MiB below 4 GiB.");
        if (initrdLength == 0) return (new LinuxBootPlan(kernel, default, line), null);

        var top = Math.Min(layout.Low.End, header.InitrdAddressMax + 1);
        var end = kernel + header.InitLength;
        if (top < end || initrdLength > top - end || ((top - initrdLength) & ~(PageSize - 1)) < end)
            return (null, $"The initrd has {initrdLength >> 20} MiB; between the kernel and {top >> 20} MiB there are {(top < end ? 0 : top - end) >> 20} MiB.");
        return (new LinuxBootPlan(kernel, new AddressRange((top - initrdLength) & ~(PageSize - 1), initrdLength), line), null);
    }

    static UInt128 Mebibytes(ulong start, ulong length) => ((UInt128)start + length + 0xf_ffff) >> 20;
}
