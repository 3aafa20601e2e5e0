namespace Propolis.Vmm.Machine;

/// <summary>What the request queue knows of the machine's life.</summary>
public enum RequestQueuePhase
{
    /// <summary>Nobody asked for a start.</summary>
    NotStarted,

    /// <summary>A start is queued or under way.</summary>
    StartPending,

    /// <summary>The guest runs.</summary>
    Running,

    /// <summary>It left for another host.</summary>
    MigratedOut,

    /// <summary>It is switched off.</summary>
    Stopped,

    /// <summary>It has failed.</summary>
    Failed,
}
