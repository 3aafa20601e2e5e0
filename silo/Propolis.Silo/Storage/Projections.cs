using System.Data.Common;
using Dapper;
using Propolis.Silo.Events;

namespace Propolis.Silo.Storage;

/// <summary>Writes the tables <c>index_entries</c> and <c>events</c>.</summary>
/// <param name="database">The database.</param>
/// <param name="signal">Told when there are new events.</param>
public sealed class Projections(IDatabase database, EventSignal signal) : IProjections
{
    /// <summary>Events that are kept at least; older ones go.</summary>
    public const int KeptEvents = 200_000;

    const int TrimEvery = 4096;

    /// <inheritdoc/>
    public async Task PublishAsync(IndexEntry entry, IReadOnlyList<PendingEvent> events)
    {
        await database.WriteAsync(async connection =>
        {
            await PublishEntryAsync(connection, entry);
            if (events.Count > 0)
                await PublishEventsAsync(connection, entry, events);
            return 0;
        });
        if (events.Count > 0)
            signal.Raise();
    }

    static Task PublishEntryAsync(DbConnection connection, IndexEntry entry) => connection.ExecuteAsync(
        """
        insert into index_entries (kind, key, version, project, name, sled, phase, wake, hidden, view)
        values (@Kind, @Key, @Version, @Project, @Name, @Sled, @Phase, @Wake, @Hidden, @View)
        on conflict (kind, key) do update set version = excluded.version, project = excluded.project, name = excluded.name, sled = excluded.sled,
            phase = excluded.phase, wake = excluded.wake, hidden = excluded.hidden, view = excluded.view
        where excluded.version >= index_entries.version
        """,
        new { Kind = (int)entry.Kind, entry.Key, entry.Version, entry.Project, entry.Name, entry.Sled, entry.Phase, Wake = entry.Wake ? 1 : 0, Hidden = entry.Hidden ? 1 : 0, entry.View });

    async Task PublishEventsAsync(DbConnection connection, IndexEntry entry, IReadOnlyList<PendingEvent> events)
    {
        if (database.Dialect.OrderEvents is { } order)
            await connection.ExecuteAsync(order);
        foreach (var one in events)
        {
            var sequence = await connection.QueryFirstOrDefaultAsync<long?>(
                """
                insert into events (at, kind, subject, version, ordinal, project, type, actor, reason)
                values (@At, @Kind, @Key, @Version, @Ordinal, @Project, @Type, @Actor, @Reason)
                on conflict (subject, version, ordinal) do nothing returning sequence
                """,
                new { At = one.At.ToUnixTimeMilliseconds(), Kind = (int)entry.Kind, entry.Key, one.Version, one.Ordinal, entry.Project, one.Type, one.Actor, one.Reason });
            if (sequence is { } last && last % TrimEvery == 0)
                await connection.ExecuteAsync("delete from events where sequence <= @Until", new { Until = last - KeptEvents });
        }
    }
}
