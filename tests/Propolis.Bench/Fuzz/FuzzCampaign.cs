using FsCheck;
using Propolis.Bench.Reports;
using Propolis.Vmm.Tests.Fuzz;

namespace Propolis.Bench.Fuzz;

/// <summary>Goes round the targets until its time is over, some cases of each at a time. Seeds count up, so that a crash can be had again.</summary>
sealed class FuzzCampaign(IReadOnlyList<FuzzTarget> targets, ulong seed, TimeProvider clock, Action<string> say)
{
    const int CasesAtOnce = 50;
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
        for (var round = 0UL; round == 0 || Elapsed < duration; round++)
        {
            foreach (var target in targets)
            {
                Try(target, seed + round);
                Elapsed = clock.GetElapsedTime(started);
                if (Elapsed >= duration && round > 0)
                    break;
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
