namespace Propolis.Crucible.Volumes;

/// <summary>A plain file.</summary>
public sealed record FileRequest : VolumeConstructionRequest
{
    /// <summary>The volume's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }
}
