using Propolis.Vmm.State;

namespace Propolis.Vmm.Machine;

/// <summary>
/// The parts of a machine by name, in the order in which they are started. What has a life (<see cref="ILifecycle"/>) hears of the machine's; what has state
/// (<see cref="ISnapshot"/>) is exported and imported. Parts are added while the machine is built and never afterwards.
/// </summary>
public sealed class MachineParts
{
    readonly List<(string Name, object Part)> _all = [];

    /// <summary>State of all parts.</summary>
    public StateRegistry States { get; } = new();

    /// <summary>Adds a part under a name that is unique in the machine.</summary>
    public T Add<T>(string name, T part) where T : class
    {
        if (_all.Any(p => p.Name == name)) throw new ArgumentException($"Two parts are called '{name}'.", nameof(name));
        _all.Add((name, part));
        if (part is ISnapshot state) States.Add(name, state);
        return part;
    }

    /// <summary>Starts each in order.</summary>
    public void Start() => Each(part => part.Start());

    /// <summary>Pauses all at once and waits for the last. Throws <see cref="MachineException"/> naming those that do not get there in time.</summary>
    public async Task PauseAsync(TimeSpan limit, TimeProvider clock)
    {
        var pauses = _all.Where(p => p.Part is ILifecycle).Select(p => (p.Name, Task: ((ILifecycle)p.Part).PauseAsync())).ToArray();
        try
        {
            await Task.WhenAll(pauses.Select(p => p.Task)).WaitAsync(limit, clock);
        }
        catch (TimeoutException)
        {
            var late = string.Join(", ", pauses.Where(p => !p.Task.IsCompleted).Select(p => p.Name));
            throw new MachineException($"Requests of {late} are still in flight after {limit.TotalSeconds:0} s.");
        }
    }

    /// <summary>Resumes each in order.</summary>
    public void Resume() => Each(part => part.Resume());

    /// <summary>Resets each in order.</summary>
    public void Reset() => Each(part => part.Reset());

    /// <summary>Halts each in the reverse order.</summary>
    public void Halt()
    {
        for (var i = _all.Count - 1; i >= 0; i--) (_all[i].Part as ILifecycle)?.Halt();
    }

    void Each(Action<ILifecycle> act)
    {
        foreach (var (_, part) in _all)
        {
            if (part is ILifecycle lifecycle) act(lifecycle);
        }
    }
}
