using System.Net;
using Propolis.Contracts.Server;
using Propolis.Server.Rest;

namespace Propolis.Server.Instances;

/// <summary>
/// What the state monitor tells: the newest state with the newest migrations under a generation that rises by one with every publication, from 1. Readers may miss states in between,
/// never the last. Closed when the VM is over: who then waits for more learns that there will be none.
/// </summary>
sealed class InstanceStateFeed
{
    readonly Lock _gate = new();
    TaskCompletionSource _changed = NewSignal();
    InstanceStateMonitorResponse _current;
    bool _closed;

    /// <summary>Publishes generation 1.</summary>
    public InstanceStateFeed(InstanceState first) => _current = new InstanceStateMonitorResponse { Gen = 1, State = first, Migration = new InstanceMigrateStatusResponse() };

    /// <summary>The newest.</summary>
    public InstanceStateMonitorResponse Current
    {
        get { lock (_gate) return _current; }
    }

    /// <summary>Publishes a state; the same again publishes nothing.</summary>
    public void Publish(InstanceState state) => Change(current => current with { State = state });

    /// <summary>Publishes a change of migrations; none publishes nothing.</summary>
    public void Publish(Func<InstanceMigrateStatusResponse, InstanceMigrateStatusResponse> change) => Change(current => current with { Migration = change(current.Migration) });

    /// <summary>Says that nothing follows.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _changed.TrySetResult();
        }
    }

    /// <summary>Ends as soon as the generation is at least <paramref name="generation"/>. Throws <see cref="ServerException"/> (410) when it never will be.</summary>
    public async Task<InstanceStateMonitorResponse> WaitAsync(ulong generation, CancellationToken stop)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_current.Gen >= generation) return _current;
                if (_closed) throw new ServerException(HttpStatusCode.Gone, $"The VM is over with generation {_current.Gen}: {generation} will not come.");
                changed = _changed.Task;
            }
            await changed.WaitAsync(stop);
        }
    }

    void Change(Func<InstanceStateMonitorResponse, InstanceStateMonitorResponse> change)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            var next = change(_current);
            if (_closed || next == _current) return;
            _current = next with { Gen = _current.Gen + 1 };
            (waiting, _changed) = (_changed, NewSignal());
        }
        waiting.TrySetResult();
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
