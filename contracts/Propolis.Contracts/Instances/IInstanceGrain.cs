using Propolis.Contracts.Agents;
using Propolis.Contracts.Hosting;
using Propolis.Contracts.Migrations;
using Propolis.Contracts.Results;

namespace Propolis.Contracts.Instances;

/// <summary>
/// Owns one instance: what it should be, and every VMM ever started for it. Its key is an <see cref="Ids.InstanceId"/>. Commands record
/// what is wanted and return; the work is done by and by.
/// </summary>
[Alias("propolis.instance")]
public interface IInstanceGrain : IGrainWithStringKey
{
    /// <summary>Makes the instance, and says whether its project has room for it.</summary>
    /// <param name="request">What to make.</param>
    [Alias("create")] Task<Reply<InstanceView>> CreateAsync(CreateInstance request);

    /// <summary>Changes what it should be.</summary>
    /// <param name="command">The change.</param>
    [Alias("command")] Task<Reply<InstanceView>> CommandAsync(InstanceCommand command);

    /// <summary>Changes what it is.</summary>
    /// <param name="command">The change.</param>
    [Alias("edit")] Task<Reply<InstanceView>> EditAsync(EditInstance command);

    /// <summary>An agent tells what it sees. Old news, by incarnation or sequence, change nothing.</summary>
    /// <param name="status">What it sees.</param>
    [Alias("report")] Task<ReportAdvice> ReportAsync(VmmStatus status);

    /// <summary>What it is.</summary>
    [ReadOnlyCall, Alias("get")] Task<Reply<InstanceView>> GetAsync();

    /// <summary>Where it could run now, and why not elsewhere.</summary>
    [Alias("placement")] Task<Reply<PlacementReport>> PlacementAsync();

    /// <summary>A migration asks to make ready a target, and asks again until the target waits for its source. Refused while the guest cannot move.</summary>
    /// <param name="request">Which migration, and where to.</param>
    [Alias("prepare-migration")] Task<Reply<MigrationLegs>> PrepareMigrationAsync(PrepareMigration request);

    /// <summary>A migration tells its decision; repeated, it changes nothing and gets the same answer.</summary>
    /// <param name="request">The decision.</param>
    [Alias("end-migration")] Task<Reply<MigrationLegs>> EndMigrationAsync(EndMigration request);

    /// <summary>Looks again at once at what is to do; used when something it waits for has changed.</summary>
    [Alias("nudge")] Task NudgeAsync();
}
