using Dapper;
using Npgsql;

namespace Propolis.Silo.Orleans.Clustering;

/// <summary>The tables of the cluster's members and reminders, beside those of grains in the silos' database. One database holds one cluster.</summary>
public static class ClusterTables
{
    // Any number: silos that start at once make the tables one after the other.
    const long Lock = 7340033;

    const string Tables = """
        create table if not exists cluster_version (
            id integer primary key,
            version integer not null);
        insert into cluster_version (id, version) values (1, 0) on conflict (id) do nothing;
        create table if not exists cluster_members (
            address text primary key,
            status integer not null,
            host text not null,
            name text not null,
            role text,
            gateway_port integer not null,
            suspects text not null,
            started_at timestamptz not null,
            alive_at timestamptz not null,
            beat_at timestamptz not null,
            etag bigint not null);
        create table if not exists cluster_reminders (
            grain text not null,
            name text not null,
            hash bigint not null,
            start_at timestamptz not null,
            period_ms bigint not null,
            etag bigint not null,
            primary key (grain, name));
        create index if not exists cluster_reminders_hash on cluster_reminders (hash);
        """;

    /// <summary>Makes what is missing. Done again, it changes nothing.</summary>
    /// <param name="source">The database.</param>
    public static async Task ApplyAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("select pg_advisory_xact_lock(@Lock)", new { Lock });
        await connection.ExecuteAsync(Tables);
        await transaction.CommitAsync();
    }
}
