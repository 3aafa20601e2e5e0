using Propolis.Contracts.Specs;
using Propolis.Toml;

namespace Propolis.SpecFiles;

/// <summary>
/// Devices and their backends from a TOML file: what the older propolis-server read for itself, and what propolis-cli makes specs of (<c>new --config-toml</c>). Complete and free of contradictions.
/// </summary>
public sealed record SpecFile
{
    /// <summary>[chipset] enable-pcie.</summary>
    public bool EnablePcie { get; init; }

    /// <summary>Devices, backends, bridges and the boot order, by the names that the file gives them.</summary>
    public required SpecComponents Components { get; init; }

    /// <summary>[cpuid.NAME], by name.</summary>
    public required IReadOnlyDictionary<string, Cpuid> CpuidProfiles { get; init; }

    /// <summary>What VMs start with; null when the file does not say.</summary>
    public SpecFileBoot? Boot { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigException">It cannot be read, is no TOML or is wrong.</exception>
    public static SpecFile Load(string path) => Guarded(() => TomlDocument.Read(path));

    /// <summary>Reads a file that is at hand as text.</summary>
    /// <exception cref="ConfigException">The text is no TOML or is wrong.</exception>
    public static SpecFile Parse(string text, string fileName) => Guarded(() => TomlDocument.Parse(text, fileName));

    static SpecFile Guarded(Func<TomlDocument> read)
    {
        try
        {
            return SpecFileReader.Read(read());
        }
        catch (TomlException wrong)
        {
            throw new ConfigException(wrong);
        }
    }
}
