using System.Text.Json;
using Dapper;
using Propolis.Contracts.Events;
using Propolis.Contracts.Instances;
using Propolis.Contracts.Serialization;

namespace Propolis.Silo.Storage;

/// <summary>
/// Forgets instances that were deleted long ago and have nothing left to do: record and list entry go together, at the version that was looked at, so that several silos may do it at once. Events stay.
/// </summary>
/// <param name="database">The database.</param>
public sealed class DeletedInstances(IDatabase database)
{
    /// <summary>Records in one transaction.</summary>
    public const int PageLength = 200;

    /// <summary>Forgets, page by page.</summary>
    /// <param name="before">Those that were deleted before.</param>
    /// <param name="cancel">Ends it between two pages.</param>
    /// <returns>How many are forgotten.</returns>
    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancel = default)
    {
        var (after, forgotten) = ("", 0);
        while (true)
        {
            var page = await PageAsync(after, cancel);
            var old = page.Where(row => JsonSerializer.Deserialize<InstanceView>(row.View, PropolisJson.Options)!.PhaseSince < before).ToArray();
            if (old.Length > 0)
                forgotten += await RemoveAsync(old, cancel);
            if (page.Count < PageLength)
                return forgotten;
            after = page[^1].Key;
        }
    }

    Task<List<Row>> PageAsync(string after, CancellationToken cancel) => database.ReadAsync(
        async connection => (await connection.QueryAsync<Row>(
            "select key as Key, version as Version, view as View from index_entries where kind = @Kind and phase = 'deleted' and wake = 0 and key > @after order by key limit @Limit",
            new { Kind = (int)EventKind.Instance, after, Limit = PageLength })).AsList(),
        cancel);

    Task<int> RemoveAsync(Row[] old, CancellationToken cancel) => database.WriteAsync(
        async connection =>
        {
            var removed = 0;
            foreach (var row in old)
            {
                // A record that is further than its entry is not what was looked at.
                if (await connection.ExecuteAsync("delete from entities where key = @Key and version = @Version", new { row.Key, row.Version }) == 1)
                    removed += await connection.ExecuteAsync("delete from index_entries where kind = @Kind and key = @Key", new { Kind = (int)EventKind.Instance, row.Key });
            }
            return removed;
        },
        cancel);

    sealed record Row
    {
        public string Key { get; init; } = "";

        public long Version { get; init; }

        public string View { get; init; } = "";
    }
}
