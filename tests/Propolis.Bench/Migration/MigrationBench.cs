using System.Globalization;
using System.Net;
using Propolis.Bench.Reports;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Migration;
using Propolis.Vmm.State;

namespace Propolis.Bench.Migration;

/// <summary>
/// Moves a real guest from one machine of this process to another, over TCP on loopback, there and back, idle and while it dirties memory; looks at it from outside (the engine's own
/// figures) and from inside (a counter that ticks every 10 ms).
/// </summary>
sealed class MigrationBench(MigrationBenchOptions options, Action<string> log)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    const string Load = "while true; do dd if=/dev/urandom of=/tmp/dirt bs=1M count=24 2>/dev/null; done & echo $! >/tmp/load";

    readonly BenchTable _moves = new("live migration, one row a move", "move", "downtime ms", "longest gap in the guest ms", "total ms", "passes", "pages MB", "wire MB", "MB/s", "throttle %");
    StateRegistry _extras = new();
    int _count;

    /// <summary>Runs it.</summary>
    public async Task<IReadOnlyList<BenchTable>> RunAsync()
    {
        var guest = new BenchGuest(options, null, _extras);
        await guest.ReadyAsync();
        log("the guest is up");
        await guest.ShellAsync("mkdir -p /tmp; ticks 10 >/tmp/ticks &");
        guest = await MoveOftenAsync(guest, "idle");
        await guest.ShellAsync(Load);
        guest = await MoveOftenAsync(guest, "loaded");
        await CheckAsync(guest);
        await guest.StopAsync();
        return [_moves];
    }

    async Task<BenchGuest> MoveOftenAsync(BenchGuest guest, string kind)
    {
        for (var i = 1; i <= options.Moves; i++)
        {
            await guest.ShellAsync("tail -n 1 /tmp/ticks >/tmp/from");
            var (next, result) = await MoveAsync(guest);
            guest = next;
            // Gaps since the move began, in hundredths of a second.
            var gap = await guest.ShellAsync("sleep 1; read -r _ from _ </tmp/from; awk -v from=$from '$2 > from { if (last && $3 - last > gap) gap = $3 - last; last = $3 } END { print gap * 1000 }' /tmp/ticks");
            var seconds = result.Duration.TotalSeconds;
            var megabytes = result.Last.Pages * (double)DirtyBitmap.PageSize / 1e6;
            _moves.Add($"{kind} {i}", Milliseconds(result.Last.Downtime), double.Parse(gap, CultureInfo.InvariantCulture), Milliseconds(result.Duration), result.Last.Pass,
                Math.Round(megabytes, 1), Math.Round(result.Last.WireBytes / 1e6, 1), Math.Round(megabytes / seconds, 1), result.Last.ThrottlePercent);
            log($"{kind} {i}: {result.Last.Downtime?.TotalMilliseconds:0} ms of {result.Duration.TotalMilliseconds:0}, {result.Last.Pass} passes, gap {gap} ms");
        }
        return guest;
    }

    async Task<(BenchGuest Target, MigrationResult Result)> MoveAsync(BenchGuest guest)
    {
        await using var listener = new MigrationListener(new IPEndPoint(IPAddress.Loopback, 0));
        var migration = new Guid(++_count, 0, 0, new byte[8]);
        using var limit = new CancellationTokenSource(Limit);
        var source = new MigrationSource(guest.Body, new MigrationSourceOptions
        {
            Migration = migration,
            Connect = token => MigrationLink.ConnectAsync(listener.Address, migration, options.Streams, null, token),
            Decision = new SourceDecides(),
            Name = "bench",
            Policy = new MigrationPolicy { DowntimeBudget = options.Budget, Compress = options.Compress },
            Extras = _extras,
            Watch = options.IsVerbose ? Show : null,
        });
        var accepting = listener.AcceptAsync(migration, limit.Token);
        guest.Depart(source);
        var extras = new StateRegistry();
        var target = await MigrationTarget.OpenAsync(await accepting, new MigrationTargetOptions { Extras = extras }, limit.Token);
        var arriving = new BenchGuest(options, target, extras) { Position = guest.Position };
        var result = await source.Ended.WaitAsync(limit.Token);
        if (!result.HasMoved) throw new InvalidOperationException($"The guest did not move: {result.Reason}");
        await guest.Ended.WaitAsync(limit.Token);
        _extras = extras;
        return (arriving, result);
    }

    void Show(MigrationProgress p) => log(string.Create(CultureInfo.InvariantCulture,
        $"  {TimeProvider.System.GetUtcNow():mm:ss.fff} {p.Phase} pass {p.Pass}: dirty {p.DirtyPages}, {p.DirtyPagesPerSecond:0}/s, sent {p.Pages}, zero {p.ZeroPages}, wire {p.WireBytes >> 10} KiB, {p.BytesPerSecond / 1e6:0.0} MB/s, projected {p.ProjectedDowntime.TotalMilliseconds:0} ms, throttle {p.ThrottlePercent} {p.Note}"));

    async Task CheckAsync(BenchGuest guest)
    {
        var lost = await guest.ShellAsync("kill $(cat /tmp/load); awk '$2 != NR { bad++ } END { print bad + 0, NR }' /tmp/ticks; dmesg | grep -c -i -e stall -e 'soft lockup' -e BUG:");
        log($"ticks out of order, ticks in all, complaints of the kernel: {lost.Replace('\n', ' ')}");
        if (!lost.StartsWith("0 ", StringComparison.Ordinal)) throw new InvalidOperationException("Ticks were lost or doubled.");
    }

    static double? Milliseconds(TimeSpan? time) => time is { } span ? Math.Round(span.TotalMilliseconds, 1) : null;
}
