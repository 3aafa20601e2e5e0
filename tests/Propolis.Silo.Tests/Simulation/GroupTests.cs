using Propolis.Contracts.Instances;
using Propolis.Silo.Instances;
using Propolis.Silo.Projects;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>Members of a group that must be on one sled, all created at once: the first ones find no other, and must not find two places.</summary>
public sealed class GroupTests
{
    const int Members = 4;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void First_members_that_are_placed_at_once_meet_on_one_sled(bool faults)
    {
        for (var seed = 1; seed <= 25; seed++)
        {
            var world = new SimWorld(seed);
            var cluster = new SimCluster(world, instances: Members, sleds: 5, groups: [new() { Name = "g", Rule = GroupRule.Together, Required = true }]);
            cluster.Begin();
            world.Faults = faults ? SimFaults.Many : SimFaults.None;
            var creations = cluster.Users.Select(user => world.Start(user.CreateAsync)).ToArray();
            world.RunFor(TimeSpan.FromSeconds(40));
            cluster.Heal();
            world.RunFor(TimeSpan.FromMinutes(10));

            Assert.All(creations, creation => Assert.True(creation.IsCompletedSuccessfully, $"seed {seed}"));
            var running = cluster.Users.Select(user => State<InstanceState>(world, user.Instance.Value)).Where(one => PhaseRules.Of(one) == InstancePhase.Running).ToArray();
            Assert.True(running.Select(one => one.Current!.Sled).Distinct().Count() == 1, $"seed {seed}: {string.Join(", ", running.Select(one => one.Current!.Sled))}");
            Assert.True(running.Length == Members || faults, $"seed {seed}: {running.Length} run");
            Assert.Equal(running.Select(one => one.Current!.Incarnation).Order(), State<ProjectState>(world, "proj-p").Seats.Select(seat => seat.Incarnation).Order());
            cluster.Fail([.. world.History.Violations, .. cluster.Check()]);
        }
    }

    static T State<T>(SimWorld world, string key)
        where T : Silo.Hosting.EntityRecord => EntityCodec.Decode<T>(world.Store.Rows.Single(row => row.Key == key));
}
