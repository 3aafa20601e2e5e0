namespace Propolis.Crucible.Volumes;

/// <summary>A file behind HTTP. It is read and written as JSON, but not opened here.</summary>
public sealed record UrlRequest : VolumeConstructionRequest
{
    /// <summary>The volume's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where it is.</summary>
    public required string Url { get; init; }
}
