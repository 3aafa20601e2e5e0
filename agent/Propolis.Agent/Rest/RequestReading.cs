using System.Globalization;
using System.Text.Json;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Serialization;

namespace Propolis.Agent.Rest;

/// <summary>Reads what requests say, and tells in one sentence what is wrong with it.</summary>
static class RequestReading
{
    /// <summary>The VMM that a path names.</summary>
    /// <exception cref="BadRequestException">It names none.</exception>
    public static VmmKey Key(string instance, string incarnation)
    {
        if (!EntityId.TryParse<InstanceId>(instance, out var id))
            throw new BadRequestException($"\"{instance}\" is no instance; it must be \"{InstanceId.Prefix}\" and then up to 64 of a-z, 0-9, '-', '_' and '.'");
        if (!long.TryParse(incarnation, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            throw new BadRequestException($"\"{incarnation}\" is no incarnation; it must be a whole number from 1");
        return new VmmKey(id, number);
    }

    /// <summary>The body.</summary>
    /// <exception cref="BadRequestException">It is not what it should be.</exception>
    public static async Task<T> BodyAsync<T>(HttpRequest request)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, PropolisJson.Options, request.HttpContext.RequestAborted)
                ?? throw new BadRequestException($"the body is null; it must be a {typeof(T).Name}");
        }
        catch (JsonException wrong)
        {
            var where = wrong.LineNumber is { } line ? $"line {line + 1}, byte {wrong.BytePositionInLine + 1}" : "the body";
            throw new BadRequestException($"the body is no {typeof(T).Name} ({where}): {wrong.Message.Split(" Path:")[0].TrimEnd('.')}");
        }
    }
}
