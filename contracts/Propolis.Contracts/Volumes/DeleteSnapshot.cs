namespace Propolis.Contracts.Volumes;

/// <summary>Asks to remove a snapshot; repeated, it changes nothing.</summary>
[GenerateSerializer, Immutable, Alias("propolis.volumes.DeleteSnapshot")]
public sealed record DeleteSnapshot
{
    /// <summary>Who asks.</summary>
    [Id(0)] public required string Actor { get; init; }

    /// <summary>Its name or id.</summary>
    [Id(1)] public required string Snapshot { get; init; }
}
