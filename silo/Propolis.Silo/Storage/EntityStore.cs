using Dapper;

namespace Propolis.Silo.Storage;

/// <summary>Grains' records in the table <c>entities</c>.</summary>
/// <param name="database">The database.</param>
public sealed class EntityStore(IDatabase database) : IEntityStore
{
    const string Columns = "key as Key, kind as Kind, version as Version, format as Format, sum as Sum, body as Body";

    /// <inheritdoc/>
    public Task<StoredEntity?> ReadAsync(string key, CancellationToken cancel = default) => database.ReadAsync(
        connection => connection.QueryFirstOrDefaultAsync<StoredEntity>($"select {Columns} from entities where key = @key", new { key }), cancel);

    /// <inheritdoc/>
    public Task WriteAsync(StoredEntity entity, CancellationToken cancel = default) => database.WriteAsync(
        async connection =>
        {
            var sql = entity.Version == 1
                ? "insert into entities (key, kind, version, format, sum, body) values (@Key, @Kind, @Version, @Format, @Sum, @Body) on conflict (key) do nothing"
                : "update entities set version = @Version, format = @Format, sum = @Sum, body = @Body where key = @Key and version = @Version - 1";
            if (await connection.ExecuteAsync(sql, entity) != 1)
                throw new StoreConflictException(entity.Key, entity.Version - 1);
            return 0;
        },
        cancel);

    /// <summary>Grains that may have work to do: their entry says so, or is missing or behind. In the order of their keys.</summary>
    /// <param name="after">The key behind which to start.</param>
    /// <param name="limit">At most so many.</param>
    public async Task<IReadOnlyList<(string Kind, string Key)>> WakingAsync(string after, int limit) => await database.ReadAsync(
        async connection => (await connection.QueryAsync<(string, string)>(
            """
            select e.kind, e.key from entities e left join index_entries i on i.key = e.key
            where e.key > @after and (i.key is null or i.version <> e.version or i.wake = 1)
            order by e.key limit @limit
            """,
            new { after, limit })).AsList());
}
