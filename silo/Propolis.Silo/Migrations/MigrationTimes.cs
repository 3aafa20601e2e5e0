namespace Propolis.Silo.Migrations;

/// <summary>How long each phase of a migration may take, and who ends it: the migration itself, by an abort, until it has decided.</summary>
public static class MigrationTimes
{
    /// <summary>For a turn to come.</summary>
    public static readonly TimeSpan Queue = TimeSpan.FromHours(1);

    /// <summary>For the target to wait for its source.</summary>
    public static readonly TimeSpan Prepare = TimeSpan.FromMinutes(4);

    /// <summary>For the whole copying.</summary>
    public static readonly TimeSpan Copy = TimeSpan.FromMinutes(30);

    /// <summary>For the figures to move.</summary>
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    /// <summary>For the target to say that it is ready, once the source stands still.</summary>
    public static readonly TimeSpan Decide = TimeSpan.FromSeconds(20);

    /// <summary>For the source's agent to hear that it need not send any more; it finds out by itself, too.</summary>
    public static readonly TimeSpan StopSending = TimeSpan.FromSeconds(30);

    /// <summary>For a guest that moves to be heard of at its target. Only figures wait for it: the decision is taken.</summary>
    public static readonly TimeSpan Arrive = TimeSpan.FromSeconds(60);

    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
}
