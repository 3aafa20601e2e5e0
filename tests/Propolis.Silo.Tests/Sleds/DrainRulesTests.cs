using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Sleds;
using Propolis.Silo.Sleds;
using static Propolis.Silo.Tests.Instances.Make;

namespace Propolis.Silo.Tests.Sleds;

public sealed class DrainRulesTests
{
    static readonly SledView Draining = Sled() with { Policy = SledPolicy.Draining };

    [Fact]
    public void A_running_guest_is_moved_by_the_same_migration_whoever_looks()
    {
        var step = DrainRules.Next(Draining, View(), null);
        Assert.Equal((DrainNeed.Move, "mig-drain-3-a"), (step.State, step.Migration!.Value.Value));
    }

    [Theory]
    [InlineData(MigrationPhase.Copying, null, DrainNeed.Nothing)]
    [InlineData(MigrationPhase.Failed, "the target refused", DrainNeed.Restart)]
    [InlineData(MigrationPhase.Failed, "no sled takes it: sled-2 is silent", DrainNeed.Operator)]
    [InlineData(MigrationPhase.Failed, "volume \"a\" is a file on sled-1", DrainNeed.Operator)]
    [InlineData(MigrationPhase.Aborted, "u aborted it", DrainNeed.Operator)]
    public void What_follows_depends_on_how_the_migration_went(MigrationPhase phase, string? reason, DrainNeed need) =>
        Assert.Equal(need, DrainRules.Next(Draining, View(), Migration(phase, reason)).State);

    [Fact]
    public void When_the_drain_ends_its_migrations_are_aborted_and_others_are_not()
    {
        var moving = View() with { Migration = MigrationId.Make("mig-drain-3-a"), Phase = InstancePhase.Migrating };
        Assert.Equal(DrainNeed.StopMoving, DrainRules.Next(Sled(), moving, Migration(MigrationPhase.Copying)).State);
        Assert.Equal(DrainNeed.Nothing, DrainRules.Next(Sled(), moving, Migration(MigrationPhase.Committed)).State);
        Assert.Equal(DrainNeed.Nothing, DrainRules.Next(Sled(), moving, Migration(MigrationPhase.Copying) with { Actor = "u" }).State);
    }

    [Fact]
    public void An_instance_that_waits_needs_an_operator_and_one_that_only_leaves_a_trace_does_not()
    {
        Assert.Equal(DrainNeed.Operator, DrainRules.Next(Draining, View() with { Phase = InstancePhase.Waiting, Reason = "silent" }, null).State);
        Assert.Equal(DrainNeed.Nothing, DrainRules.Next(Draining, View() with { Sled = SledId.Make("sled-2") }, null).State);
        Assert.Equal(DrainNeed.Nothing, DrainRules.Next(Draining, View() with { Phase = InstancePhase.Stopping }, null).State);
    }

    static InstanceView View() => new()
    {
        Id = InstanceId.Make("inst-a"),
        Project = "web",
        Name = "one",
        Description = "",
        Phase = InstancePhase.Running,
        Desired = DesiredState.Running,
        Incarnation = 3,
        Sled = Here,
        Cpus = 1,
        MemoryMb = 1,
        Volumes = [],
        CreatedAt = Now,
        PhaseSince = Now,
        Version = 1,
    };

    static MigrationView Migration(MigrationPhase phase, string? reason = null) => new()
    {
        Id = MigrationId.Make("mig-drain-3-a"),
        Instance = InstanceId.Make("inst-a"),
        Phase = phase,
        Reason = reason,
        Actor = "drain",
        CreatedAt = Now,
        Version = 1,
    };
}
