using FsCheck;
using Propolis.Bench.Reports;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Bench.Fuzz;

/// <summary>Goes round the targets until its time is over, as long with each. Seeds count up, so that a crash can be had again.</summary>
sealed class FuzzCampaign(IReadOnlyList<FuzzTarget> targets, ulong seed, TimeProvider clock, Action<string> say)
{
    const int CasesAtOnce = 50;
    static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);
    readonly Dictionary<string, (long Cases, long Crashes, TimeSpan Time)> _sums = targets.ToDictionary(target => target.Name, _ => (0L, 0L, TimeSpan.Zero));

    /// <summary>The target and seed under way.</summary>
    public string Current { get; private set; } = "";

    /// <summary>Crashes so far.</summary>
    public long Crashes => _sums.Values.Sum(sum => sum.Crashes);

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Fuzzes for a while; at least every target once.</summary>
    public void Run(TimeSpan duration)
    {
        var started = clock.GetTimestamp();
        var nextWord = TimeSpan.FromMinutes(1);
        for (var isFirst = true; isFirst || Elapsed < duration; isFirst = false)
        {
            foreach (var target in targets.TakeWhile(_ => isFirst || Elapsed < duration))
            {
                TakeTurn(target);
                Elapsed = clock.GetElapsedTime(started);
            }

            if (Elapsed < nextWord)
                continue;
            say($"{Elapsed.TotalMinutes:0.0} minutes, {_sums.Values.Sum(sum => sum.Cases)} cases, {Crashes} crashes");
            nextWord += TimeSpan.FromMinutes(1);
        }
    }

    /// <summary>Cases and crashes of each target.</summary>
    public BenchTable Table()
    {
        var table = new BenchTable("Random guests", "target", "cases", "seconds", "crashes");
        foreach (var target in targets)
            table.Add(target.Name, _sums[target.Name].Cases, _sums[target.Name].Time.TotalSeconds, _sums[target.Name].Crashes);
        return table;
    }

    void TakeTurn(FuzzTarget target)
    {
        var began = clock.GetTimestamp();
        do
            Try(target, seed + (ulong)(_sums[target.Name].Cases / CasesAtOnce));
        while (clock.GetElapsedTime(began) < Turn);
    }

    void Try(FuzzTarget target, ulong from)
    {
        Current = $"{target.Name}, seed {from}";
        var started = clock.GetTimestamp();
        var crashes = 0;
        try
        {
            Check.One(Config.QuickThrowOnFailure.WithMaxTest(CasesAtOnce).WithQuietOnSuccess(true).WithReplay(from, 1), target.Property());
        }
        catch (Exception error)
        {
            crashes = 1;
            say($"crash: {Current}: {error.Message}");
        }

        var sum = _sums[target.Name];
        _sums[target.Name] = (sum.Cases + CasesAtOnce, sum.Crashes + crashes, sum.Time + clock.GetElapsedTime(started));
    }
}
