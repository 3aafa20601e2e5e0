using Propolis.Vmm.Migration;

namespace Propolis.Vmm.Tests.Migration;

/// <summary>A decider that both sides ask. It keeps its answer back until the test gives one, and can be unreachable meanwhile.</summary>
sealed class TestDecision : IMigrationDecision
{
    readonly Lock _gate = new();
    readonly List<MigrationQuestion> _questions = [];
    readonly Dictionary<MigrationSide, TaskCompletionSource> _asked = new()
    {
        [MigrationSide.Source] = new(TaskCreationOptions.RunContinuationsAsynchronously),
        [MigrationSide.Target] = new(TaskCreationOptions.RunContinuationsAsynchronously),
    };

    public TestDecision(MigrationVerdict verdict = MigrationVerdict.Undecided) => Verdict = verdict;

    public MigrationVerdict Verdict { get; set; }

    public bool IsUnreachable { get; set; }

    public IReadOnlyList<MigrationQuestion> Questions
    {
        get { lock (_gate) return [.. _questions]; }
    }

    public Task AskedAsync(MigrationSide side) => _asked[side].Task.WaitAsync(TimeSpan.FromSeconds(30));

    public Task<MigrationVerdict> AskAsync(MigrationQuestion question, CancellationToken cancellation)
    {
        lock (_gate) _questions.Add(question);
        _asked[question.Side].TrySetResult();
        return IsUnreachable ? throw new IOException("nobody there") : Task.FromResult(Verdict);
    }
}
