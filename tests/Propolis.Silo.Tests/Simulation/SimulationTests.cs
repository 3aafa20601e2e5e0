using System.Globalization;

namespace Propolis.Silo.Tests.Simulation;

/// <summary>
/// The grains against everything that can go wrong, by seeds. <c>PROPOLIS_SIM_STEPS</c> makes each run longer, <c>PROPOLIS_SIM_SEED</c> replays one, <c>PROPOLIS_SIM_SEEDS</c> runs so many.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    static readonly long Steps = Read("PROPOLIS_SIM_STEPS", 20_000);

    [Fact]
    public void Without_faults_everything_comes_to_its_end()
    {
        var world = new SimWorld(1);
        new SimCluster(world).Run(Steps, SimFaults.None);
        Tell(world);
        Assert.True(world.History.GuestStarts > 0 && world.History.GuestMoves > 0);
    }

    [Fact]
    public void Whatever_fails_no_guest_is_doubled_and_nothing_acknowledged_is_lost()
    {
        var first = (int)Read("PROPOLIS_SIM_SEED", 100);
        for (var seed = first; seed < first + Read("PROPOLIS_SIM_SEEDS", 4); seed++)
        {
            var world = new SimWorld(seed);
            new SimCluster(world).Run(Steps, SimFaults.Many);
            Tell(world);
        }
    }

    [Fact]
    public void The_same_seed_does_the_same()
    {
        static string[] Once()
        {
            var world = new SimWorld(7);
            var cluster = new SimCluster(world);
            cluster.Run(10_000, SimFaults.Many);
            return [.. world.History.Log, $"{world.Scheduler.Steps}"];
        }

        Assert.Equal(Once(), Once());
    }

    static long Read(string name, long otherwise) => long.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    void Tell(SimWorld world) => output.WriteLine(
        $"seed {world.Seed}: {world.Scheduler.Steps} steps, {(world.Time.Now - new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalMinutes:0} min, "
        + $"{world.History.GuestStarts} guests started, {world.History.GuestMoves} moved, {world.History.GuestReturns} stayed");
}
