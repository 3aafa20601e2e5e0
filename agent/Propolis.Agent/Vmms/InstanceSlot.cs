using System.Collections.Concurrent;
using Propolis.Agent.Storage;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Agent.Vmms;

/// <summary>One instance on this sled: what is remembered of it, its VMMs, and whose turn it is.</summary>
/// <param name="instance">The instance.</param>
/// <param name="store">The agent's disk.</param>
sealed class InstanceSlot(InstanceId instance, VmmStore store)
{
    readonly SemaphoreSlim _turn = new(1);

    /// <summary>What is remembered, as on disk.</summary>
    public IncarnationMemory Memory { get; private set; } = store.Memory(instance);

    /// <summary>Its VMMs by incarnation; read at any time, changed in turn.</summary>
    public ConcurrentDictionary<long, Vmm> Vmms { get; } = [];

    /// <summary>Waits for its turn; disposing ends it.</summary>
    public async Task<IDisposable> EnterAsync()
    {
        await _turn.WaitAsync();
        return new Turn(_turn);
    }

    /// <summary>Remembers; returns when it is on disk. Only in turn.</summary>
    public void Remember(IncarnationMemory memory)
    {
        if (memory == Memory)
            return;
        store.SaveMemory(instance, memory);
        Memory = memory;
    }

    sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
