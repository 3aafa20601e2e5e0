namespace Propolis.Crucible.Volumes;

/// <summary>How one construction request differs from another.</summary>
/// <param name="Region">Which region set, counted through the tree in order, parent last; -1 when no target changed.</param>
/// <param name="Old">The target that goes.</param>
/// <param name="New">The one that comes in its place.</param>
public sealed record VolumeChange(int Region, string Old, string New)
{
    /// <summary>No target changed.</summary>
    public static VolumeChange None { get; } = new(-1, "", "");
}
