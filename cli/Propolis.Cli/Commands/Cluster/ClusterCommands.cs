using Propolis.Contracts.Instances;
using Propolis.Contracts.Sleds;

namespace Propolis.Cli.Commands.Cluster;

/// <summary>Every command that speaks to a cluster.</summary>
static class ClusterCommands
{
    /// <summary>All of them.</summary>
    public static ICliCommand[] All { get; } =
    [
        new GroupCommand("instance", "instances of the cluster", [
            new InstanceCreateCommand(),
            new InstanceListCommand(),
            new InstanceShowCommand(),
            new InstanceActionCommand(InstanceAction.Start, "runs an instance", InstancePhase.Running),
            new InstanceActionCommand(InstanceAction.Stop, "stops an instance", InstancePhase.Stopped),
            new InstanceActionCommand(InstanceAction.Reboot, "resets an instance", InstancePhase.Running),
            new InstanceActionCommand(InstanceAction.Delete, "stops an instance and forgets it", InstancePhase.Deleted),
            new InstanceActionCommand(InstanceAction.Relocate, "stops an instance here and starts it on another sled", InstancePhase.Running),
            new InstanceMigrateCommand(),
            new InstanceEditCommand(),
            new InstancePlacementCommand(),
            new InstanceSerialCommand(),
        ]),
        new GroupCommand("sled", "sleds of the cluster", [
            new SledListCommand(),
            new SledShowCommand(),
            new SledPolicyCommand("drain", "gives the sled's instances to others, and new ones no more", SledPolicy.Draining),
            new SledPolicyCommand("resume", "takes the sled back into service", SledPolicy.InService),
            new SledExpungeCommand(),
        ]),
        new GroupCommand("volume", "volumes of the cluster", [new VolumeCreateCommand(), new VolumeListCommand(), new VolumeShowCommand(), new VolumeHealthCommand(), new VolumeReplaceCommand(), new VolumeSnapshotCommand(), new VolumeSnapshotsCommand(), new VolumeSnapshotDeleteCommand(), new VolumeDeleteCommand()]),
        new GroupCommand("migration", "guests on their way from sled to sled", [new MigrationListCommand(), new MigrationShowCommand(), new MigrationCancelCommand()]),
        new GroupCommand("project", "projects of the cluster and their quotas", [new ProjectListCommand(), new ProjectShowCommand(), new ProjectQuotaCommand()]),
        new EventsCommand(),
        new WaitCommand(),
    ];
}
