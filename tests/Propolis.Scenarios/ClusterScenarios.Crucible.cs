using System.Text.Json;
using Propolis.Scenarios.Clusters;
using static Propolis.Scenarios.Clusters.Cluster;

namespace Propolis.Scenarios;

/// <content>The demo's data disk, a volume on three sleds, while sleds are killed and come back with 'up'.</content>
public sealed partial class ClusterScenarios
{
    const string Data = "demo-data";
    const string Secret = "secret";
    const string Device = "/dev/nvme0n1";
    const int Mebibytes = 8;

    // Of which emulated sleds need about 40 s: 10 for the decision, 8 for a new region, the rest for a server's start and its first requests.
    static readonly TimeSpan Elsewhere = TimeSpan.FromMinutes(1);

    [Fact(Explicit = true)]
    public async Task P_guest_writes_on_while_a_sled_with_a_replica_of_its_disk_is_killed_and_the_replica_is_repaired_when_the_sled_returns()
    {
        SkipWithoutEmulation();
        var before = await cluster.RunningAsync(Demo);
        var victim = Sleds(await cluster.VolumeAsync(Data, IsWell)).First(sled => sled != Word(before, "sled"));
        string first, second;
        await using (var demo = cluster.Shell(Demo))
        {
            first = await WriteAsync(demo, 0);
            await cluster.KillSledAsync(victim);
            second = await WriteAsync(demo, 1);
            Assert.Equal((first, second), (await ReadAsync(demo, 0), await ReadAsync(demo, 1)));
        }

        await cluster.UpAsync();
        var began = TimeProvider.System.GetTimestamp();
        await cluster.VolumeAsync(Data, IsWell);
        Tell($"All three replicas were well {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s after 'up'.");

        var after = await cluster.RunningAsync(Demo);
        Assert.Equal(before.GetProperty("incarnation").GetInt64(), after.GetProperty("incarnation").GetInt64());
        await using (var demo = cluster.Shell(Demo))
            Assert.Equal((first, second), (await ReadAsync(demo, 0), await ReadAsync(demo, 1)));
    }

    [Fact(Explicit = true)]
    public async Task Q_guest_whose_sled_is_killed_runs_elsewhere_with_every_flushed_byte_and_nobody_is_needed()
    {
        SkipWithoutEmulation();
        var before = await cluster.RunningAsync(Demo);
        await cluster.VolumeAsync(Data, IsWell);
        string written;
        await using (var demo = cluster.Shell(Demo)) written = await WriteAsync(demo, 2);
        var lost = Word(before, "sled");
        var next = before.GetProperty("incarnation").GetInt64() + 1;

        var began = TimeProvider.System.GetTimestamp();
        await cluster.KillSledAsync(lost);
        await cluster.WaitAsync(Demo, seen => seen.GetProperty("incarnation").GetInt64() >= next);
        var decided = TimeProvider.System.GetElapsedTime(began);
        var after = await cluster.RunningAsync(Demo, next);
        var took = TimeProvider.System.GetElapsedTime(began);
        Tell($"Decided after {decided.TotalSeconds:0.0} s, ran on {Word(after, "sled")} after {took.TotalSeconds:0.0} s.");
        Tell(await cluster.CliAsync("events"));

        Assert.NotEqual(lost, Word(after, "sled"));
        await using (var demo = cluster.Shell(Demo)) Assert.Equal(written, await ReadAsync(demo, 2));
        Assert.InRange(decided, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.InRange(took, TimeSpan.Zero, Elsewhere);
        await cluster.UpAsync();
        await cluster.VolumeAsync(Data, IsWell);
    }

    [Fact(Explicit = true)]
    public async Task R_blocks_of_an_encrypted_disk_are_not_found_on_its_sleds_and_a_snapshot_is_taken_or_refused_in_words()
    {
        SkipWithoutEmulation();
        const string secret = "thewordthatnosledmayknow";
        var file = Path.Combine(Path.GetTempPath(), $"secret-{Environment.ProcessId}.toml");
        await File.WriteAllTextAsync(file, $"""
            [main]
            name = "{Secret}"
            cpus = 1
            memory = 256
            kernel = "vmlinuz"
            initrd = "initrd.img"
            cmdline = "console=ttyS0 quiet"

            [block_dev.data]
            type = "volume"
            size = 67108864
            encrypted = true

            [dev.nvme0]
            driver = "pci-nvme"
            block_dev = "data"
            pci-path = "0.4.0"
            """);
        try
        {
            await cluster.CliAsync("instance", "create", "-f", file);
            await cluster.RunningAsync(Secret);
            await using (var guest = cluster.Shell(Secret))
            {
                // The quotes keep the word out of the serial port's history.
                await guest.RunAsync($"yes the'word'thatnosledmayknow | head -c 4194304 | dd of={Device} bs=1M conv=fsync 2>/dev/null; echo 3 >/proc/sys/vm/drop_caches");
                Assert.NotEqual("0", await guest.RunAsync($"dd if={Device} bs=1M count=4 2>/dev/null | grep -c {secret}"));
            }

            var health = await cluster.VolumeAsync($"{Secret}-data", IsWell);
            foreach (var region in health.GetProperty("regions").EnumerateArray().Select(one => one.GetProperty("region")))
                Assert.Equal("", await cluster.OnSledAsync(Word(region, "sled"), $"grep -rl {secret} /data/agent/data/regions/{Word(region, "region")}/data; true"));
            foreach (var shown in new[] { await cluster.CliAsync("volume", "show", $"{Secret}-data", "--json"), await cluster.CliAsync("events") })
                Assert.DoesNotContain("\"key\"", shown, StringComparison.Ordinal);

            // The sleds' file system is ext4, which can neither reflink nor take ZFS snapshots.
            var refused = await Assert.ThrowsAsync<ScenarioException>(() => cluster.CliAsync("volume", "snapshot", $"{Secret}-data", "monday"));
            Assert.Contains("reflink", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
            await cluster.CliAsync("instance", "delete", Secret);
        }
    }

    // The guest's page cache is dropped, so that the blocks come from the replicas.
    static async Task<string> ReadAsync(SerialShell demo, int part) =>
        (await demo.RunAsync($"echo 3 >/proc/sys/vm/drop_caches; dd if={Device} bs=1M skip={part * Mebibytes} count={Mebibytes} 2>/dev/null | sha256sum")).Split(' ')[0];

    static async Task<string> WriteAsync(SerialShell demo, int part)
    {
        var hash = (await demo.RunAsync(
            $"dd if=/dev/urandom of=/tmp/data bs=1M count={Mebibytes} 2>/dev/null; dd if=/tmp/data of={Device} bs=1M seek={part * Mebibytes} conv=fsync 2>/dev/null && sha256sum </tmp/data")).Split(' ')[0];
        Assert.Matches("^[0-9a-f]{64}$", hash);
        return hash;
    }

    static bool IsWell(JsonElement volume) => volume.GetProperty("well").GetInt32() == 3 && volume.GetProperty("regions").GetArrayLength() == 3;

    static IEnumerable<string> Sleds(JsonElement volume) => volume.GetProperty("regions").EnumerateArray().Select(region => Word(region.GetProperty("region"), "sled"));

    static void Tell(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
