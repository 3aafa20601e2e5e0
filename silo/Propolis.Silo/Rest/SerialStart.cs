using Propolis.Contracts.Results;

namespace Propolis.Silo.Rest;

/// <summary>Where a reader of a serial console starts, as propolis-server says it: an offset since the guest's start, or so many bytes back. The present when both are absent.</summary>
/// <param name="FromStart">The offset.</param>
/// <param name="MostRecent">Bytes back.</param>
public sealed record SerialStart(long? FromStart, long? MostRecent)
{
    /// <summary>From what comes next.</summary>
    public static SerialStart Now { get; } = new(null, 0);

    /// <summary>The query string that says it, with its question mark.</summary>
    public string Query => this switch
    {
        { FromStart: { } offset } => $"?from_start={offset}",
        { MostRecent: { } count } => $"?most_recent={count}",
        _ => "",
    };

    /// <summary>A start that was checked.</summary>
    /// <param name="fromStart">The offset.</param>
    /// <param name="mostRecent">Bytes back.</param>
    /// <exception cref="RefusedException">It is none.</exception>
    public static SerialStart Read(long? fromStart, long? mostRecent) => (fromStart, mostRecent) switch
    {
        ({ }, { }) => throw new RefusedException(RefusalCode.Invalid, "from_start and most_recent exclude each other"),
        ( < 0, _) or (_, < 0) => throw new RefusedException(RefusalCode.Invalid, "from_start and most_recent must not be negative"),
        _ => new(fromStart, mostRecent),
    };
}
