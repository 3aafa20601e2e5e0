using System.Globalization;
using Propolis.Bench.Reports;

namespace Propolis.Bench.Migration;

/// <summary>
/// Moves a real guest there and back, idle and while it dirties memory, under our engine and under QEMU, one after the other; looks at it from outside (the engines' own figures) and
/// from inside (a counter that ticks every 10 ms).
/// </summary>
sealed class MigrationBench(MigrationBenchOptions options, Action<string> log)
{
    const string Load = "while true; do dd if=/dev/urandom of=/tmp/dirt bs=1M count=24 2>/dev/null; done & echo $! >/tmp/load";

    readonly BenchTable _moves = new("live migration, one row a move", "move", "downtime ms", "longest gap in the guest ms", "total ms", "passes", "pages MB", "wire MB", "MB/s", "throttle %");
    readonly BenchTable _parts = new("what our downtime is made of, ms", "move", "last pages", "fixed part", "of it: state of devices and processors", "of it: pause, flush, taking over, start");

    /// <summary>Runs it.</summary>
    public async Task<IReadOnlyList<BenchTable>> RunAsync()
    {
        await MeasureAsync(new OurGuest(options, log));
        if (options.Qemu is not null) await MeasureAsync(new QemuGuest(options));
        return [_moves, _parts];
    }

    async Task MeasureAsync(IMovingGuest guest)
    {
        await guest.StartAsync();
        log($"{guest.Engine}: the guest is up");
        await guest.ShellAsync("mkdir -p /tmp; ticks 10 >/tmp/ticks &");
        await MoveOftenAsync(guest, "idle");
        await guest.ShellAsync(Load);
        await MoveOftenAsync(guest, "loaded");
        await CheckAsync(guest);
        await guest.StopAsync();
    }

    async Task MoveOftenAsync(IMovingGuest guest, string kind)
    {
        for (var i = 1; i <= options.Moves; i++)
        {
            var name = $"{guest.Engine}, {kind} {i}";
            await guest.ShellAsync("tail -n 1 /tmp/ticks >/tmp/from");
            var move = await guest.MoveAsync();
            // Gaps since the move began, in hundredths of a second.
            var gap = await guest.ShellAsync("sleep 1; read -r _ from _ </tmp/from; awk -v from=$from '$2 > from { if (last && $3 - last > gap) gap = $3 - last; last = $3 } END { print gap * 1000 }' /tmp/ticks");
            _moves.Add(name, Milliseconds(move.Downtime), double.Parse(gap, CultureInfo.InvariantCulture), Milliseconds(move.Total), move.Passes,
                Math.Round(move.PagesMegabytes, 1), Math.Round(move.WireMegabytes, 1), Math.Round(move.PagesMegabytes / move.Total.TotalSeconds, 1), move.ThrottlePercent);
            if (move is { Downtime: { } downtime, LastPages: { } pages, State: { } state })
                _parts.Add(name, Milliseconds(pages), Milliseconds(downtime - pages), Milliseconds(state), Milliseconds(downtime - pages - state));
            log($"{name}: {Milliseconds(move.Downtime)} ms of {Milliseconds(move.Total)}, {move.Passes} passes, gap {gap} ms");
        }
    }

    async Task CheckAsync(IMovingGuest guest)
    {
        var lost = await guest.ShellAsync("kill $(cat /tmp/load); awk '$2 != NR { bad++ } END { print bad + 0, NR }' /tmp/ticks; dmesg | grep -c -i -e stall -e 'soft lockup' -e BUG:");
        log($"{guest.Engine}: ticks out of order, ticks in all, complaints of the kernel: {lost.Replace('\n', ' ')}");
        if (!lost.StartsWith("0 ", StringComparison.Ordinal)) throw new InvalidOperationException("Ticks were lost or doubled.");
    }

    static double? Milliseconds(TimeSpan? time) => time is { } span ? Math.Round(span.TotalMilliseconds, 1) : null;
}
