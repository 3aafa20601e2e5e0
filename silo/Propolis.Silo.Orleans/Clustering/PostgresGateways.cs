using System.Net;
using Dapper;
using Npgsql;
using Orleans.Messaging;

namespace Propolis.Silo.Orleans.Clustering;

/// <summary>Tells Orleans clients, which are services of the control plane, where the silos' gateways are.</summary>
/// <param name="source">The silos' database.</param>
public sealed class PostgresGateways(NpgsqlDataSource source) : IGatewayListProvider
{
    /// <inheritdoc/>
    public TimeSpan MaxStaleness => TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    [Obsolete("Orleans asks no more.")]
    public bool IsUpdatable => true;

    /// <inheritdoc/>
    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<IList<Uri>> GetGateways()
    {
        await using var connection = await source.OpenConnectionAsync();
        var rows = await connection.QueryAsync<(string Address, int Port)>(
            "select address, gateway_port from cluster_members where status = @Active and gateway_port > 0", new { Active = (int)SiloStatus.Active });
        return [.. rows.Select(row => Gateway(SiloAddress.FromParsableString(row.Address), row.Port))];
    }

    static Uri Gateway(SiloAddress silo, int port) => SiloAddress.New(new IPEndPoint(silo.Endpoint.Address, port), silo.Generation).ToGatewayUri();
}
