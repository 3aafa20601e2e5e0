namespace Propolis.Silo.Instances;

/// <summary>A command that was carried out, so that it is not carried out again.</summary>
public sealed record DoneOperation
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What it was: the same id with another content is refused.</summary>
    public required string Content { get; init; }
}
