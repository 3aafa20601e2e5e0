using Propolis.Contracts.Server;

namespace Propolis.Server.Machines;

/// <summary>A disk's Crucible volume, as the REST interface reaches it.</summary>
interface ICrucibleVolume
{
    /// <summary>What the volume is made of and what its clients know.</summary>
    VolumeInfo Describe();

    /// <summary>Puts another construction request in place of the volume's; says at once what becomes of it.</summary>
    Task<ReplaceResult> ReplaceAsync(string requestJson, CancellationToken stop);

    /// <summary>Asks for a snapshot under this id; ends when it was taken.</summary>
    Task SnapshotAsync(Guid snapshot, CancellationToken stop);
}
