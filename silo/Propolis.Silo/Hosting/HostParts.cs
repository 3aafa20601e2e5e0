using Propolis.Contracts.Hosting;
using Propolis.Silo.Sleds;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>What a host of grains works with; a simulation gives its own.</summary>
public sealed record HostParts
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

    /// <summary>What turns run on, in process.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Times and limits.</summary>
    public ClusterOptions Options { get; init; } = new();

    /// <summary>For operators.</summary>
    public required ILogger Log { get; init; }

    /// <summary>What one grain reaches.</summary>
    /// <param name="key">The grain's key.</param>
    /// <param name="grains">The host.</param>
    /// <param name="wake">Asks for a tick.</param>
    /// <param name="post">Sends a call that nobody waits for.</param>
    public GrainPorts PortsOf(string key, IGrains grains, Action<TimeSpan> wake, Action<Func<IGrains, Task>> post) => new()
    {
        Key = key,
        Grains = grains,
        Time = Time,
        Agents = Agents,
        Regions = Regions,
        Directory = Directory,
        Projections = Projections,
        Options = Options,
        Log = Log,
        Wake = wake,
        Post = post,
    };
}
