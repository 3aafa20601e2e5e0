using System.Net;
using Propolis.Server.Rest;
using Propolis.Vmm.Serial;

namespace Propolis.Server.Serial;

/// <summary>Which byte of a serial port's history a client means.</summary>
static class SerialOffsetRules
{
    /// <summary>
    /// The position: <paramref name="fromStart"/> counts from the first byte ever sent, <paramref name="mostRecent"/> back from the last; neither means <paramref name="otherwise"/> back from the last. Throws
    /// <see cref="ServerException"/> (400) for both, and for bytes that are no longer kept.
    /// </summary>
    public static long Resolve(ulong? fromStart, ulong? mostRecent, ulong otherwise, SerialBacklog output)
    {
        if (fromStart is not null && mostRecent is not null) throw Wrong("from_start and most_recent exclude each other.");
        var (firstEnd, start, end) = (output.FirstEnd, output.Start, output.End);
        if (fromStart is not { } offset) return end - (long)Math.Min((ulong)end, mostRecent ?? otherwise);
        if (offset > (ulong)end) return end;
        if ((long)offset < firstEnd || (long)offset >= start) return (long)offset;
        throw Wrong($"Byte {offset} is no longer kept: the first {firstEnd} bytes are, and those from {start} on.");
    }

    static ServerException Wrong(string message) => new(HttpStatusCode.BadRequest, message);
}
