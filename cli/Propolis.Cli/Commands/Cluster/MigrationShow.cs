using Propolis.Cli.Cluster;
using Propolis.Cli.Output;
using Propolis.Contracts.Migrations;

namespace Propolis.Cli.Commands.Cluster;

/// <summary>A migration for people.</summary>
static class MigrationShow
{
    /// <summary>Writes it, or its JSON.</summary>
    public static Task WriteAsync(CommandContext context, MigrationView one) => context.Output.ValueAsync(one, to => TextTable.WritePairs(to,
        ("id", one.Id.Value),
        ("instance", one.Instance.Value),
        ("phase", Words.Of(one.Phase)),
        ("reason", one.Reason),
        ("from", one.Source is { } source ? $"{source}, incarnation {one.SourceIncarnation}" : null),
        ("to", one.Target is { } target ? $"{target}, incarnation {one.TargetIncarnation}" : null),
        ("step", one.Progress is { Step.Length: > 0 } progress ? $"{progress.Step}, pass {progress.Pass}" : null),
        ("sent", one.Progress is { } sent ? $"{sent.BytesSent >> 20} MiB, {sent.BytesRemaining >> 20} MiB to go, {sent.BytesPerSecond >> 20} MiB/s" : null),
        ("downtime", Downtime(one)),
        ("copying", one.Progress?.TotalMs is { } total ? Durations.Show(TimeSpan.FromMilliseconds(total)) : null),
        ("asked by", one.Actor),
        ("created", $"{one.CreatedAt:u}"),
        ("ended", one.EndedAt is { } ended ? $"{ended:u}, after {Durations.Show(ended - one.CreatedAt)}" : null)));

    // What was measured, or what is expected while nothing is decided; a guest that stayed had none.
    static string? Downtime(MigrationView one) => one switch
    {
        { Progress.DowntimeMs: { } ms } => $"{ms} ms, measured",
        { Phase: MigrationPhase.Completed } => "not known: nobody heard the guest run",
        { Phase: MigrationPhase.Copying, Progress.ProjectedDowntimeMs: > 0 and var ms } => $"{ms} ms if it were now",
        _ => null,
    };
}
