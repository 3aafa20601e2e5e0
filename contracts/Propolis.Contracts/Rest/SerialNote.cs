using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;

namespace Propolis.Contracts.Rest;

/// <summary>A text frame of <c>GET /v1/instances/{id}/serial</c>, beside the guest's bytes in binary frames: where the bytes that follow come from, or why there are none.</summary>
public sealed record SerialNote
{
    /// <summary>The VMM that the console is joined to now; absent while there is none.</summary>
    public long? Incarnation { get; init; }

    /// <summary>Its sled.</summary>
    public SledId? Sled { get; init; }

    /// <summary>The offset, since the guest's start, of the next byte; absent when it is not known.</summary>
    public long? Offset { get; init; }

    /// <summary>What the instance is, while there is no console to join.</summary>
    public InstancePhase? Phase { get; init; }

    /// <summary>More about it.</summary>
    public string? Reason { get; init; }
}
