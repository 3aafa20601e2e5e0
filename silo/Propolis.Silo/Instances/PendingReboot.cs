namespace Propolis.Silo.Instances;

/// <summary>A reboot that its agent has not confirmed yet.</summary>
public sealed record PendingReboot
{
    /// <summary>The operation, by which the agent knows repetitions.</summary>
    public required string OperationId { get; init; }

    /// <summary>The VMM that is meant.</summary>
    public required long Incarnation { get; init; }

    /// <summary>When it is given up.</summary>
    public required DateTimeOffset Deadline { get; init; }
}
