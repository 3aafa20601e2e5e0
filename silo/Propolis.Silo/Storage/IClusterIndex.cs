using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;

namespace Propolis.Silo.Storage;

/// <summary>
/// Lists and events, read from the projections: a page costs the same at any place of any list. What it shows was true a moment ago; the grain
/// itself knows better.
/// </summary>
public interface IClusterIndex
{
    /// <summary>Instances in the order of their ids.</summary>
    /// <param name="query">Which, and from where.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<IndexPage<InstanceView>> InstancesAsync(IndexQuery query, CancellationToken cancel = default);

    /// <summary>Volumes in the order of their ids.</summary>
    /// <param name="query">Which, and from where.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<IndexPage<VolumeView>> VolumesAsync(IndexQuery query, CancellationToken cancel = default);

    /// <summary>Sleds in the order of their ids.</summary>
    /// <param name="query">Which, and from where.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<IndexPage<SledView>> SledsAsync(IndexQuery query, CancellationToken cancel = default);

    /// <summary>Projects in the order of their names.</summary>
    /// <param name="query">Which, and from where.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<IndexPage<ProjectView>> ProjectsAsync(IndexQuery query, CancellationToken cancel = default);

    /// <summary>Migrations in the order of their ids; by name means by instance, by sled means by target.</summary>
    /// <param name="query">Which, and from where.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<IndexPage<MigrationView>> MigrationsAsync(IndexQuery query, CancellationToken cancel = default);

    /// <summary>Events in the order of their numbers.</summary>
    /// <param name="query">Which, and behind which number.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<EventPage> EventsAsync(EventQuery query, CancellationToken cancel = default);

    /// <summary>Ends when there may be events behind a number, or after the time.</summary>
    /// <param name="after">The last number that the reader has.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task WaitForEventsAsync(long after, TimeSpan limit, CancellationToken cancel = default);
}
