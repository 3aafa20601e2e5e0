using Propolis.Contracts.Migrations;
using Propolis.Contracts.Server;
using EnginePhase = Propolis.Vmm.Migration.MigrationPhase;
using EnginePolicy = Propolis.Vmm.Migration.MigrationPolicy;
using EngineProgress = Propolis.Vmm.Migration.MigrationProgress;
using EngineReadiness = Propolis.Vmm.Migration.TargetReadiness;
using EngineStuck = Propolis.Vmm.Migration.StuckPolicy;

namespace Propolis.Server.Migrations;

/// <summary>Translates between the engine's words about migrations and those of the interfaces.</summary>
static class MigrationStateRules
{
    /// <summary>The original's word for a phase. Ours has no pull phase; it has a decision, which falls into the time of the original's <c>Server</c>.</summary>
    public static MigrationState StateOf(EnginePhase phase) => phase switch
    {
        EnginePhase.Preflight => MigrationState.Sync,
        EnginePhase.PreCopy => MigrationState.RamPush,
        EnginePhase.LastPages => MigrationState.RamPushDirty,
        EnginePhase.State => MigrationState.Device,
        EnginePhase.Deciding => MigrationState.Server,
        EnginePhase.Activating => MigrationState.Resume,
        EnginePhase.Moved => MigrationState.Finish,
        _ => MigrationState.Error,
    };

    /// <summary>The figures.</summary>
    public static MigrationProgress Of(EngineProgress progress) => new()
    {
        Step = WordOf(progress.Phase),
        Pass = progress.Pass,
        BytesSent = progress.WireBytes,
        BytesRemaining = progress.RemainingBytes,
        BytesPerSecond = (long)progress.BytesPerSecond,
        DirtyPagesPerSecond = (long)progress.DirtyPagesPerSecond,
        // Before the first pass nothing is known of it.
        ProjectedDowntimeMs = progress.ProjectedDowntime == TimeSpan.MaxValue ? 0 : (long)progress.ProjectedDowntime.TotalMilliseconds,
        ThrottlePercent = progress.ThrottlePercent,
        DowntimeMs = Milliseconds(progress.Downtime),
        TotalMs = Milliseconds(progress.Total),
        Note = progress.Note,
    };

    /// <summary>How the engine copies.</summary>
    public static EnginePolicy Of(MigrationPolicy policy) => new()
    {
        DowntimeBudget = TimeSpan.FromMilliseconds(policy.DowntimeBudgetMs),
        MaxPasses = policy.MaxPasses,
        WhenStuck = policy.WhenStuck == StuckPolicy.Refuse ? EngineStuck.Refuse : EngineStuck.BestEffort,
        MaxBytesPerSecond = policy.MaxBytesPerSecond,
        Compress = policy.Compress,
    };

    /// <summary>What a side knows of the target.</summary>
    public static TargetReadiness Of(EngineReadiness readiness) => readiness switch
    {
        EngineReadiness.Ready => TargetReadiness.Ready,
        EngineReadiness.Refused => TargetReadiness.Refused,
        _ => TargetReadiness.Unknown,
    };

    // Rounded up: a guest that stood still did so for more than nothing.
    static long? Milliseconds(TimeSpan? time) => time is { } span ? (long)Math.Ceiling(span.TotalMilliseconds) : null;

    static string WordOf(EnginePhase phase) => phase switch
    {
        EnginePhase.PreCopy => "pre-copy",
        EnginePhase.LastPages => "last-pages",
        _ => phase.ToString().ToLowerInvariant(),
    };
}
