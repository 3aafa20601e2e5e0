using System.Text.Json;

namespace Propolis.Crucible.Extents;

/// <summary>
/// The highest generation that was ever promoted on a region, and by whom. Durable before the promotion is answered, so
/// that neither a restart nor a closing connection lets an older session back in.
/// </summary>
/// <param name="Generation">The generation.</param>
/// <param name="UpstairsId">The volume that had it.</param>
/// <param name="SessionId">The session that had it.</param>
public sealed record Fence(ulong Generation, Guid UpstairsId, Guid SessionId)
{
    /// <summary>The text of the file.</summary>
    public string Format() =>
        $$"""{"generation":{{Generation}},"upstairs_id":"{{UpstairsId}}","session_id":"{{SessionId}}"}""" + "\n";

    /// <summary>Reads the text of the file.</summary>
    /// <exception cref="RegionException">It is not a fence: opening the region without one would not be safe.</exception>
    public static Fence Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return new Fence(
                root.GetProperty("generation").GetUInt64(),
                root.GetProperty("upstairs_id").GetGuid(),
                root.GetProperty("session_id").GetGuid());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RegionException($"fence.json is not readable: {error.Message}", error);
        }
    }
}
