using System.Text.Json.Serialization;

namespace Propolis.Contracts.Instances;

/// <summary>Whether and how often an instance starts again by itself.</summary>
[GenerateSerializer, Immutable, Alias("propolis.instances.RestartPolicy")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RestartPolicy
{
    /// <summary>When.</summary>
    [Id(0)] public required RestartMode Mode { get; init; }

    /// <summary>Wait at least this long between starts.</summary>
    [Id(1)] public int CooldownSeconds { get; init; } = 10;

    /// <summary>Starts by itself within the window, at most.</summary>
    [Id(2)] public int MaxRestarts { get; init; } = 5;

    /// <summary>The window in which restarts count.</summary>
    [Id(3)] public int WindowSeconds { get; init; } = 600;
}
