namespace Propolis.Crucible.Volumes;

/// <summary>A file behind http or https that is only read (<see cref="UrlVolume"/>).</summary>
public sealed record UrlRequest : VolumeConstructionRequest
{
    /// <summary>The volume's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Where it is.</summary>
    public required string Url { get; init; }
}
