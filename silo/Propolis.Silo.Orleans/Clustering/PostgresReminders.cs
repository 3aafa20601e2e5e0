using System.Globalization;
using Dapper;
using Npgsql;

namespace Propolis.Silo.Orleans.Clustering;

/// <summary>Reminders in <c>cluster_reminders</c>.</summary>
/// <param name="source">The database.</param>
public sealed class PostgresReminders(NpgsqlDataSource source) : IReminderTable
{
    const string Columns = "grain as Grain, name as Name, start_at as StartAt, period_ms as PeriodMs, etag as Etag";

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => ClusterTables.ApplyAsync(source);

    /// <inheritdoc/>
    public Task<ReminderTableData> ReadRows(GrainId grainId) => ReadAsync("grain = @Grain", new { Grain = grainId.ToString() });

    /// <inheritdoc/>
    public Task<ReminderTableData> ReadRows(uint begin, uint end) =>
        ReadAsync(begin < end ? "hash > @Begin and hash <= @End" : "(hash > @Begin or hash <= @End)", new { Begin = (long)begin, End = (long)end });

    /// <inheritdoc/>
    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) =>
        (await ReadAsync("grain = @Grain and name = @Name", new { Grain = grainId.ToString(), Name = reminderName })).Reminders.FirstOrDefault();

    /// <inheritdoc/>
    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        await using var connection = await source.OpenConnectionAsync();
        var etag = await connection.QuerySingleAsync<long>(
            """
            insert into cluster_reminders (grain, name, hash, start_at, period_ms, etag) values (@Grain, @Name, @Hash, @StartAt, @PeriodMs, 0)
            on conflict (grain, name) do update set start_at = excluded.start_at, period_ms = excluded.period_ms, etag = cluster_reminders.etag + 1
            returning etag
            """,
            new
            {
                Grain = entry.GrainId.ToString(),
                Name = entry.ReminderName,
                Hash = (long)entry.GrainId.GetUniformHashCode(),
                StartAt = DateTime.SpecifyKind(entry.StartAt, DateTimeKind.Utc),
                PeriodMs = (long)entry.Period.TotalMilliseconds,
            });
        return etag.ToString(CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteAsync(
            "delete from cluster_reminders where grain = @Grain and name = @Name and etag = @Etag",
            new { Grain = grainId.ToString(), Name = reminderName, Etag = long.Parse(eTag, CultureInfo.InvariantCulture) }) == 1;
    }

    /// <inheritdoc/>
    public async Task TestOnlyClearTable()
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("delete from cluster_reminders");
    }

    async Task<ReminderTableData> ReadAsync(string condition, object values)
    {
        await using var connection = await source.OpenConnectionAsync();
        return new((await connection.QueryAsync<Row>($"select {Columns} from cluster_reminders where {condition}", values)).Select(row => row.ToEntry()));
    }

    sealed record Row(string Grain, string Name, DateTime StartAt, long PeriodMs, long Etag)
    {
        public ReminderEntry ToEntry() => new()
        {
            GrainId = GrainId.Parse(Grain, CultureInfo.InvariantCulture),
            ReminderName = Name,
            StartAt = StartAt,
            Period = TimeSpan.FromMilliseconds(PeriodMs),
            ETag = Etag.ToString(CultureInfo.InvariantCulture),
        };
    }
}
