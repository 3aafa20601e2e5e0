using Propolis.Contracts.Projects;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Projects;
using Propolis.Silo.Volumes;

namespace Propolis.Silo.Hosting;

/// <summary>All grains there are.</summary>
public static class GrainKinds
{
    /// <summary>Each kind once.</summary>
    public static IReadOnlyList<GrainKind> All { get; } =
    [
        new GrainKind<IProjectGrain, ProjectState>((ports, state) => new ProjectGrain(ports, state)) { Prefix = "proj-" },
        new GrainKind<IVolumeGrain, VolumeState>((ports, state) => new VolumeGrain(ports, state)) { Prefix = "vol-" },
    ];
}
