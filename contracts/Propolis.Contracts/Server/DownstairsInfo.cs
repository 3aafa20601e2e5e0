namespace Propolis.Contracts.Server;

/// <summary>One server of a region set.</summary>
[GenerateSerializer, Immutable, Alias("propolis.server.DownstairsInfo")]
public sealed record DownstairsInfo
{
    /// <summary>Its region.</summary>
    [Id(0)] public Guid? RegionId { get; init; }

    /// <summary>Where it serves, <c>ip:port</c>.</summary>
    [Id(1)] public string? TargetAddr { get; init; }

    /// <summary>Where it repairs from, <c>ip:port</c>.</summary>
    [Id(2)] public string? RepairAddr { get; init; }

    /// <summary>What the client knows of it.</summary>
    [Id(3)] public required DownstairsInfoStatus State { get; init; }
}
