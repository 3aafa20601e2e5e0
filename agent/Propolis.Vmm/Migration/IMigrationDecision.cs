namespace Propolis.Vmm.Migration;

/// <summary>
/// Who decides whether a guest moves: outside of both hosts in a cluster (the migration's grain). From the moment when the source has sent everything until the answer, both sides
/// stand still and ask, the target when it is ready, the source whatever it knows of the target. Nobody guesses, whatever breaks: a silent decider keeps the guest paused.
/// </summary>
public interface IMigrationDecision
{
    /// <summary>
    /// Asked again after <see cref="MigrationVerdict.Undecided"/>, an exception, or a call that took too long, until the answer is one of the other two; an answer is final and the
    /// same for both sides.
    /// </summary>
    Task<MigrationVerdict> AskAsync(MigrationQuestion question, CancellationToken cancellation);
}
