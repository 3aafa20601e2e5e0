using System.Net;
using System.Net.Sockets;
using Dapper;
using Npgsql;

namespace Propolis.Silo.Orleans.Clustering;

/// <summary>
/// Declares members dead that a crash of all silos left behind; without it a new silo would wait for them before it joins. A member is stale when
/// nobody listens at its address, or when it did not say for long that it lives, by the database's clock. One that was declared dead in error
/// finds that in the table and ends itself, as after any other such declaration.
/// </summary>
/// <param name="table">The members.</param>
/// <param name="source">Their database.</param>
/// <param name="log">For operators.</param>
public sealed partial class StaleMembers(PostgresMembers table, NpgsqlDataSource source, ILogger<StaleMembers> log)
{
    /// <summary>How often members say that they live.</summary>
    public static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(5);

    static readonly TimeSpan SilentFor = 3 * BeatEvery;
    static readonly TimeSpan ConnectLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Looks at all members, once.</summary>
    /// <returns>How many were declared dead.</returns>
    public async Task<int> BuryAsync()
    {
        await table.InitializeMembershipTable(true);
        var silent = await ReadSilentAsync();
        var buried = 0;
        foreach (var (member, _) in (await table.ReadAll()).Members.Where(one => one.Item1.Status != SiloStatus.Dead))
        {
            if ((silent.Contains(member.SiloAddress) || await IsRefusedAsync(member.SiloAddress.Endpoint)) && await DeclareDeadAsync(member.SiloAddress))
                buried++;
        }
        return buried;
    }

    async Task<HashSet<SiloAddress>> ReadSilentAsync()
    {
        await using var connection = await source.OpenConnectionAsync();
        var rows = await connection.QueryAsync<string>(
            "select address from cluster_members where status <> @Dead and beat_at < now() - make_interval(secs => @Seconds)", new { Dead = (int)SiloStatus.Dead, Seconds = SilentFor.TotalSeconds });
        return rows.Select(SiloAddress.FromParsableString).ToHashSet();
    }

    // Refused means that no process has the port; silence may be the network's, and proves nothing.
    static async Task<bool> IsRefusedAsync(IPEndPoint endpoint)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(ConnectLimit);
        try
        {
            await socket.ConnectAsync(endpoint, limit.Token);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    async Task<bool> DeclareDeadAsync(SiloAddress address)
    {
        // A lost race means that another silo changed the table: read again.
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var now = await table.ReadAll();
            if (now.TryGet(address) is not ({ } member, { } etag) || member.Status == SiloStatus.Dead)
                return false;
            member.Status = SiloStatus.Dead;
            if (await table.UpdateRow(member, etag, now.Version.Next()))
            {
                Buried(address.ToParsableString());
                return true;
            }
        }
        return false;
    }

    [LoggerMessage(LogLevel.Warning, "The silo {Address} is gone; declared it dead")]
    partial void Buried(string address);
}
