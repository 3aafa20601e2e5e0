using System.Globalization;
using System.Net;
using Propolis.Vmm.Memory;
using Propolis.Vmm.Migration;
using Propolis.Vmm.State;

namespace Propolis.Bench.Migration;

/// <summary>The guest under our engine; it moves between machines of this process, over TCP on loopback.</summary>
sealed class OurGuest : IMovingGuest
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    readonly MigrationBenchOptions _options;
    readonly Action<string> _log;
    readonly GuestShell _shell;
    readonly Dictionary<MigrationPhase, long> _began = [];
    BenchGuest? _guest;
    StateRegistry _extras = new();
    int _count;

    public OurGuest(MigrationBenchOptions options, Action<string> log)
    {
        _options = options;
        _log = log;
        // Asked anew each time: the machine changes with every move.
        _shell = new GuestShell((buffer, stop) => _guest!.ReadAsync(buffer, stop), (bytes, stop) => _guest!.TypeAsync(bytes, stop));
    }

    public string Engine => "ours";

    public Task StartAsync()
    {
        _guest = new BenchGuest(_options, null, _extras);
        return _shell.ReadyAsync();
    }

    public Task<string> ShellAsync(string line) => _shell.RunAsync(line);

    public Task StopAsync() => _guest!.StopAsync();

    public async Task<MoveFigures> MoveAsync()
    {
        var leaving = _guest!;
        await using var listener = new MigrationListener(new IPEndPoint(IPAddress.Loopback, 0));
        var migration = new Guid(++_count, 0, 0, new byte[8]);
        using var limit = new CancellationTokenSource(Limit);
        _began.Clear();
        var source = new MigrationSource(leaving.Body, new MigrationSourceOptions
        {
            Migration = migration,
            Connect = token => MigrationLink.ConnectAsync(listener.Address, migration, _options.Streams, null, token),
            Decision = new SourceDecides(),
            Name = "bench",
            Policy = new MigrationPolicy { DowntimeBudget = _options.Budget, Compress = _options.Compress },
            Extras = _extras,
            Watch = Watch,
        });
        var accepting = listener.AcceptAsync(migration, limit.Token);
        leaving.Depart(source);
        var extras = new StateRegistry();
        var target = await MigrationTarget.OpenAsync(await accepting, new MigrationTargetOptions { Extras = extras }, limit.Token);
        var arriving = new BenchGuest(_options, target, extras) { Position = leaving.Position };
        var result = await source.Ended.WaitAsync(limit.Token);
        if (!result.HasMoved) throw new InvalidOperationException($"The guest did not move: {result.Reason}");
        await leaving.Ended.WaitAsync(limit.Token);
        (_guest, _extras) = (arriving, extras);
        var megabytes = result.Last.Pages * (double)DirtyBitmap.PageSize / 1e6;
        return new MoveFigures(result.Last.Downtime, result.Duration, Between(MigrationPhase.LastPages, MigrationPhase.State), Between(MigrationPhase.State, MigrationPhase.Deciding),
            result.Last.Pass, megabytes, result.Last.WireBytes / 1e6, result.Last.ThrottlePercent);
    }

    TimeSpan Between(MigrationPhase first, MigrationPhase second) => TimeProvider.System.GetElapsedTime(_began[first], _began[second]);

    void Watch(MigrationProgress p)
    {
        // The last pages are told twice: when disks are being flushed, and when the pages are known and go.
        if (p.Phase == MigrationPhase.LastPages || !_began.ContainsKey(p.Phase)) _began[p.Phase] = TimeProvider.System.GetTimestamp();
        if (_options.IsVerbose) Show(p);
    }

    void Show(MigrationProgress p) => _log(string.Create(CultureInfo.InvariantCulture,
        $"  {TimeProvider.System.GetUtcNow():mm:ss.fff} {p.Phase} pass {p.Pass}: dirty {p.DirtyPages}, {p.DirtyPagesPerSecond:0}/s, sent {p.Pages}, zero {p.ZeroPages}, wire {p.WireBytes >> 10} KiB, {p.BytesPerSecond / 1e6:0.0} MB/s, projected {p.ProjectedDowntime.TotalMilliseconds:0} ms, throttle {p.ThrottlePercent} {p.Note}"));
}
