using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>Reads [cloudinit].</summary>
static class CloudInitReader
{
    static readonly string[] Parts = ["user-data", "meta-data", "network-config"];

    /// <summary>Reads the table; null when there is none.</summary>
    public static CloudInitConfig? Read(TableReader root)
    {
        if (root.Section("cloudinit") is not { } table)
            return null;
        table.AllowOnly([.. Parts, .. Parts.Select(PathKey)]);
        return new CloudInitConfig(ReadPart(table, Parts[0]), ReadPart(table, Parts[1]), ReadPart(table, Parts[2]));
    }

    static CloudInitPart? ReadPart(TableReader table, string key)
    {
        var text = table.OptionalText(key);
        var path = table.OptionalPath(PathKey(key));
        if (text is not null && path is not null)
            throw table.Fail(PathKey(key), $"cannot be set beside {key}; the contents come from one of them");
        return text is null && path is null ? null : new CloudInitPart(text, path);
    }

    static string PathKey(string key) => key + "-path";
}
