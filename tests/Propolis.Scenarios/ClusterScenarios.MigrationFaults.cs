using Propolis.Scenarios.Clusters;
using static Propolis.Scenarios.Clusters.Cluster;

namespace Propolis.Scenarios;

/// <content>
/// Parts are killed (kill -9) while the demo moves. Afterwards one guest runs, the one that ran before wherever a side that had it lives, its disk holds what it flushed, and no
/// process and no reservation is left over. Explicit: a kill takes more than a minute where sleds are emulated.
/// </content>
public sealed partial class ClusterScenarios
{
    const string SourceServer = "the source's server";
    const string TargetServer = "the target's server";
    const string SourceAgent = "the source's agent";
    const string TargetAgent = "the target's agent";
    const string Silo = "the silo";

    /// <summary>While only the source can run the guest: who dies, and whether the guest goes on.</summary>
    public static TheoryData<string, bool> BeforeTheDecision => new() { { SourceServer, false }, { TargetServer, true }, { SourceAgent, true }, { TargetAgent, true }, { Silo, true } };

    [Theory(Explicit = true)]
    [MemberData(nameof(BeforeTheDecision))]
    public Task J_one_guest_runs_after_a_kill_while_the_target_is_prepared(string victim, bool survives) => KilledAsync("preparing", victim, survives, [], async (moves, migration) =>
    {
        await moves.UntilAsync(migration, seen => Word(seen, "phase") is not "queued");
        using var limit = new CancellationTokenSource(Settle);
        while ((await cluster.ProcessAsync(moves.Target)).Length == 0) await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        await KillAsync(victim, moves);
    });

    [Theory(Explicit = true)]
    [MemberData(nameof(BeforeTheDecision))]
    public Task K_one_guest_runs_after_a_kill_while_memory_is_copied(string victim, bool survives) => KilledAsync("copying", victim, survives, ["--rate", Slowly], async (moves, migration) =>
    {
        Assert.Equal("copying", Word(await moves.CopyingAsync(migration), "phase"));
        await KillAsync(victim, moves);
    });

    /// <summary>The silo dies first, so that both sides stand still and wait for the decision when the victim dies.</summary>
    [Theory(Explicit = true)]
    [InlineData(SourceServer, true)]
    [InlineData(TargetServer, true)]
    [InlineData(SourceAgent, true)]
    [InlineData(TargetAgent, true)]
    [InlineData(Silo, true)]
    public Task L_one_guest_runs_after_a_kill_while_both_sides_stand_still(string victim, bool survives) => KilledAsync("deciding", victim, survives, ["--rate", Slowly], async (moves, migration) =>
    {
        Assert.Equal("copying", Word(await moves.CopyingAsync(migration), "phase"));
        var server = Word(await cluster.InstanceAsync(Demo), "server_address");
        await cluster.KillSiloAsync();
        await moves.StandsStillAsync(server);
        if (victim != Silo) await KillAsync(victim, moves);
        await cluster.UpAsync();
    });

    [Theory(Explicit = true)]
    [InlineData(TargetServer, false)]
    [InlineData(SourceAgent, true)]
    [InlineData(TargetAgent, true)]
    [InlineData(Silo, true)]
    public Task M_one_guest_runs_after_a_kill_right_after_the_decision(string victim, bool survives) => KilledAsync("committed", victim, survives, [], async (moves, migration) =>
    {
        await moves.UntilAsync(migration, seen => Word(seen, "phase") is "committed" or "completed");
        await KillAsync(victim, moves);
    });

    async Task KilledAsync(string phase, string victim, bool survives, string[] options, Func<GuestMoves, string, Task> kill)
    {
        SkipWithoutEmulation();
        using var moves = new GuestMoves(cluster, Demo);
        var before = await cluster.RunningAsync(Demo);
        // A kill before may have cost the disk a region, and no guest moves until there are three again.
        await cluster.VolumeAsync(Data, IsWell);
        moves.Source = Word(before, "sled");
        moves.Target = await moves.OtherSledAsync(moves.Source);
        var word = $"{phase}: {victim}";
        string hash;
        await using (var demo = cluster.Shell(Demo))
        {
            await demo.RunAsync($"echo \"{word}\" >/tmp/witness");
            hash = await demo.RunAsync("dd if=/dev/urandom of=/tmp/w bs=64k count=8 2>/dev/null; dd if=/tmp/w of=/dev/nvme0n1 bs=64k seek=960 conv=fsync 2>/dev/null && sha256sum </tmp/w");
        }

        var migration = await moves.BeginAsync(moves.Target, options);
        await kill(moves, migration);

        var began = TimeProvider.System.GetTimestamp();
        var ended = await moves.EndAsync(migration);
        // A guest that died with its server is started anew: with the number behind the target's.
        var after = await cluster.RunningAsync(Demo, before.GetProperty("incarnation").GetInt64() + (survives ? 0 : 2));
        await AloneAsync(Word(after, "sled"));
        var took = TimeProvider.System.GetElapsedTime(began);
        await using (var demo = cluster.Shell(Demo))
        {
            Assert.Equal(survives ? word : "", await demo.RunAsync("cat /tmp/witness 2>/dev/null"));
            Assert.Equal(hash, await demo.RunAsync("echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/nvme0n1 bs=64k skip=960 count=8 2>/dev/null | sha256sum"));
        }
        Assert.True(Word(ended, "phase") == "completed" || Word(ended, "reason").Length > 0, $"no reason: {ended}");
        Note($"{word}: {Word(ended, "phase")} {Word(ended, "reason")}; in order on {Word(after, "sled")} after {took.TotalSeconds:0} s");
    }

    async Task KillAsync(string victim, GuestMoves moves)
    {
        switch (victim)
        {
            case Silo:
                await cluster.KillSiloAsync();
                await cluster.UpAsync();
                break;
            case SourceServer or TargetServer:
                Assert.NotEmpty(await cluster.KillAsync(victim == SourceServer ? moves.Source : moves.Target, "propolis-server"));
                break;
            default:
                Assert.NotEmpty(await cluster.KillAsync(victim == SourceAgent ? moves.Source : moves.Target, "propolis-agent"));
                break;
        }
    }
}
