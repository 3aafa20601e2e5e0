using Propolis.Contracts.Migrations;

namespace Propolis.Cli.Cluster;

/// <summary>Waits until a migration is over, and tells each change of phase or pass on the way.</summary>
sealed class MigrationWait(SiloClient client, TimeProvider time, TextWriter remarks)
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);

    /// <summary>Whether nothing comes after a phase.</summary>
    public static bool IsOver(MigrationPhase phase) => phase is MigrationPhase.Completed or MigrationPhase.Aborted or MigrationPhase.Failed;

    /// <summary>Waits; a guest that stayed is an error that says why.</summary>
    public async Task<MigrationView> EndAsync(MigrationView migration, TimeSpan limit, CancellationToken stop)
    {
        var since = time.GetTimestamp();
        var told = "";
        while (!IsOver(migration.Phase))
        {
            if (Line(migration) is var line && line != told) await remarks.WriteLineAsync(told = line);
            if (time.GetElapsedTime(since) >= limit) throw new CliException($"{migration.Id} is {Words.Of(migration.Phase)} after {Durations.Show(limit)}; it goes on ('migration cancel' ends it).");
            await Task.Delay(LookEvery, time, stop);
            migration = await client.GetAsync<MigrationView>($"/v1/migrations/{migration.Id}", stop);
        }
        return migration.Phase == MigrationPhase.Completed ? migration : throw new CliException($"{migration.Instance} stayed where it is: the migration {Words.Of(migration.Phase)}{(migration.Reason is { } why ? $", {why}" : "")}");
    }

    static string Line(MigrationView one) =>
        $"{one.Id} is {Words.Of(one.Phase)}{(one.Progress is { Pass: > 0 } progress ? $": {progress.Step}, pass {progress.Pass}" : one.Reason is { } why ? $": {why}" : "")}";
}
