namespace Propolis.Vmm.Machine;

/// <summary>
/// The latest published status and a way to wait for a newer one. Readers may miss states in between, never the last (the watch semantics of the state monitor, facts:
/// propolis.md section 4).
/// </summary>
public sealed class MachineStatusFeed
{
    readonly Lock _gate = new();
    TaskCompletionSource _changed = NewSignal();
    MachineStatus _current = new(1, MachineState.Creating);

    /// <summary>The newest status.</summary>
    public MachineStatus Current
    {
        get { lock (_gate) return _current; }
    }

    /// <summary>Publishes a state; the same state again publishes nothing.</summary>
    public void Publish(MachineState state)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            if (_current.State == state) return;
            _current = new MachineStatus(_current.Generation + 1, state);
            (waiting, _changed) = (_changed, NewSignal());
        }
        waiting.SetResult();
    }

    /// <summary>Ends as soon as the generation is at least <paramref name="generation"/>.</summary>
    public async Task<MachineStatus> WaitAsync(ulong generation, CancellationToken cancellation = default)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_current.Generation >= generation) return _current;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>Ends when the state is <paramref name="state"/>.</summary>
    public async Task<MachineStatus> WaitForAsync(MachineState state, CancellationToken cancellation = default)
    {
        var seen = Current;
        while (seen.State != state) seen = await WaitAsync(seen.Generation + 1, cancellation);
        return seen;
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
