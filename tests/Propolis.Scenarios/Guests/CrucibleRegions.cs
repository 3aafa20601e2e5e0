using Propolis.Scenarios.Sleds;

namespace Propolis.Scenarios.Guests;

/// <summary>Three regions in a folder of a sled and the crucible-downstairs that serve them, which tests kill and start again.</summary>
sealed class CrucibleRegions : IAsyncDisposable
{
    public const int BlockSize = 4096;
    public const int BlocksPerExtent = 2048;
    public const int ExtentCount = 12;

    // Neither these nor the repair ports, 4000 above, may lie in a sled's forwarded range.
    const int FirstPort = 13810;
    const int Count = 3;

    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly Sled _sled;
    readonly string _folder;

    CrucibleRegions(Sled sled, string folder) => (_sled, _folder) = (sled, folder);

    /// <summary>Where they serve.</summary>
    public IReadOnlyList<string> Targets { get; } = [.. Enumerable.Range(0, Count).Select(i => $"127.0.0.1:{PortOf(i)}")];

    /// <summary>Makes them and starts all three.</summary>
    public static async Task<CrucibleRegions> StartAsync(Sled sled)
    {
        var regions = new CrucibleRegions(sled, await sled.NewFolderAsync("regions"));
        var program = sled.Program("crucible-downstairs");
        for (var i = 0; i < Count; i++)
            await sled.MustAsync($"{program} create -d {regions._folder}/{i} --block-size {BlockSize} --extent-size {BlocksPerExtent} --extent-count {ExtentCount}");
        for (var i = 0; i < Count; i++) await regions.StartAsync(i);
        return regions;
    }

    /// <summary>Starts one and waits until it serves.</summary>
    public async Task StartAsync(int index)
    {
        var log = $"{_folder}/{index}.log";
        await _sled.MustAsync($"rm -f {log}; {_sled.Program("crucible-downstairs")} run -d {_folder}/{index} -a 127.0.0.1 -p {PortOf(index)} </dev/null >{log} 2>&1 & echo $! >{_folder}/{index}.pid");
        var steps = (int)StartLimit.TotalSeconds * 5;
        await _sled.MustAsync($"for i in $(seq {steps}); do grep -q ^serving {log} && exit 0; sleep 0.2; done; cat {log}; exit 1", limit: StartLimit * 2);
    }

    /// <summary>Kills one, as a crash does.</summary>
    public Task KillAsync(int index) => _sled.MustAsync($"kill -9 $(cat {_folder}/{index}.pid)");

    /// <summary>Waits until the upstairs behind a control address finds all three whole.</summary>
    public async Task WholeAsync(string controlAddress, TimeSpan limit)
    {
        var steps = (int)limit.TotalSeconds * 2;
        await _sled.MustAsync(
            $"for i in $(seq {steps}); do wget -qO- http://{controlAddress}/info >{_folder}/info && grep -q '\"ds_state\":\\[\"active\",\"active\",\"active\"\\]' {_folder}/info && exit 0; sleep 0.5; done; cat {_folder}/info; exit 1",
            limit: limit * 2);
    }

    /// <summary>What the upstairs behind a control address says.</summary>
    public Task<string> InfoAsync(string controlAddress) => _sled.MustAsync($"wget -qO- http://{controlAddress}/info");

    /// <summary>Ends one in order and checks every block against its hash.</summary>
    public async Task VerifyAsync(int index)
    {
        await _sled.RunAsync($"kill -TERM $(cat {_folder}/{index}.pid)");
        await _sled.MustAsync($"for i in $(seq 100); do kill -0 $(cat {_folder}/{index}.pid) 2>/dev/null || break; sleep 0.1; done; {_sled.Program("crucible-downstairs")} verify -d {_folder}/{index}", limit: TimeSpan.FromMinutes(2));
    }

    /// <summary>Kills those that still run and removes the regions.</summary>
    public async ValueTask DisposeAsync() =>
        await _sled.RunAsync($"for p in {_folder}/*.pid; do kill -9 $(cat $p) 2>/dev/null; done; rm -rf {_folder}");

    static int PortOf(int index) => FirstPort + index * 10;
}
