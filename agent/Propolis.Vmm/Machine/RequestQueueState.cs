namespace Propolis.Vmm.Machine;

/// <summary>All that a decision on a request depends on: the phase and what has been promised already.</summary>
public readonly record struct RequestQueueState
{
    /// <summary>Phase of the machine.</summary>
    public RequestQueuePhase Phase { get; init; }

    /// <summary>A migration to another host is queued or under way.</summary>
    public bool AwaitingMigrationOut { get; init; }

    /// <summary>A reset is queued or under way.</summary>
    public bool AwaitingReboot { get; init; }

    /// <summary>A stop is queued or under way.</summary>
    public bool AwaitingStop { get; init; }

    /// <summary>The power button was pressed and the guest's time is running.</summary>
    public bool AwaitingGracefulStop { get; init; }
}
