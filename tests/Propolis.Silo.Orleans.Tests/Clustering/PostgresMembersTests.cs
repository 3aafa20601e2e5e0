using System.Net;
using Propolis.Silo.Orleans.Clustering;
using Propolis.Silo.Tests.Storage;

namespace Propolis.Silo.Orleans.Tests.Clustering;

public sealed class PostgresMembersTests(PostgresServer server) : ClusterDatabase(server), IClassFixture<PostgresServer>
{
    static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    PostgresMembers Members => new(Source);

    [Fact]
    public async Task Tables_made_again_and_at_once_change_nothing()
    {
        Assert.True(await InsertAsync(Member(1)));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ClusterTables.ApplyAsync(Source)));
        Assert.Single((await Members.ReadAll()).Members);
    }

    [Fact]
    public async Task A_member_is_read_back_as_it_was_written()
    {
        var written = Member(1);
        written.AddSuspector(Member(2).SiloAddress, Noon.AddTicks(7));
        written.AddSuspector(Member(3).SiloAddress, Noon.AddTicks(8));
        await InsertAsync(written);

        var read = (await Members.ReadRow(written.SiloAddress)).Members.Single().Item1;
        Assert.Equal((written.SiloAddress, written.Status, written.HostName, written.SiloName, written.RoleName, written.ProxyPort), (read.SiloAddress, read.Status, read.HostName, read.SiloName, read.RoleName, read.ProxyPort));
        Assert.Equal((written.StartTime, written.IAmAliveTime), (read.StartTime, read.IAmAliveTime));
        Assert.Equal(written.SuspectTimes, read.SuspectTimes);
        Assert.Empty((await Members.ReadRow(Member(9).SiloAddress)).Members);
    }

    [Fact]
    public async Task Of_two_changes_made_from_one_view_only_one_is_taken()
    {
        var empty = await Members.ReadAll();
        Assert.True(await Members.InsertRow(Member(1), empty.Version.Next()));
        Assert.False(await Members.InsertRow(Member(2), empty.Version.Next()));

        var view = await Members.ReadAll();
        var (member, etag) = view.Members.Single();
        var changes = Enumerable.Range(0, 8).Select(_ => Members.UpdateRow(member, etag, view.Version.Next()));
        Assert.Single(await Task.WhenAll(changes), taken => taken);
        Assert.Equal(view.Version.Version + 1, (await Members.ReadAll()).Version.Version);
    }

    [Fact]
    public async Task A_change_of_an_older_row_is_refused_and_takes_no_number()
    {
        await InsertAsync(Member(1));
        var old = (await Members.ReadAll()).Members.Single();
        var view = await Members.ReadAll();
        await Members.UpdateRow(old.Item1, old.Item2, view.Version.Next());
        var after = await Members.ReadAll();

        Assert.False(await Members.UpdateRow(old.Item1, old.Item2, after.Version.Next()));
        Assert.Equal(after.Version, (await Members.ReadAll()).Version);
    }

    [Fact]
    public async Task A_member_that_says_it_lives_changes_nothing_else()
    {
        await InsertAsync(Member(1));
        var before = await Members.ReadAll();
        var alive = Member(1);
        (alive.IAmAliveTime, alive.Status) = (Noon.AddHours(1), SiloStatus.Dead);
        await Members.UpdateIAmAlive(alive);

        var (member, etag) = (await Members.ReadAll()).Members.Single();
        Assert.Equal((Noon.AddHours(1), SiloStatus.Active), (member.IAmAliveTime, member.Status));
        Assert.Equal((before.Members.Single().Item2, before.Version), (etag, (await Members.ReadAll()).Version));
    }

    [Fact]
    public async Task Only_members_long_dead_are_forgotten()
    {
        var (old, young) = (Member(1), Member(2));
        (old.Status, young.Status, young.IAmAliveTime) = (SiloStatus.Dead, SiloStatus.Dead, Noon.AddDays(1));
        await InsertAsync(old);
        await InsertAsync(young);
        await InsertAsync(Member(3));
        await Members.CleanupDefunctSiloEntries(new DateTimeOffset(Noon.AddHours(1)));

        Assert.Equal(["silo-2", "silo-3"], (await Members.ReadAll()).Members.Select(one => one.Item1.SiloName).Order());
    }

    [Fact]
    public async Task Gateways_are_those_of_active_members_that_have_one()
    {
        var (dead, shut) = (Member(2), Member(3));
        (dead.Status, shut.ProxyPort) = (SiloStatus.Dead, 0);
        foreach (var member in new[] { Member(1), dead, shut })
            await InsertAsync(member);

        var gateway = Assert.Single(await new PostgresGateways(Source).GetGateways());
        Assert.Equal(("127.0.0.1", 30001), (gateway.Host, gateway.Port));
    }

    async Task<bool> InsertAsync(MembershipEntry member) => await Members.InsertRow(member, (await Members.ReadAll()).Version.Next());

    internal static MembershipEntry Member(int number, int port = 0) => new()
    {
        SiloAddress = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port == 0 ? 11000 + number : port), number),
        Status = SiloStatus.Active,
        HostName = "host",
        SiloName = $"silo-{number}",
        RoleName = "role",
        ProxyPort = 30000 + number,
        StartTime = Noon,
        IAmAliveTime = Noon.AddMinutes(1),
    };
}
