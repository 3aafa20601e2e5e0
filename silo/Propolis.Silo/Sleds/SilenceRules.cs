namespace Propolis.Silo.Sleds;

/// <summary>When a sled is unreachable. It says nothing about its guests.</summary>
public static class SilenceRules
{
    /// <summary>
    /// Since when to count silence: the last word of the sled, the start of listening, or the moment when the listener itself had slept, whichever is latest.
    /// </summary>
    /// <param name="listeningSince">Since when silence counts so far.</param>
    /// <param name="lastLook">When the listener last looked.</param>
    /// <param name="now">The time.</param>
    /// <param name="every">How often it looks.</param>
    public static DateTimeOffset ListeningSince(DateTimeOffset listeningSince, DateTimeOffset lastLook, DateTimeOffset now, TimeSpan every) =>
        now - lastLook > every * 3 ? now : listeningSince;

    /// <summary>Whether a sled is unreachable.</summary>
    /// <param name="lastHeard">Its last word.</param>
    /// <param name="listeningSince">Since when silence counts.</param>
    /// <param name="now">The time.</param>
    /// <param name="limit">The longest silence of a sled that lives.</param>
    public static bool IsUnreachable(DateTimeOffset? lastHeard, DateTimeOffset listeningSince, DateTimeOffset now, TimeSpan limit) =>
        now - (lastHeard is { } heard && heard > listeningSince ? heard : listeningSince) > limit;
}
