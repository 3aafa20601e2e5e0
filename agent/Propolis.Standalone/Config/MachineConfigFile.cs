using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>From a file to a configuration that can be trusted.</summary>
static class MachineConfigFile
{
    /// <summary>Reads a configuration and looks at the files it names. What the build can run is <see cref="BuildSupport"/>'s to say.</summary>
    /// <exception cref="ConfigException">The file cannot be read, is no TOML or is wrong.</exception>
    public static MachineConfig Load(string path)
    {
        var config = Read(path);
        ConfigFileChecks.Check(config);
        return config;
    }

    /// <summary>Reads a configuration without looking at the files it names.</summary>
    /// <exception cref="ConfigException">The file cannot be read, is no TOML or is wrong.</exception>
    public static MachineConfig Read(string path) => Read(() => TomlDocument.Read(path));

    /// <summary>Reads a configuration that is at hand as text, without looking at the files it names.</summary>
    /// <exception cref="ConfigException">The text is no TOML or is wrong.</exception>
    public static MachineConfig Parse(string text, string fileName) => Read(() => TomlDocument.Parse(text, fileName));

    static MachineConfig Read(Func<TomlDocument> read)
    {
        try
        {
            return MachineConfigReader.Read(read());
        }
        catch (TomlException e)
        {
            throw new ConfigException(e);
        }
    }
}
