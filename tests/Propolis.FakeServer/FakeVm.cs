using Propolis.Contracts.Server;

namespace Propolis.FakeServer;

/// <summary>A VM that only has states: published with rising generations, and waited for as in the real server.</summary>
sealed class FakeVm
{
    readonly Lock _lock = new();
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ulong _generation;

    /// <summary>What it is called; null while there is none.</summary>
    public InstanceProperties? Properties { get; private set; }

    /// <summary>What it was made of.</summary>
    public InstanceEnsureRequest? Request { get; private set; }

    /// <summary>What it does.</summary>
    public InstanceState State { get; private set; }

    /// <summary>How often it was reset.</summary>
    public int Resets { get; private set; }

    /// <summary>Makes it.</summary>
    public void Make(InstanceEnsureRequest request)
    {
        (Request, Properties) = (request, request.Properties);
        Publish(InstanceState.Creating);
    }

    /// <summary>Carries out a request for a state.</summary>
    public void Ask(InstanceStateRequested requested)
    {
        InstanceState[] states = requested switch
        {
            InstanceStateRequested.Run => [InstanceState.Starting, InstanceState.Running],
            InstanceStateRequested.Reboot => [InstanceState.Rebooting, InstanceState.Running],
            _ => [InstanceState.Stopping, InstanceState.Stopped, InstanceState.Destroyed],
        };
        if (requested == InstanceStateRequested.Reboot)
            Resets++;
        foreach (var state in states)
            Publish(state);
    }

    /// <summary>Publishes a state.</summary>
    public void Publish(InstanceState state)
    {
        lock (_lock)
        {
            State = state;
            _generation++;
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits for a generation.</summary>
    public async Task<InstanceStateMonitorResponse> WaitAsync(ulong generation, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_generation >= generation)
                    return new InstanceStateMonitorResponse { Gen = _generation, State = State, Migration = new InstanceMigrateStatusResponse() };
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }
}
