using Propolis.Contracts.Ids;

namespace Propolis.Contracts.Agents;

/// <summary>One VMM as its agent sees it.</summary>
[GenerateSerializer, Immutable, Alias("propolis.agents.VmmStatus")]
public sealed record VmmStatus
{
    /// <summary>Whose.</summary>
    [Id(0)] public required InstanceId Instance { get; init; }

    /// <summary>Which.</summary>
    [Id(1)] public required long Incarnation { get; init; }

    /// <summary>What it does.</summary>
    [Id(2)] public required VmmState State { get; init; }

    /// <summary>Rises with everything an agent says: <c>epoch &lt;&lt; 32 | counter</c>. A lower one than already heard is old news.</summary>
    [Id(3)] public required long Sequence { get; init; }

    /// <summary>Why it ended.</summary>
    [Id(4)] public string? Reason { get; init; }

    /// <summary>Where its propolis-server listens, <c>ip:port</c>.</summary>
    [Id(5)] public string? ServerAddress { get; init; }

    /// <summary>The sled that says so; agents always fill it in.</summary>
    [Id(6)] public SledId? Sled { get; init; }

    /// <summary>Where a target waits for its source, <c>ip:port</c> as seen from other sleds; absent when it does not wait.</summary>
    [Id(7)] public string? MigrationAddress { get; init; }
}
