using Propolis.Contracts;
using Propolis.Contracts.Results;
using Propolis.Silo.Events;
using Propolis.Silo.Storage;

namespace Propolis.Silo.Hosting;

/// <summary>
/// The shell that all grains share: commit a decision, then publish it. A commit that cannot be published stands; its events wait in the
/// outbox, and the next commit or activation publishes them.
/// </summary>
/// <typeparam name="TState">The grain's record.</typeparam>
/// <param name="ports">What it reaches.</param>
/// <param name="state">Its state.</param>
public abstract class EntityGrain<TState>(GrainPorts ports, IEntityState<TState> state) : IEntityGrain
    where TState : EntityRecord
{
    static readonly TimeSpan RepublishAfter = TimeSpan.FromSeconds(5);

    long _published;

    /// <inheritdoc/>
    public abstract bool IsSettled { get; }

    /// <summary>What it reaches.</summary>
    protected GrainPorts Ports { get; } = ports;

    /// <summary>The state as written; null before the first write.</summary>
    protected TState? State => state.Value;

    /// <summary>Now.</summary>
    protected DateTimeOffset Now => Ports.Time.GetUtcNow();

    /// <inheritdoc/>
    public virtual async Task ActivateAsync()
    {
        if (State is not null)
            await PublishAsync();
    }

    /// <inheritdoc/>
    public virtual async Task TickAsync()
    {
        if (State is { } now && _published < now.Version)
            await PublishAsync();
    }

    /// <summary>What lists show of the state.</summary>
    /// <param name="state">The state.</param>
    protected abstract IndexEntry Describe(TState state);

    /// <summary>Writes a state that differs from the present one, and publishes what is not published yet.</summary>
    /// <param name="next">The state that a rule gave.</param>
    /// <param name="publish">False when another commit follows in the same turn: one publication does for both.</param>
    protected async Task CommitAsync(TState next, bool publish = true)
    {
        if (!ReferenceEquals(next, State) && !next.Equals(State))
        {
            var version = (State?.Version ?? 0) + 1;
            await state.WriteAsync(next with { Version = version, Outbox = Stamp(next.Outbox, version) });
        }
        if (publish && _published < State!.Version)
            await PublishAsync();
    }

    /// <summary>Publishes the state again although it was not written, because what lists show has changed.</summary>
    protected async Task PublishAsync()
    {
        var present = State!;
        try
        {
            await Ports.Projections.PublishAsync(Describe(present), present.Outbox);
            _published = present.Version;
        }
        catch (StoreException e)
        {
            HostLog.NotPublished(Ports.Log, Ports.Key, present.Version, e);
            Ports.Wake(RepublishAfter);
        }
    }

    /// <summary>A refusal because there is no such thing.</summary>
    /// <typeparam name="T">The answer's value.</typeparam>
    /// <param name="noun">What it is.</param>
    protected Reply<T> NotFound<T>(string noun)
        where T : class => Reply<T>.Refuse(RefusalCode.NotFound, $"there is no {noun} {Ports.Key}");

    EquatableList<PendingEvent> Stamp(EquatableList<PendingEvent> outbox, long version)
    {
        var ordinal = 0;
        var kept = new List<PendingEvent>();
        foreach (var one in outbox)
        {
            if (one.Version == 0)
                kept.Add(one with { Version = version, Ordinal = ordinal++, At = Now });
            else if (one.Version > _published)
                kept.Add(one);
        }
        return new(kept);
    }
}
