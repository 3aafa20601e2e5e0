namespace Propolis.Silo.Tests.Simulation;

/// <summary>Runs tasks on one thread, in an order drawn from the seed.</summary>
sealed class SimScheduler(Random random) : TaskScheduler
{
    readonly List<Task> _ready = [];

    public long Steps { get; private set; }

    /// <summary>Runs one task that is ready.</summary>
    /// <returns>Whether there was one.</returns>
    public bool RunOne()
    {
        if (_ready.Count == 0)
            return false;
        var index = random.Next(_ready.Count);
        var task = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        Steps++;
        TryExecuteTask(task);
        return true;
    }

    protected override void QueueTask(Task task) => _ready.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _ready;
}
