using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Propolis.Scenarios.Clusters;
using Propolis.Scenarios.Sleds;
using static Propolis.Scenarios.Clusters.Cluster;

namespace Propolis.Scenarios;

/// <content>The demo moves from sled to sled while it works.</content>
public sealed partial class ClusterScenarios
{
    // Slow enough for the guest to be caught on its way, quick enough for nobody to fall asleep.
    const string Slowly = "4M";

    static readonly TimeSpan Settle = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task F_guest_moves_while_its_shell_counts_and_no_tick_is_lost_or_doubled_on_a_console_that_stays_open()
    {
        using var moves = new GuestMoves(cluster, Demo);
        var source = Word(await cluster.RunningAsync(Demo), "sled");
        var target = await moves.OtherSledAsync(source);
        await using var demo = cluster.Shell(Demo);
        var (uptime, began) = (await UptimeAsync(demo), TimeProvider.System.GetTimestamp());
        await demo.TypeAsync("ticks 100\n");
        var said = await demo.ReadUntilAsync("\ntick 20 ");

        var moved = await moves.EndAsync(await moves.BeginAsync(target));

        Assert.Equal("completed", Word(moved, "phase"));
        var downtime = GuestMoves.Progress(moved, "downtime_ms");
        Assert.InRange(downtime, 1, GuestMoves.Progress(moved, "total_ms"));
        said += demo.ReadAll();
        said += await demo.ReadUntilAsync($"\ntick {LastTick(said) + 30} ");
        await demo.TypeAsync("\x03");
        said += await demo.ReadUntilAsync("guest# ");
        var (later, elapsed) = (await UptimeAsync(demo), TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        var ticks = Ticks(said);
        Assert.Equal(Enumerable.Range(1, ticks.Count), ticks.Select(tick => tick.Number));
        Assert.True(ticks.Zip(ticks.Skip(1)).All(pair => pair.Second.Uptime >= pair.First.Uptime), "the guest's clock went back");
        var gap = ticks.Zip(ticks.Skip(1)).Max(pair => pair.Second.Uptime - pair.First.Uptime);
        // The guest's clock goes on while it stands still: afterwards it is right, and the gap is the downtime.
        var drift = later - uptime - elapsed;
        Note($"{source} to {target}: {GuestMoves.Figures(moved)}; {ticks.Count} ticks, the longest gap {gap:0.00} s by the guest's clock, drift {drift:0.00} s");
        Assert.InRange(drift, -5, 5);
        Assert.InRange(gap, downtime / 1000.0 - 1, downtime / 1000.0 + 5);
        var running = await cluster.RunningAsync(Demo);
        Assert.Equal(target, Word(running, "sled"));
        await AloneAsync(target);
    }

    [Fact]
    public async Task G_migration_cancelled_midway_leaves_the_guest_where_it_was_and_it_runs_on()
    {
        using var moves = new GuestMoves(cluster, Demo);
        var before = await cluster.RunningAsync(Demo);
        var source = Word(before, "sled");
        await using var demo = cluster.Shell(Demo);
        await demo.RunAsync("echo kept >/tmp/witness");
        var uptime = await UptimeAsync(demo);

        var migration = await moves.BeginAsync(await moves.OtherSledAsync(source), "--rate", Slowly);
        var midway = await moves.CopyingAsync(migration);
        Assert.Equal("copying", Word(midway, "phase"));
        await cluster.CliAsync("migration", "cancel", migration);
        var ended = await moves.EndAsync(migration);

        Assert.Equal("aborted", Word(ended, "phase"));
        Assert.Equal(-1, GuestMoves.Progress(ended, "downtime_ms"));
        var after = await cluster.RunningAsync(Demo);
        Assert.Equal(source, Word(after, "sled"));
        Assert.True(await UptimeAsync(demo) >= uptime);
        Assert.Equal("kept", await demo.RunAsync("cat /tmp/witness"));
        await AloneAsync(source);
        Note($"cancelled after {GuestMoves.Progress(midway, "bytes_sent") / 1e6:0.0} MB: {Word(ended, "reason")}");
    }

    [Fact]
    public async Task H_drained_sled_is_empty_and_no_guest_has_stopped()
    {
        var source = Word(await cluster.RunningAsync(Demo), "sled");
        await using var demo = cluster.Shell(Demo);
        await demo.RunAsync("echo drained >/tmp/witness");
        var uptime = await UptimeAsync(demo);
        try
        {
            Assert.Contains("with 0 VMMs", await cluster.CliAsync("sled", "drain", source, "--wait"), StringComparison.Ordinal);
            var after = await cluster.RunningAsync(Demo);
            Assert.NotEqual(source, Word(after, "sled"));
            Assert.True(await UptimeAsync(demo) > uptime, "it started anew");
            Assert.Equal("drained", await demo.RunAsync("cat /tmp/witness"));
        }
        finally
        {
            await cluster.CliAsync("sled", "resume", source);
        }
    }

    // Explicit for its three minutes.
    [Fact(Explicit = true)]
    public async Task I_guest_moves_with_every_byte_while_it_copies_and_hashes_and_writes_to_its_disk()
    {
        const int mebibytes = 8;
        using var moves = new GuestMoves(cluster, Demo);
        var source = Word(await cluster.RunningAsync(Demo), "sled");
        await using var demo = cluster.Shell(Demo);
        var hash = (await demo.RunAsync($"rm -f /tmp/bad /tmp/written; : >/tmp/rounds; dd if=/dev/urandom of=/tmp/a bs=1M count={mebibytes} 2>/dev/null; sha256sum </tmp/a")).Split(' ')[0];
        Assert.Matches("^[0-9a-f]{64}$", hash);
        // A file in memory is copied and its copy hashed, again and again; the same bytes are on their way to the disk.
        await demo.RunAsync($"while :; do cp /tmp/a /tmp/b; case $(sha256sum </tmp/b) in {hash}*) ;; *) echo bad >>/tmp/bad ;; esac; echo >>/tmp/rounds; done & echo $! >/tmp/load");
        await demo.RunAsync($"(dd if=/tmp/a of=/dev/nvme0n1 bs=64k seek=640 conv=fsync 2>/dev/null; echo $? >/tmp/written) & true");
        var migration = await moves.BeginAsync(await moves.OtherSledAsync(source), "--downtime", "2000");
        var rounds = int.Parse(await demo.RunAsync("wc -l </tmp/rounds"), CultureInfo.InvariantCulture);

        var moved = await moves.EndAsync(migration);

        Assert.Equal("completed", Word(moved, "phase"));
        Assert.Equal("more", await demo.RunAsync($"n=0; while [ $n -lt 90 ] && [ $(wc -l </tmp/rounds) -le {rounds} ]; do sleep 1; n=$((n + 1)); done; [ $(wc -l </tmp/rounds) -le {rounds} ] || echo more"));
        Assert.Equal("0", await demo.RunAsync("n=0; until [ -e /tmp/written ] || [ $n = 90 ]; do sleep 1; n=$((n + 1)); done; cat /tmp/written; rm -f /tmp/written"));
        Assert.Equal("", await demo.RunAsync("kill $(cat /tmp/load); cat /tmp/bad 2>/dev/null"));
        Assert.StartsWith(hash, await demo.RunAsync("sha256sum </tmp/a"), StringComparison.Ordinal);
        Assert.StartsWith(hash, await demo.RunAsync($"echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/nvme0n1 bs=64k skip=640 count={mebibytes * 16} 2>/dev/null | sha256sum"), StringComparison.Ordinal);
        Assert.Equal("0", await demo.RunAsync("dmesg | grep -c -i -e stall -e 'soft lockup' -e BUG: -e 'I/O error'; rm -f /tmp/a /tmp/b"));
        Note($"loaded: {GuestMoves.Figures(moved)}");
    }

    static async Task<double> UptimeAsync(SerialShell demo) => double.Parse((await demo.RunAsync("cat /proc/uptime")).Split(' ')[0], CultureInfo.InvariantCulture);

    static List<(int Number, double Uptime)> Ticks(string said) =>
        [.. Regex.Matches(said, @"^tick (\d+) (\d+\.\d+)$", RegexOptions.Multiline).Select(tick => (int.Parse(tick.Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(tick.Groups[2].Value, CultureInfo.InvariantCulture)))];

    static int LastTick(string said) => Ticks(said)[^1].Number;

    // One process, on the sled where the instance is, and no room taken anywhere else.
    async Task AloneAsync(string where)
    {
        using var limit = new CancellationTokenSource(Settle);
        var sleds = (await cluster.StatusAsync()).GetProperty("cluster_sleds").GetProperty("items").EnumerateArray().Select(sled => Word(sled, "id")).ToArray();
        while (await WhoIsThereAsync(sleds) is var seen && seen != $"{where}: 1 reserved, 1 run")
        {
            if (limit.IsCancellationRequested) throw new ScenarioException($"'{Demo}' is not alone on {where}: {seen}\nEvents:\n{await cluster.CliAsync("events", "--last", "60")}");
            await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        }
    }

    async Task<string> WhoIsThereAsync(string[] sleds)
    {
        var seen = new List<string>();
        foreach (var sled in sleds)
        {
            var reserved = JsonDocument.Parse(await cluster.CliAsync("sled", "show", sled, "--json")).RootElement.GetProperty("reservations").GetArrayLength();
            // Where sleds are this machine itself, its other servers are the user's.
            var run = !Checkout.HasUsableKvm ? (await cluster.ProcessAsync(sled)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length : reserved;
            if (reserved > 0 || run > 0) seen.Add($"{sled}: {reserved} reserved, {run} run");
        }
        return string.Join("; ", seen);
    }

    static void Note(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
