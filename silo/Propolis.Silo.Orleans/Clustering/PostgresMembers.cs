using System.Globalization;
using Dapper;
using Npgsql;

namespace Propolis.Silo.Orleans.Clustering;

/// <summary>The cluster's members in <c>cluster_members</c>. Each change also takes the next number of <c>cluster_version</c>, so that two silos never change it from the same view.</summary>
/// <param name="source">The database.</param>
public sealed class PostgresMembers(NpgsqlDataSource source) : IMembershipTable
{
    /// <inheritdoc/>
    public Task InitializeMembershipTable(bool tryInitTableVersion) => ClusterTables.ApplyAsync(source);

    /// <inheritdoc/>
    public async Task DeleteMembershipTableEntries(string clusterId)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("delete from cluster_members");
    }

    /// <inheritdoc/>
    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "delete from cluster_members where status = @Dead and greatest(alive_at, started_at) < @Before", new { Dead = (int)SiloStatus.Dead, Before = beforeDate.UtcDateTime });
    }

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadRow(SiloAddress key) => await ReadAsync("and m.address = @Address", key.ToParsableString());

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadAll() => await ReadAsync("", null);

    /// <inheritdoc/>
    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => ChangeAsync(
        tableVersion,
        """
        insert into cluster_members (address, status, host, name, role, gateway_port, suspects, started_at, alive_at, beat_at, etag)
        values (@Address, @Status, @Host, @Name, @Role, @GatewayPort, @Suspects, @StartedAt, @AliveAt, now(), 0) on conflict (address) do nothing
        """,
        MemberRow.From(entry));

    /// <inheritdoc/>
    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => ChangeAsync(
        tableVersion,
        """
        update cluster_members set status = @Status, host = @Host, name = @Name, role = @Role, gateway_port = @GatewayPort, suspects = @Suspects,
            started_at = @StartedAt, alive_at = @AliveAt, etag = etag + 1
        where address = @Address and etag = @Etag
        """,
        MemberRow.From(entry) with { Etag = long.Parse(etag, CultureInfo.InvariantCulture) });

    /// <inheritdoc/>
    public async Task UpdateIAmAlive(MembershipEntry entry)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("update cluster_members set alive_at = @AliveAt, beat_at = now() where address = @Address", MemberRow.From(entry));
    }

    // One statement, so that version and rows are of one moment.
    async Task<MembershipTableData> ReadAsync(string condition, string? address)
    {
        await using var connection = await source.OpenConnectionAsync();
        var rows = await connection.QueryAsync<int, MemberRow?, (int Version, MemberRow? Row)>(
            $"select v.version, {MemberRow.Columns} from cluster_version v left join cluster_members m on true {condition} where v.id = 1",
            (version, row) => (version, row),
            new { Address = address },
            splitOn: "Address");
        var all = rows.AsList();
        var number = all.Count == 0 ? 0 : all[0].Version;
        return new(all.Where(one => one.Row is not null).Select(one => one.Row!.ToEntry()).ToList(), new(number, number.ToString(CultureInfo.InvariantCulture)));
    }

    async Task<bool> ChangeAsync(TableVersion version, string sql, MemberRow row)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var turn = await connection.ExecuteAsync(
            "update cluster_version set version = @Next where id = 1 and version = @Present",
            new { Next = version.Version, Present = int.Parse(version.VersionEtag, CultureInfo.InvariantCulture) });
        if (turn != 1 || await connection.ExecuteAsync(sql, row) != 1)
            return false;
        await transaction.CommitAsync();
        return true;
    }
}
