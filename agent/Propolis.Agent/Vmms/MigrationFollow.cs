using Propolis.Agent.Servers;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Server;

namespace Propolis.Agent.Vmms;

/// <summary>
/// Stands between one side of a live migration and the grain that decides it: tells the grain how it goes, asks it for the decision once the side stands still, and tells the side.
/// While silos are silent it asks on: nobody guesses.
/// </summary>
/// <param name="sled">What the sled's VMMs share.</param>
/// <param name="vmm">Whose side it is.</param>
/// <param name="migration">Which migration.</param>
sealed class MigrationFollow(SledParts sled, Vmm vmm, MigrationId migration)
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    readonly IServerApi _server = sled.ServerAt(vmm.Record.Port);
    readonly Guid _id = EnsureRules.UuidOf(migration.Value, MigrationId.Prefix);
    long _reported;
    bool _stoodStill;

    /// <summary>Returns when the migration has ended on this side, or the process is to end.</summary>
    /// <param name="over">Is cancelled when the process is to end.</param>
    public async Task UntilItEndsAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                if (await _server.MigrationAsync(over) is { } status && status.MigrationId == _id && await StepAsync(status))
                    return;
            }
            catch (Exception early) when (early is HttpRequestException or TimeoutException or ServerRefusedException or GrainCallException)
            {
                // A server that has not begun yet, or a silo that is silent: asked again.
            }
            await Task.Delay(LookInterval, sled.Time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Whether this side has ended.
    async Task<bool> StepAsync(MigrationStatus status)
    {
        if (status.HasMoved is { } moved)
        {
            if (!moved && !_stoodStill)
                await ReportAsync(new MigrationReport { Side = status.Side, Incarnation = vmm.Record.Incarnation, Failure = status.Reason ?? "it was given up" });
            else if (moved || status.Side == MigrationSide.Source)
                await ReportAsync(Figures(status));
            return true;
        }
        if (MigrationRules.Question(status, vmm.Record.Incarnation) is { } question)
        {
            _stoodStill = true;
            await DecideAsync(question);
        }
        if (status.Side == MigrationSide.Source && sled.Time.GetElapsedTime(_reported) >= ReportInterval)
        {
            _reported = sled.Time.GetTimestamp();
            await ReportAsync(Figures(status));
        }
        return false;
    }

    async Task DecideAsync(MigrationQuestion question)
    {
        var answer = await Grain.AskAsync(question);
        if (answer.Verdict == MigrationVerdict.Undecided)
            return;
        VmmLog.Decided(sled.Log, vmm.Record.Key(), migration.Value, answer.Verdict);
        await _server.DecideAsync(new MigrationDecisionRequest { MigrationId = _id, Verdict = answer.Verdict, Backends = answer.Backends }, CancellationToken.None);
    }

    MigrationReport Figures(MigrationStatus status) => new() { Side = status.Side, Incarnation = vmm.Record.Incarnation, Progress = status.Progress };

    Task ReportAsync(MigrationReport report) => Grain.ReportAsync(report);

    IMigrationGrain Grain => sled.Grains.Get<IMigrationGrain>(migration.Value);
}
