using System.Text.Json;
using System.Text.Json.Serialization;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Serialization;
using Propolis.Toml;

namespace Propolis.Cli.Cluster.Files;

/// <summary>Reads instance files: <c>.json</c> is a template as REST takes it, everything else TOML as propolis-standalone takes it, as far as it means the same in a cluster.</summary>
static class InstanceFiles
{
    static readonly JsonSerializerOptions Strict = new(PropolisJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false };

    /// <summary>Reads a file; a mistake in it is an error of usage with file, line and what would be right.</summary>
    public static InstanceFile Read(string path, string project) =>
        Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(path) : ReadToml(path, project);

    /// <summary>Reads TOML that is at hand as text.</summary>
    public static InstanceFile Parse(string text, string fileName, string project) => Convert(() => InstanceFileReader.Read(TomlDocument.Parse(text, fileName), project));

    /// <summary>An instance without disks that no file describes.</summary>
    public static InstanceFile Bare(string project, int cpus, long memoryMb)
    {
        var bare = Parse($"[main]\nname = \"unnamed\"\ncpus = {cpus}\nmemory = {memoryMb}\n", "options", project);
        return bare with { Template = bare.Template with { Name = "" } };
    }

    static InstanceFile ReadToml(string path, string project) => Convert(() => InstanceFileReader.Read(TomlDocument.Read(path), project));

    static InstanceFile ReadJson(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return new(JsonSerializer.Deserialize<InstanceTemplate>(file, Strict) ?? throw new JsonException("it is null"), []);
        }
        catch (Exception wrong) when (wrong is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path}: {wrong.Message}", CliException.Usage, wrong);
        }
    }

    static InstanceFile Convert(Func<InstanceFile> read)
    {
        try
        {
            return read();
        }
        catch (Exception wrong) when (wrong is TomlException or ConfigException)
        {
            throw new CliException(wrong.Message, CliException.Usage, wrong);
        }
    }
}
