using Dapper;

namespace Propolis.Silo.Storage;

/// <summary>The tables, and how each version of them becomes the next. Steps once released stay as they are.</summary>
public static class Schema
{
    /// <summary>The version that this program works with.</summary>
    public const int Version = 1;

    /// <summary>Brings a database, new or old, to <see cref="Version"/>. Done again, it changes nothing.</summary>
    /// <param name="database">The database.</param>
    /// <exception cref="StoreException">The database is of a later version.</exception>
    public static Task ApplyAsync(IDatabase database) => database.WriteAsync(async connection =>
    {
        if (database.Dialect.LockSchema is { } wait)
            await connection.ExecuteAsync(wait);
        await connection.ExecuteAsync("create table if not exists propolis_schema (version integer not null)");
        var present = await connection.QueryFirstOrDefaultAsync<int?>("select version from propolis_schema") ?? 0;
        if (present > Version)
            throw new StoreException($"the database has schema version {present}; this version of the silo knows up to {Version}");
        foreach (var step in Steps(database.Dialect).Skip(present))
            await connection.ExecuteAsync(step);
        if (present == 0)
            await connection.ExecuteAsync("insert into propolis_schema (version) values (@Version)", new { Version });
        else if (present < Version)
            await connection.ExecuteAsync("update propolis_schema set version = @Version", new { Version });
        return 0;
    });

    static IEnumerable<string> Steps(SqlDialect sql)
    {
        yield return $"""
            create table entities (
                key {sql.Text} primary key,
                kind {sql.Text} not null,
                version {sql.Integer} not null,
                format integer not null,
                sum {sql.Integer} not null,
                body text not null);
            create table index_entries (
                kind integer not null,
                key {sql.Text} not null,
                version {sql.Integer} not null,
                project {sql.Text},
                name {sql.Text},
                sled {sql.Text},
                phase {sql.Text} not null,
                wake integer not null,
                hidden integer not null,
                view text not null,
                primary key (kind, key));
            create index index_entries_project on index_entries (kind, project, key);
            create index index_entries_name on index_entries (kind, name, key);
            create index index_entries_sled on index_entries (kind, sled, key);
            create index index_entries_phase on index_entries (kind, phase, key);
            create index index_entries_wake on index_entries (key) where wake = 1;
            create table events (
                sequence {sql.Identity},
                at {sql.Integer} not null,
                kind integer not null,
                subject {sql.Text} not null,
                version {sql.Integer} not null,
                ordinal integer not null,
                project {sql.Text},
                type {sql.Text} not null,
                actor {sql.Text} not null,
                reason {sql.Text},
                unique (subject, version, ordinal));
            create index events_subject on events (subject, sequence);
            create index events_project on events (project, sequence);
            create table lease (
                id integer primary key,
                epoch {sql.Integer} not null,
                beat {sql.Integer} not null,
                holder {sql.Text} not null);
            """;
    }
}
