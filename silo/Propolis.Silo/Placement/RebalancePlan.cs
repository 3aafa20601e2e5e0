using Propolis.Contracts;
using Propolis.Contracts.Ids;

namespace Propolis.Silo.Placement;

/// <summary>What a rebalancer would do; nothing is done.</summary>
public sealed record RebalancePlan
{
    /// <summary>The fullest sled's load less the emptiest's, percent, as it is.</summary>
    public required int SpreadBefore { get; init; }

    /// <summary>The same after the moves.</summary>
    public required int SpreadAfter { get; init; }

    /// <summary>The moves, in order.</summary>
    public required EquatableList<RebalanceMove> Moves { get; init; }
}

/// <summary>One move of a plan.</summary>
public sealed record RebalanceMove
{
    /// <summary>Whose.</summary>
    public required InstanceId Instance { get; init; }

    /// <summary>From where.</summary>
    public required SledId From { get; init; }

    /// <summary>To where.</summary>
    public required SledId To { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}
