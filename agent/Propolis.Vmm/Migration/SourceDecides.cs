namespace Propolis.Vmm.Migration;

/// <summary>
/// The decision without a cluster, source side: commits when the target has said that it is ready, aborts otherwise. The target learns it over the connection
/// (<see cref="MigrationTargetOptions.Decision"/> null); when that breaks at the wrong moment it asks on another way (<see cref="MigrationTargetOptions.AfterBreak"/>), and where there is none the
/// guest runs nowhere, never twice.
/// </summary>
public sealed class SourceDecides : IMigrationDecision
{
    /// <inheritdoc/>
    public Task<MigrationVerdict> AskAsync(MigrationQuestion question, CancellationToken cancellation) =>
        Task.FromResult(question.Target == TargetReadiness.Ready ? MigrationVerdict.Commit : MigrationVerdict.Abort);
}
