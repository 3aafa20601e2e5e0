using System.Diagnostics;

namespace Propolis.Silo.Hosting;

/// <summary>
/// Carries the caller's trace into a grain's turns, which run on the context of whoever came first, and from a command into the steps that follow from it, so that what an agent
/// is asked shows in the trace of the user's command. The context goes on even where nobody collects traces.
/// </summary>
static class CallTrace
{
    const string Name = "grain turn";

    static readonly ActivitySource Source = new("Propolis.Silo");

    /// <summary>The caller's context; nothing when it has none.</summary>
    public static ActivityContext Here => Activity.Current?.Context ?? default;

    /// <summary>Begins a piece of work that follows from a cause; null when the cause is nothing.</summary>
    /// <param name="key">The grain that does it.</param>
    /// <param name="cause">What it follows from.</param>
    public static Activity? Begin(string key, ActivityContext cause)
    {
        if (cause == default)
        {
            Activity.Current = null;
            return null;
        }
        var activity = Source.StartActivity(Name, ActivityKind.Internal, cause) ?? new Activity(Name).SetParentId(cause.TraceId, cause.SpanId, cause.TraceFlags).Start();
        return activity.SetTag("grain.key", key);
    }
}
