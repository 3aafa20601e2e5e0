namespace Propolis.Vmm.Block;

/// <summary>
/// Threads that carry requests out where carrying out means waiting for the host: the submitter (a device's I/O thread) never waits. The queue is as long as front ends
/// have requests in flight, so it needs no bound of its own, and reuses its space.
/// </summary>
public sealed class BlockWorkers : IDisposable
{
    readonly object _gate = new();
    readonly Queue<BlockRequest> _queue = new(256);
    readonly Func<BlockRequest, BlockStatus> _carryOut;
    readonly Thread[] _threads;
    int _idle;
    bool _stopping;

    /// <summary>Starts <paramref name="count"/> threads named after <paramref name="name"/>; each calls <paramref name="carryOut"/>, which must not throw.</summary>
    public BlockWorkers(string name, int count, Func<BlockRequest, BlockStatus> carryOut)
    {
        _carryOut = carryOut;
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Work) { Name = $"{name}-{i}", IsBackground = true };
            _threads[i].Start();
        }
    }

    /// <summary>Queues a request.</summary>
    public void Submit(BlockRequest request)
    {
        lock (_gate)
        {
            _queue.Enqueue(request);
            if (_idle > 0) Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends the threads once the queue is empty.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
        foreach (var thread in _threads) thread.Join();
    }

    void Work()
    {
        while (Take() is { } request) request.Complete(_carryOut(request));
    }

    BlockRequest? Take()
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_stopping) return null;
                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }
            return _queue.Dequeue();
        }
    }
}
