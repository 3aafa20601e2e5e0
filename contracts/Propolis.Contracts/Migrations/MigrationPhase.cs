using System.Text.Json.Serialization;
using Propolis.Contracts.Serialization;

namespace Propolis.Contracts.Migrations;

/// <summary>Where a migration is. It ends in one of the last three, whatever breaks.</summary>
[GenerateSerializer, Alias("propolis.migrations.MigrationPhase")]
[JsonConverter(typeof(SnakeCaseEnumConverter<MigrationPhase>))]
public enum MigrationPhase
{
    /// <summary>Waiting for its turn: only so many run at once, on a sled and in the cluster.</summary>
    Queued = 0,

    /// <summary>A target is chosen, room is taken, volumes are checked out and the target VMM is made; nothing moves yet.</summary>
    Preparing = 1,

    /// <summary>The source sends; the guest runs on it, or is paused and waits for the decision.</summary>
    Copying = 2,

    /// <summary>Decided: the guest moves. The target runs it, the source is removed.</summary>
    Committed = 3,

    /// <summary>Decided: the guest stays. The target is removed, the source runs on.</summary>
    Aborting = 4,

    /// <summary>The guest runs on the target. Final.</summary>
    Completed = 5,

    /// <summary>The guest stayed, as somebody wanted. Final.</summary>
    Aborted = 6,

    /// <summary>The guest stayed, because something did not work; the reason says what. Final.</summary>
    Failed = 7,
}
