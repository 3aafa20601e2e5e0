using Propolis.Contracts.Hosting;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>One kind of grain: its interface, and how a host makes one.</summary>
public abstract class GrainKind
{
    /// <summary>The interface that others call.</summary>
    public abstract Type Interface { get; }

    /// <summary>The interface's alias, which names the kind in stores and on the wire.</summary>
    public string Name => GrainNames.Of(Interface);

    /// <summary>What its keys start with.</summary>
    public required string Prefix { get; init; }

    /// <summary>Makes a grain whose state is in a store; the grain works once the state was read.</summary>
    /// <param name="ports">What the grain reaches.</param>
    /// <param name="store">The store.</param>
    /// <param name="failed">Told when a write failed.</param>
    /// <returns>The grain, and what reads its state.</returns>
    public abstract (IEntityGrain Grain, Func<Task> Read) Make(GrainPorts ports, IEntityStore store, Action<Exception> failed);

    /// <summary>Makes a grain whose state is in a store, and reads the state.</summary>
    /// <param name="ports">What the grain reaches.</param>
    /// <param name="store">The store.</param>
    /// <param name="failed">Told when a write failed.</param>
    public async Task<IEntityGrain> MakeAsync(GrainPorts ports, IEntityStore store, Action<Exception> failed)
    {
        var (grain, read) = Make(ports, store, failed);
        await read();
        return grain;
    }
}

/// <summary>One kind of grain, typed.</summary>
/// <typeparam name="TGrain">The interface.</typeparam>
/// <typeparam name="TState">The state.</typeparam>
/// <param name="make">The constructor.</param>
public sealed class GrainKind<TGrain, TState>(Func<GrainPorts, IEntityState<TState>, IEntityGrain> make) : GrainKind
    where TGrain : class
    where TState : EntityRecord
{
    /// <inheritdoc/>
    public override Type Interface => typeof(TGrain);

    /// <summary>Makes a grain over any host's state.</summary>
    /// <param name="ports">What it reaches.</param>
    /// <param name="state">Its state, read.</param>
    public IEntityGrain Make(GrainPorts ports, IEntityState<TState> state) => make(ports, state);

    /// <inheritdoc/>
    public override (IEntityGrain Grain, Func<Task> Read) Make(GrainPorts ports, IEntityStore store, Action<Exception> failed)
    {
        var state = new StoredState<TState>(store, Name, ports.Key, failed);
        return (make(ports, state), state.ReadAsync);
    }
}

/// <summary>A kind of grain that keeps nothing.</summary>
/// <typeparam name="TGrain">The interface.</typeparam>
/// <param name="make">The constructor.</param>
public sealed class StatelessGrainKind<TGrain>(Func<GrainPorts, IEntityGrain> make) : GrainKind
    where TGrain : class
{
    /// <inheritdoc/>
    public override Type Interface => typeof(TGrain);

    /// <summary>Makes a grain in any host.</summary>
    /// <param name="ports">What it reaches.</param>
    public IEntityGrain Make(GrainPorts ports) => make(ports);

    /// <inheritdoc/>
    public override (IEntityGrain Grain, Func<Task> Read) Make(GrainPorts ports, IEntityStore store, Action<Exception> failed) => (make(ports), () => Task.CompletedTask);
}
