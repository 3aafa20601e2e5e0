using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs;

/// <summary>Takes snapshots of a region whose extents were just made durable.</summary>
public interface ISnapshots
{
    /// <summary>Takes one; an existing one of that name counts as taken. Returns why it could not be taken, or null.</summary>
    CrucibleError? Take(Region region, string name);
}
