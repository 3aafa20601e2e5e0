using System.Net;
using System.Net.Sockets;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Propolis.Silo.Orleans.Clustering;
using Propolis.Silo.Tests.Storage;

namespace Propolis.Silo.Orleans.Tests.Clustering;

public sealed class StaleMembersTests(PostgresServer server) : ClusterDatabase(server), IClassFixture<PostgresServer>
{
    PostgresMembers Members => new(Source);

    [Fact]
    public async Task A_member_whose_process_is_gone_is_declared_dead()
    {
        await InsertAsync(1, FreePort());
        await InsertAsync(2, FreePort());

        Assert.Equal(2, await BuryAsync());
        Assert.All((await Members.ReadAll()).Members, one => Assert.Equal(SiloStatus.Dead, one.Item1.Status));
        Assert.Equal(0, await BuryAsync());
    }

    [Fact]
    public async Task A_member_that_listens_and_lives_stays()
    {
        using var living = Listen();
        await InsertAsync(1, Port(living));

        Assert.Equal(0, await BuryAsync());
        Assert.Equal(SiloStatus.Active, (await Members.ReadAll()).Members.Single().Item1.Status);
    }

    [Fact]
    public async Task A_member_that_listens_but_was_silent_for_long_is_declared_dead()
    {
        using var frozen = Listen();
        await InsertAsync(1, Port(frozen));
        await using (var connection = await Source.OpenConnectionAsync())
            await connection.ExecuteAsync("update cluster_members set beat_at = now() - interval '1 minute'");

        Assert.Equal(1, await BuryAsync());
    }

    async Task<int> BuryAsync() => await new StaleMembers(Members, Source, NullLogger<StaleMembers>.Instance).BuryAsync();

    async Task InsertAsync(int number, int port) =>
        Assert.True(await Members.InsertRow(PostgresMembersTests.Member(number, port), (await Members.ReadAll()).Version.Next()));

    static int FreePort()
    {
        using var listener = Listen();
        return Port(listener);
    }

    static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
