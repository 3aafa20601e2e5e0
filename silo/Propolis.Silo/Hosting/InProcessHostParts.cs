using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>What an in-process host works with; a simulation gives its own.</summary>
public sealed record InProcessHostParts
{
    /// <summary>Where grains' records are.</summary>
    public required IEntityStore Store { get; init; }

    /// <summary>Lists and events.</summary>
    public required IProjections Projections { get; init; }

    /// <summary>The agents.</summary>
    public required ISledClient Agents { get; init; }

    /// <summary>The agents again, for regions of volumes.</summary>
    public required IRegionClient Regions { get; init; }

    /// <summary>The sleds, for placement.</summary>
    public required ISledDirectory Directory { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>What turns run on.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Times and limits.</summary>
    public ClusterOptions Options { get; init; } = new();

    /// <summary>For operators.</summary>
    public required ILogger Log { get; init; }
}
