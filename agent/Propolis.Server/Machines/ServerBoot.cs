using Propolis.Vmm.Machine;

namespace Propolis.Server.Machines;

/// <summary>What the server's VMs start with; from its command line, since the REST interface says nothing about it.</summary>
abstract record ServerBoot
{
    ServerBoot() { }

    /// <summary>A firmware image.</summary>
    /// <param name="Image">Its file.</param>
    /// <param name="VariablesFile">Where UEFI variables last, or null.</param>
    public sealed record Bootrom(string Image, string? VariablesFile) : ServerBoot;

    /// <summary>A Linux kernel, started directly.</summary>
    /// <param name="Image">Its file.</param>
    /// <param name="Initrd">Its initial RAM disk, or null.</param>
    /// <param name="CommandLine">Its command line.</param>
    public sealed record Kernel(string Image, string? Initrd, string CommandLine) : ServerBoot;

    /// <summary>Reads the files, for each VM anew.</summary>
    public BootSpec Read() => this switch
    {
        Bootrom rom => BootFiles.ReadRom(rom.Image, rom.VariablesFile),
        Kernel kernel => BootFiles.ReadLinux(kernel.Image, kernel.Initrd, kernel.CommandLine),
        _ => throw new InvalidOperationException("a server boots firmware or a kernel"),
    };

    /// <summary>The files that must be there.</summary>
    public IEnumerable<string> Files => this switch
    {
        Bootrom rom => [rom.Image],
        Kernel kernel => kernel.Initrd is null ? [kernel.Image] : [kernel.Image, kernel.Initrd],
        _ => [],
    };
}
