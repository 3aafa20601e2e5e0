using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Projects;
using Propolis.Contracts.Sleds;
using Propolis.Contracts.Volumes;
using Propolis.Silo.Instances;
using Propolis.Silo.Migrations;
using Propolis.Silo.Projects;
using Propolis.Silo.Sleds;
using Propolis.Silo.Volumes;

namespace Propolis.Silo.Hosting;

/// <summary>All grains there are.</summary>
public static class GrainKinds
{
    /// <summary>Each kind once.</summary>
    public static IReadOnlyList<GrainKind> All { get; } =
    [
        new StatelessGrainKind<IDrainGrain>(ports => new DrainGrain(ports)) { Prefix = DrainGrain.Prefix },
        new GrainKind<IMigrationGrain, MigrationState>((ports, state) => new MigrationGrain(ports, state)) { Prefix = MigrationId.Prefix },
        new GrainKind<IInstanceGrain, InstanceState>((ports, state) => new InstanceGrain(ports, state)) { Prefix = InstanceId.Prefix },
        new GrainKind<IProjectGrain, ProjectState>((ports, state) => new ProjectGrain(ports, state)) { Prefix = ProjectGrain.Prefix },
        new GrainKind<IVolumeGrain, VolumeState>((ports, state) => new VolumeGrain(ports, state)) { Prefix = VolumeId.Prefix },
        new GrainKind<ISledGrain, SledState>((ports, state) => new SledGrain(ports, state)) { Prefix = SledId.Prefix },
        new GrainKind<ILimitsGrain, LimitsState>((ports, state) => new LimitsGrain(ports, state)) { Prefix = "limits-" },
    ];
}
