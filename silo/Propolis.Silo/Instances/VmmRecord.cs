using Propolis.Contracts;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;
using Propolis.Contracts.Instances;

namespace Propolis.Silo.Instances;

/// <summary>One VMM of an instance.</summary>
public sealed record VmmRecord
{
    /// <summary>Its number; each is used once.</summary>
    public required long Incarnation { get; init; }

    /// <summary>How far it is.</summary>
    public required VmmStep Step { get; init; }

    /// <summary>When the step is overdue.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Where it is.</summary>
    public SledId? Sled { get; init; }

    /// <summary>Its volumes.</summary>
    public EquatableList<DiskTicket> Tickets { get; init; } = [];

    /// <summary>Sleds that refused it.</summary>
    public EquatableList<WhyNot> Refused { get; init; } = [];

    /// <summary>What its agent last said.</summary>
    public VmmState? Observed { get; init; }

    /// <summary>The number of what its agent last said.</summary>
    public long Sequence { get; init; }

    /// <summary>Where its propolis-server listens.</summary>
    public string? ServerAddress { get; init; }

    /// <summary>When its propolis-server last answered for a guest whose sled's agent is silent.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>Where it waits for its source.</summary>
    public string? MigrationAddress { get; init; }

    /// <summary>The VMM that its guest was started by, when it was taken over by live migration; absent for its own.</summary>
    public long? GuestSince { get; init; }

    /// <summary>Why it ends.</summary>
    public VmmEnd End { get; init; }

    /// <summary>The end in words.</summary>
    public string? EndReason { get; init; }
}
