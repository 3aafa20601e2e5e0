using Propolis.Agent.Processes;

namespace Propolis.Agent.Regions;

/// <summary>Makes regions, and starts and finds the processes that serve them.</summary>
interface IRegionPrograms
{
    /// <summary>A port of the sled's range that nothing listens on, from its end.</summary>
    /// <param name="taken">Ports that are given out already.</param>
    /// <exception cref="AgentException">There is none.</exception>
    int ChoosePort(IReadOnlySet<int> taken);

    /// <summary>Makes a region's files, unless they are there.</summary>
    /// <exception cref="AgentException">They cannot be made.</exception>
    Task CreateAsync(RegionRecord record, string folder, CancellationToken cancellation);

    /// <summary>Removes a snapshot of a region, if it is there.</summary>
    /// <exception cref="AgentException">It cannot be removed.</exception>
    Task RemoveSnapshotAsync(RegionRecord record, string folder, Guid snapshot, CancellationToken cancellation);

    /// <summary>Starts the server so that it outlives the agent.</summary>
    /// <exception cref="AgentException">It cannot be started.</exception>
    IServerProcess Start(RegionRecord record, string folder);

    /// <summary>The process of a record, if it still runs.</summary>
    IServerProcess? Find(RegionRecord record, string folder);

    /// <summary>Whether the server takes connections.</summary>
    Task<bool> AnswersAsync(RegionRecord record, CancellationToken cancellation);
}
