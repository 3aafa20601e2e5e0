namespace Propolis.Contracts.Rest;

/// <summary>Headers of the silo's REST interface.</summary>
public static class RestHeaders
{
    /// <summary>
    /// Names an operation, 1 to 64 printable characters: a request that is sent again with the same key and body is carried out once and
    /// gets the same answer; with another body it is refused (422). Without it each request is an operation of its own.
    /// </summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Who asks, 1 to 64 printable characters, for events and histories; <c>api</c> when absent. It is believed: whoever authenticates users in front of the silo sets it.</summary>
    public const string Actor = "X-Actor";

    /// <summary>The last event that a reader of the stream has; the browser's own header.</summary>
    public const string LastEventId = "Last-Event-ID";
}
