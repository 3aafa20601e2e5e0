using Propolis.Silo.Hosting;

namespace Propolis.Silo.Events;

/// <summary>Adds events to records.</summary>
public static class Saying
{
    /// <summary>The record with one more event; its number and time come with the commit.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="state">The record.</param>
    /// <param name="type">What happened.</param>
    /// <param name="actor">Who caused it.</param>
    /// <param name="reason">Why.</param>
    public static T Say<T>(this T state, string type, string actor, string? reason = null)
        where T : EntityRecord => (T)(state with { Outbox = state.Outbox.Add(new() { Type = type, Actor = actor, Reason = reason }) });
}
