using Propolis.Contracts.Results;

namespace Propolis.Silo.Hosting;

/// <summary>What a rule gives: the next state, or why there is none.</summary>
/// <typeparam name="TState">The state.</typeparam>
public sealed record Decision<TState>
    where TState : class
{
    /// <summary>The next state; the same as before when nothing changes.</summary>
    public TState? State { get; init; }

    /// <summary>Why not.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>A next state.</summary>
    /// <param name="state">The state.</param>
    public static implicit operator Decision<TState>(TState state) => new() { State = state };

    /// <summary>No next state.</summary>
    /// <param name="refusal">Why.</param>
    public static implicit operator Decision<TState>(Refusal refusal) => new() { Refusal = refusal };
}
