using Propolis.Contracts.Hosting;
using Propolis.Contracts.Results;

namespace Propolis.Contracts.Migrations;

/// <summary>
/// Owns one migration and its one decision. Its key is a <see cref="Ids.MigrationId"/>.
/// <code>
/// Queued -> Preparing -> Copying -> Committed -> Completed
///    |          |           |
///    +----------+-----------+--> Aborting -> Aborted | Failed
/// </code>
/// It commits when the target, and nobody else, says that it is ready; until then it can be aborted by anybody, by a failure, and by its deadlines.
/// </summary>
[Alias("propolis.migration")]
public interface IMigrationGrain : IGrainWithStringKey
{
    /// <summary>Begins.</summary>
    /// <param name="request">What to move where.</param>
    [Alias("start")] Task<Reply<MigrationView>> StartAsync(StartMigration request);

    /// <summary>Ends it before the decision.</summary>
    /// <param name="request">Who asks and why.</param>
    [Alias("abort")] Task<Reply<MigrationView>> AbortAsync(AbortMigration request);

    /// <summary>
    /// An agent asks for the decision on behalf of a VMM that stands still, and asks again, about five times a second, until it is not undecided any more. A call
    /// that fails is asked again for ever: while silos are silent nobody guesses.
    /// </summary>
    /// <param name="question">Who asks, and what it knows.</param>
    [Alias("ask")] Task<MigrationAnswer> AskAsync(MigrationQuestion question);

    /// <summary>An agent tells how it goes.</summary>
    /// <param name="report">How.</param>
    [Alias("report")] Task ReportAsync(MigrationReport report);

    /// <summary>What it is.</summary>
    [ReadOnlyCall, Alias("get")] Task<Reply<MigrationView>> GetAsync();

    /// <summary>Looks again at once at what is to do.</summary>
    [Alias("nudge")] Task NudgeAsync();
}
