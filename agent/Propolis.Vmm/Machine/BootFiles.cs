using Propolis.Vmm.Firmware;

namespace Propolis.Vmm.Machine;

/// <summary>Reads from files what a machine boots from. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> as reading files does.</summary>
public static class BootFiles
{
    /// <summary>A firmware image; with <paramref name="variablesFile"/> its UEFI variables last, made of the empty store that lies beside the image when the file is missing.</summary>
    public static BootSpec.Rom ReadRom(string image, string? variablesFile) => new(File.ReadAllBytes(image), variablesFile)
    {
        VariablesTemplate = variablesFile is not null && UefiVariables.TemplateBeside(image) is { } template && File.Exists(template)
            ? File.ReadAllBytes(template)
            : default,
    };

    /// <summary>A Linux kernel with or without an initial RAM disk.</summary>
    public static BootSpec.Linux ReadLinux(string kernel, string? initrd, string commandLine) => new(
        File.ReadAllBytes(kernel),
        initrd is null ? ReadOnlyMemory<byte>.Empty : File.ReadAllBytes(initrd),
        commandLine);
}
