using Propolis.Agent.Processes;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Ids;

namespace Propolis.Agent.Vmms;

/// <summary>What the agent keeps on disk of one VMM, so that it can be adopted after a restart. Replaced, never changed.</summary>
sealed record VmmRecord
{
    /// <summary>Whose.</summary>
    public required InstanceId Instance { get; init; }

    /// <summary>Which.</summary>
    public required long Incarnation { get; init; }

    /// <summary>What was asked for.</summary>
    public required VmmEnsureRequest Request { get; init; }

    /// <summary>The port of its propolis-server, once chosen.</summary>
    public int Port { get; init; }

    /// <summary>Its process, once started. A start without it is looked for by its environment.</summary>
    public ProcessIdentity? Process { get; init; }

    /// <summary>What it was last seen to do.</summary>
    public VmmState State { get; init; } = VmmState.Creating;

    /// <summary>Why it ended.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether it was asked to stop.</summary>
    public bool StopRequested { get; init; }

    /// <summary>The operation id of its last reboot.</summary>
    public string? LastReboot { get; init; }

    /// <summary>The port on which a migration's target waits for its source; 0 for others.</summary>
    public int MigrationPort { get; init; }

    /// <summary>Where a migration's target waits, once it does.</summary>
    public string? MigrationAddress { get; init; }

    /// <summary>The order to send its guest, while that goes on.</summary>
    public VmmMigrateRequest? Sending { get; init; }

    /// <summary>Its name among all.</summary>
    public VmmKey Key() => new(Instance, Incarnation);
}
