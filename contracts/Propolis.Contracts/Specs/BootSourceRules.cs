namespace Propolis.Contracts.Specs;

/// <summary>What a <see cref="BootSource"/> must keep beyond its types.</summary>
public static class BootSourceRules
{
    /// <summary>The longest name of an image.</summary>
    public const int LongestName = 128;

    /// <summary>The longest kernel command line: what x86 kernels take.</summary>
    public const int LongestCmdline = 2047;

    /// <summary>Every fault, one sentence each; none when it can be used.</summary>
    /// <param name="boot">What to start with.</param>
    public static EquatableList<string> Faults(BootSource boot) =>
    [
        .. NameFault("boot.bootrom", boot.Bootrom),
        .. NameFault("boot.kernel", boot.Kernel),
        .. NameFault("boot.initrd", boot.Initrd),
        .. CombinationFaults(boot),
    ];

    /// <summary>Whether a text can be the name of an image: letters, digits, '.', '-', '_' and '+', not beginning with '.'.</summary>
    /// <param name="name">The text.</param>
    public static bool IsImageName(string name) =>
        name.Length is > 0 and <= LongestName && name[0] != '.' && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or '+');

    static IEnumerable<string> NameFault(string where, string? name)
    {
        if (name is not null && !IsImageName(name))
            yield return $"{where} is \"{name}\"; it must be the name of a file in the sled's image folder: up to {LongestName} letters, digits, '.', '-', '_' and '+', not beginning with '.'";
    }

    static IEnumerable<string> CombinationFaults(BootSource boot)
    {
        if (boot is { Bootrom: not null, Kernel: not null })
            yield return "boot has a bootrom and a kernel; a VM starts with one of them";
        if (boot is { Kernel: null, Initrd: not null })
            yield return "boot.initrd needs boot.kernel";
        if (boot is { Kernel: null, Cmdline: not null })
            yield return "boot.cmdline needs boot.kernel";
        if (boot.Cmdline is { Length: > LongestCmdline })
            yield return $"boot.cmdline has {boot.Cmdline.Length} characters; {LongestCmdline} are allowed";
        if (boot.Cmdline is { } line && line.Any(char.IsControl))
            yield return "boot.cmdline has a control character; it is one line of text";
    }
}
