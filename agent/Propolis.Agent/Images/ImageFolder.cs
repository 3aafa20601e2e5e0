using Propolis.Contracts.Specs;

namespace Propolis.Agent.Images;

/// <summary>The folder of boot images, alike on every sled of a cluster. Only names lead into it, never paths.</summary>
/// <param name="folder">The folder.</param>
/// <param name="usualFirmware">The firmware of VMs that name nothing.</param>
sealed class ImageFolder(string folder, string usualFirmware)
{
    /// <summary>The files of a VM's boot images.</summary>
    /// <param name="boot">Their names, checked by their rules; null for the usual firmware.</param>
    /// <param name="fault">What is missing, in one sentence.</param>
    /// <returns>The files, or null when one is missing.</returns>
    public BootFiles? Resolve(BootSource? boot, out string? fault)
    {
        fault = new[] { boot?.Bootrom, boot?.Kernel, boot?.Initrd, Firmware(boot) }.OfType<string>().Select(Missing).FirstOrDefault(missing => missing is not null);
        if (fault is not null)
            return null;
        return new BootFiles
        {
            Bootrom = Firmware(boot) is { } firmware ? PathOf(firmware) : null,
            Kernel = boot?.Kernel is { } kernel ? PathOf(kernel) : null,
            Initrd = boot?.Initrd is { } initrd ? PathOf(initrd) : null,
            Cmdline = boot?.Cmdline,
        };
    }

    string? Firmware(BootSource? boot) => boot?.Kernel is not null ? null : boot?.Bootrom ?? usualFirmware;

    string? Missing(string name) => File.Exists(PathOf(name)) ? null : $"the sled has no image \"{name}\" in {folder}";

    string PathOf(string name) => Path.Combine(folder, name);
}
