namespace Propolis.Silo.Storage;

/// <summary>Wakes readers of the event feed in this process. Another silo's events do not raise it: readers look now and then, too.</summary>
public sealed class EventSignal
{
    TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends at the next <see cref="Raise"/>; taken before looking, so that none is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>There are new events.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
