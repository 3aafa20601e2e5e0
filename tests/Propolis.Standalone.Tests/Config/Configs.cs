using Propolis.Standalone.Config;
using Propolis.Toml;

namespace Propolis.Standalone.Tests.Config;

/// <summary>Short words for the tests of the configuration. The file is always called c.toml.</summary>
static class Configs
{
    /// <summary>The shortest configuration that is complete; what is put behind it starts on line 6, and belongs to [main] without a header.</summary>
    public const string Minimal = "[main]\nname = \"vm\"\ncpus = 2\nmemory = 512\nbootrom = \"OVMF.fd\"\n";

    /// <summary>Two block devices, on lines 6 to 12.</summary>
    public const string TwoDisks = Minimal + "[block_dev.one]\ntype = \"file\"\npath = \"1.img\"\n\n[block_dev.two]\ntype = \"mem-async\"\nsize = 4096\n";

    public static MachineConfig Parse(string text) => MachineConfigFile.Parse(text, "c.toml");

    /// <summary>The configuration with more in [main] or behind it.</summary>
    public static MachineConfig With(string more) => Parse(Minimal + more);

    public static T Device<T>(string more)
        where T : DeviceConfig => Assert.IsType<T>(Assert.Single(Parse(TwoDisks + more).Devices));

    public static T BlockDevice<T>(string more)
        where T : BlockDeviceConfig => Assert.IsType<T>(Assert.Single(With(more).BlockDevices));

    /// <summary>Asserts that a configuration is refused with exactly one sentence, given without the file name.</summary>
    public static void Refused(string text, string sentence) =>
        Assert.Equal("c.toml:" + sentence, Assert.Throws<ConfigException>(() => Parse(text)).Message);

    /// <summary>Asserts that what is put behind <see cref="Minimal"/> is refused.</summary>
    public static void MoreRefused(string more, string sentence) => Refused(Minimal + more, sentence);

    /// <summary>Asserts that what is put behind <see cref="TwoDisks"/>, from line 13, is refused.</summary>
    public static void DeviceRefused(string more, string sentence) => Refused(TwoDisks + more, sentence);
}
