namespace Propolis.Silo.Storage;

/// <summary>A grain's record as the store keeps it.</summary>
public sealed record StoredEntity
{
    /// <summary>The grain's key.</summary>
    public required string Key { get; init; }

    /// <summary>The alias of the grain's interface.</summary>
    public required string Kind { get; init; }

    /// <summary>Counts the writes, and is the ETag.</summary>
    public required long Version { get; init; }

    /// <summary>The form of the body, for readers of a later version.</summary>
    public required int Format { get; init; }

    /// <summary>The record as JSON.</summary>
    public required string Body { get; init; }

    /// <summary>The body's check sum: a body that does not match is refused.</summary>
    public required long Sum { get; init; }
}
