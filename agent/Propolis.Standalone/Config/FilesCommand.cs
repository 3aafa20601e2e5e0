using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary><c>propolis-standalone --files CONFIG</c>: tells a program which files a machine needs.</summary>
static class FilesCommand
{
    /// <summary>
    /// Prints <see cref="ConfigFiles.Lines"/>. The files need not be there. Returns the exit code: 0, or
    /// <see cref="ConfigException.ExitCode"/> after one sentence on <paramref name="error"/>.
    /// </summary>
    public static int Run(string configPath, TextWriter output, TextWriter error)
    {
        try
        {
            foreach (var line in ConfigFiles.Lines(MachineConfigFile.Read(configPath)))
                output.WriteLine(line);
            return 0;
        }
        catch (ConfigException e)
        {
            error.WriteLine(e.Message);
            return ConfigException.ExitCode;
        }
    }
}
