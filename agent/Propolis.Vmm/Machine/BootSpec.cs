namespace Propolis.Vmm.Machine;

/// <summary>How a machine boots: from a firmware image, or straight into a Linux kernel.</summary>
public abstract record BootSpec
{
    BootSpec() { }

    /// <summary>A firmware image that ends at 4 GiB.</summary>
    /// <param name="Image">Its bytes, a multiple of 4 KiB.</param>
    /// <param name="VariablesFile">File that keeps UEFI variables, or null for none that last.</param>
    public sealed record Rom(ReadOnlyMemory<byte> Image, string? VariablesFile) : BootSpec
    {
        /// <summary>What a missing variables file is made of: an empty store that came with the firmware. Not needed for an image that has a store in itself.</summary>
        public ReadOnlyMemory<byte> VariablesTemplate { get; init; }
    }

    /// <summary>A Linux kernel by its 64-bit entry point.</summary>
    /// <param name="Kernel">A bzImage.</param>
    /// <param name="Initrd">Initial ramdisk; empty for none.</param>
    /// <param name="CommandLine">Kernel command line.</param>
    public sealed record Linux(ReadOnlyMemory<byte> Kernel, ReadOnlyMemory<byte> Initrd, string CommandLine) : BootSpec;
}
