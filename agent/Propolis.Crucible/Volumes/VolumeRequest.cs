namespace Propolis.Crucible.Volumes;

/// <summary>Sub-volumes one behind the other, over an optional read-only parent.</summary>
public sealed record VolumeRequest : VolumeConstructionRequest
{
    /// <summary>The volume's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The sub-volumes in order.</summary>
    public required IReadOnlyList<VolumeConstructionRequest> SubVolumes { get; init; }

    /// <summary>What shows through where nothing was written.</summary>
    public VolumeConstructionRequest? ReadOnlyParent { get; init; }
}
