using System.Text.Json;
using Propolis.Contracts.Serialization;

namespace Propolis.Cli.Rest;

/// <summary>Reads files that the user names; what is wrong with them is a usage error that names the file.</summary>
static class Files
{
    /// <summary>Its text.</summary>
    public static string ReadText(string path) => Guarded(path, () => File.ReadAllText(path));

    /// <summary>Its bytes.</summary>
    public static byte[] ReadBytes(string path) => Guarded(path, () => File.ReadAllBytes(path));

    /// <summary>A value that is written there as JSON.</summary>
    public static T ReadJson<T>(string path) => Guarded(path, () => JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), PropolisJson.Options) ?? throw new JsonException("it is null"));

    static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CliException(wrong.Message.Contains(path, StringComparison.Ordinal) ? wrong.Message : $"{path}: {wrong.Message}", CliException.Usage, wrong);
        }
    }
}
