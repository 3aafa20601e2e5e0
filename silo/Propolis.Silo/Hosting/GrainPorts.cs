using Propolis.Contracts.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>All that a grain reaches beyond its own state. Each host makes it; grains know no host.</summary>
public sealed record GrainPorts
{
    /// <summary>The grain's key.</summary>
    public required string Key { get; init; }

    /// <summary>Other grains. Calls go one way: drain, migration, instance, project, volume, sled, limits.</summary>
    public required IGrains Grains { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The agents.</summary>
    public required ISledClient Agents { get; init; }

    /// <summary>The agents again, for regions of volumes.</summary>
    public required IRegionClient Regions { get; init; }

    /// <summary>What all sleds look like, for placement.</summary>
    public required ISledDirectory Directory { get; init; }

    /// <summary>Lists and the event feed.</summary>
    public required IProjections Projections { get; init; }

    /// <summary>Asks for a <see cref="IEntityGrain.TickAsync"/> no later than then.</summary>
    public required Action<TimeSpan> Wake { get; init; }

    /// <summary>Sends a call that nobody waits for and that may be lost, so that it may go against the order of calls.</summary>
    public required Action<Func<IGrains, Task>> Post { get; init; }

    /// <summary>Times and limits.</summary>
    public required ClusterOptions Options { get; init; }

    /// <summary>For what only operators need to know.</summary>
    public required ILogger Log { get; init; }
}
