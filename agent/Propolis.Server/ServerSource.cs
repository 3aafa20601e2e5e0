using Propolis.SpecFiles;
using Propolis.Toml;

namespace Propolis.Server;

/// <summary>The file behind <c>run</c>: a configuration of old, or a firmware image of today.</summary>
static class ServerSource
{
    const int LookedAt = 4096;

    /// <summary>Whether it is a configuration: named so, or without the zero bytes that every firmware image has.</summary>
    public static bool IsConfiguration(string path)
    {
        if (path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase)) return true;
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[LookedAt];
        start = start[..file.ReadAtLeast(start, LookedAt, throwOnEndOfStream: false)];
        return start.Length > 0 && !start.Contains((byte)0);
    }

    /// <summary>Reads a configuration. Throws <see cref="UsageException"/> with what is wrong.</summary>
    public static SpecFile Load(string path)
    {
        try
        {
            return SpecFile.Load(path);
        }
        catch (ConfigException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }
}
