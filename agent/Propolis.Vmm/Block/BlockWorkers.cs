namespace Propolis.Vmm.Block;

/// <summary>
/// Threads that carry requests out where carrying out means waiting for the host: the submitter (a device's I/O thread) never waits. A request goes straight to an idle
/// thread, the one that became idle last, which sleeps on a semaphore of its own: nobody is woken to find nothing, and nobody wakes into a lock that the submitter holds.
/// What comes while all are busy is queued; the queue is as long as front ends have requests in flight, and reuses its space.
/// </summary>
public sealed class BlockWorkers : IDisposable
{
    const int UsualDepth = 1024;

    readonly Lock _gate = new();
    readonly Queue<BlockRequest> _queue = new(UsualDepth);
    readonly Stack<Worker> _idle;
    readonly Func<BlockRequest, BlockStatus> _carryOut;
    readonly Worker[] _workers;
    bool _isStopping;

    /// <summary>Starts <paramref name="count"/> threads named after <paramref name="name"/>; each calls <paramref name="carryOut"/>, which must not throw.</summary>
    public BlockWorkers(string name, int count, Func<BlockRequest, BlockStatus> carryOut)
    {
        _carryOut = carryOut;
        _idle = new Stack<Worker>(count);
        _workers = new Worker[count];
        for (var i = 0; i < count; i++) _workers[i] = new Worker(this, $"{name}-{i}");
        foreach (var worker in _workers) worker.Start();
    }

    /// <summary>Has a request carried out. Not after <see cref="Dispose"/>.</summary>
    public void Submit(BlockRequest request)
    {
        Worker? worker;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            if (!_idle.TryPop(out worker)) _queue.Enqueue(request);
        }
        worker?.Give(request);
    }

    /// <summary>Ends the threads once everything submitted has been carried out.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            while (_idle.TryPop(out var worker)) worker.Give(null);
        }
        foreach (var worker in _workers) worker.Join();
    }

    /// <summary>What a thread does next; null after it was put among the idle ones, or with <paramref name="isDone"/> when all is over.</summary>
    BlockRequest? Next(Worker worker, out bool isDone)
    {
        lock (_gate)
        {
            isDone = false;
            if (_queue.TryDequeue(out var request)) return request;
            isDone = _isStopping;
            if (!isDone) _idle.Push(worker);
            return null;
        }
    }

    sealed class Worker
    {
        readonly BlockWorkers _owner;
        readonly SemaphoreSlim _given = new(0);
        readonly Thread _thread;
        BlockRequest? _request;

        public Worker(BlockWorkers owner, string name)
        {
            _owner = owner;
            _thread = new Thread(Work) { Name = name, IsBackground = true };
        }

        public void Start() => _thread.Start();

        public void Join()
        {
            if (Thread.CurrentThread != _thread) _thread.Join();
        }

        /// <summary>Wakes the thread, which is idle, with a request, or with null to end.</summary>
        public void Give(BlockRequest? request)
        {
            _request = request;
            _given.Release();
        }

        void Work()
        {
            while (true)
            {
                var request = _owner.Next(this, out var isDone);
                if (isDone) return;
                if (request is null)
                {
                    _given.Wait();
                    request = _request;
                    if (request is null) return;
                }
                request.Complete(_owner._carryOut(request));
            }
        }
    }
}
